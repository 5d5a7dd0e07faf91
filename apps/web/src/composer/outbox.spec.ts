import type { Client } from 'urql';
import { Outbox, type Outcome } from './outbox';
import type { OutboxItem, StoredItem } from './outbox-item';

// newer versions of Node have the browser's locks, which outlive a test; these tests are about a page without them
Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true, writable: true });

const PREFIX = 'evenhand.outbox.ada.';
const AT = '2025-11-03T10:00:00.000Z';

/** The browser's store, which all tabs have in common. */
class BrowserStore {
  full = false;
  [key: string]: unknown;
  getItem(key: string): string | null {
    return Object.hasOwn(this, key) ? (this[key] as string) : null;
  }
  setItem(key: string, text: string): void {
    if (this.full) throw new DOMException('full', 'QuotaExceededError');
    this[key] = text;
  }
  removeItem(key: string): void {
    delete this[key];
  }
}

interface Sent {
  readonly clientMutationId: string;
  readonly text: string;
  readonly seenUpTo?: string;
}

/** The api: takes each idempotency key once, and answers when told to. */
class FakeApi {
  reachable = true;
  refuses = '';
  readonly asked: Sent[] = [];
  readonly taken: string[] = [];
  private held: (() => void)[] = [];
  holding = false;

  readonly client = {
    mutation: (_: unknown, { input }: { readonly input: Sent }) => ({ toPromise: () => this.take(input) }),
  } as unknown as Client;

  release(): void {
    this.holding = false;
    for (const go of this.held.splice(0)) go();
  }

  private async take(input: Sent): Promise<unknown> {
    this.asked.push(input);
    if (this.holding) await new Promise<void>((go) => this.held.push(go));
    if (!this.reachable) return { error: { networkError: new Error('offline'), graphQLErrors: [] } };
    if (this.refuses === input.text) {
      const userErrors = [{ __typename: 'InvalidInputError', field: null, message: 'no sender' }];
      return { data: { messageSend: { userErrors }, noteCreate: { userErrors } } };
    }
    if (!this.taken.includes(input.clientMutationId)) this.taken.push(input.clientMutationId);
    const node = { __typename: 'Message', id: `id of ${input.clientMutationId}`, receivedAt: new Date().toISOString() };
    const payload = { userErrors: [], timelineItemEdge: { cursor: '', node } };
    return { data: { messageSend: payload, noteCreate: payload } };
  }
}

let store: BrowserStore;
let api: FakeApi;
let ended: Outcome[];
let written = 0;

beforeEach(() => {
  store = new BrowserStore();
  Object.defineProperty(store, 'full', { enumerable: false });
  Object.defineProperty(globalThis, 'localStorage', { value: store, configurable: true });
  api = new FakeApi();
  ended = [];
});

function tab(): Outbox {
  const outbox = new Outbox(api.client, 'ada');
  outbox.onEnd((outcome) => ended.push(outcome));
  return outbox;
}

function reply(key: string, more: Partial<OutboxItem> = {}): StoredItem {
  const writtenAt = new Date(Date.parse(AT) + ++written).toISOString();
  const seen = { seenUpTo: 'letter', seenAt: AT };
  return {
    key,
    as: 'reply',
    conversationId: 'c',
    text: key,
    files: [],
    replyKind: 'ANSWER',
    ...seen,
    writtenAt,
    ...more,
  };
}

const stored = (): string[] => Object.keys(store).filter((key) => key.startsWith(PREFIX));
const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

describe('the outbox of several tabs', () => {
  it('keeps what waits in one tab when another sends', async () => {
    const one = tab();
    const two = tab();
    api.reachable = false;
    one.send(reply('precious'));
    await settled();
    api.reachable = true;
    two.send(reply('note', { as: 'note', conversationId: 'other' }));
    await settled();

    expect(api.taken).toEqual(['note']);
    expect(stored()).toEqual([`${PREFIX}precious`]);
    expect(tab().getItems()).toMatchObject([{ text: 'precious', state: 'waiting' }]);
  });

  it('sends what a closed tab has left, once', async () => {
    api.reachable = false;
    tab().send(reply('orphan'));
    await settled();
    api.reachable = true;

    const [next, another] = [tab(), tab()];
    await Promise.all([next.sendWaiting(), another.sendWaiting()]);

    expect(api.taken).toEqual(['orphan']);
    expect(ended).toHaveLength(1);
    expect([stored(), next.getItems(), another.getItems()]).toEqual([[], [], []]);
  });

  it('tells of a refusal in one tab only, though two have tried', async () => {
    api.reachable = false;
    tab().send(reply('refused'));
    await settled();
    api.reachable = true;
    api.refuses = 'refused';

    await Promise.all([tab().sendWaiting(), tab().sendWaiting()]);

    expect(ended).toMatchObject([{ item: { text: 'refused' }, fault: { message: 'no sender' } }]);
  });

  it('no longer shows what another tab has sent', async () => {
    api.reachable = false;
    const one = tab();
    one.send(reply('late'));
    await settled();
    api.reachable = true;
    await tab().sendWaiting();

    one.takeOver();

    expect(one.getItems()).toEqual([]);
  });

  it.each(['not JSON', 'null', '{"key":"half"}'])('sets %s aside and goes on', async (text) => {
    store.setItem(`${PREFIX}broken`, text);
    const outbox = tab();
    outbox.send(reply('sound'));
    await settled();

    expect(outbox.getItems()).toEqual([]);
    expect(api.taken).toEqual(['sound']);
    expect(stored()).toEqual([]);
    expect(store.getItem(`evenhand.unreadable.${PREFIX}broken`)).toBe(text);
  });

  it('sends without a trace where the browser keeps nothing more', async () => {
    store.full = true;
    const outbox = tab();
    outbox.send(reply('unkept'));
    await settled();

    expect(api.taken).toEqual(['unkept']);
    expect(outbox.getItems()).toEqual([]);
  });
});

describe('replies quickly after one another', () => {
  it('go out one at a time, the second having seen the first', async () => {
    api.holding = true;
    const outbox = tab();
    outbox.send(reply('first'));
    outbox.send(reply('second'));
    await settled();
    expect(api.asked.map(({ text }) => text)).toEqual(['first']);

    api.release();
    await settled();

    expect(api.asked.map(({ text, seenUpTo }) => [text, seenUpTo])).toEqual([
      ['first', 'letter'],
      ['second', 'id of first'],
    ]);
  });

  it('leave newer words of the customer seen', async () => {
    const outbox = tab();
    outbox.send(reply('first'));
    await settled();
    const seenAt = new Date(Date.now() + 60_000).toISOString();
    outbox.send(reply('second', { seenUpTo: 'newer letter', seenAt }));
    await settled();

    expect(api.asked.at(-1)?.seenUpTo).toBe('newer letter');
  });

  it('know of each other after the page was closed between them', async () => {
    const outbox = tab();
    api.holding = true;
    outbox.send(reply('first'));
    outbox.send(reply('second'));
    await settled();
    api.release();
    api.holding = true;
    await settled();

    const next = tab();
    expect(next.getItems()).toMatchObject([{ text: 'second', seenUpTo: 'id of first' }]);
  });

  it('come back together, the last first, when the first is refused', async () => {
    api.holding = true;
    api.refuses = 'first';
    const outbox = tab();
    outbox.send(reply('first'));
    outbox.send(reply('second'));
    api.release();
    await settled();

    expect(api.taken).toEqual([]);
    expect(ended.map(({ item }) => item.text)).toEqual(['second', 'first']);
    expect(stored()).toEqual([]);
  });

  it('do not wait for another conversation', async () => {
    api.holding = true;
    const outbox = tab();
    outbox.send(reply('here'));
    outbox.send(reply('there', { conversationId: 'other' }));
    await settled();

    expect(api.asked.map(({ text }) => text)).toEqual(['here', 'there']);
    api.release();
    await settled();
  });
});
