import { Ids } from '@app/runtime';
import { next, type Waiting } from '@app/triage';
import { minuteOf, TestInbox, type TestWorkspace } from '../testing/test-workspace';
import type { Offer } from './offer';

let inbox: TestInbox;
let ws: TestWorkspace;
const key = () => new Ids().next();

beforeAll(async () => {
  inbox = await TestInbox.start(12);
});
afterAll(() => inbox.stop());
beforeEach(async () => {
  ws = await inbox.workspace();
});

async function take(agentId: string): Promise<Offer> {
  const result = await ws.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: key() }));
  if ('error' in result) throw new Error(result.error);
  return result.offer;
}
async function sinceOf(offer: Offer): Promise<string> {
  const [row] = await ws.rows<{ since: Date }>('select waiting_since as since from inbox.waits where id = $1', [
    offer.waitId,
  ]);
  return row!.since.toISOString();
}

describe('offerNext', () => {
  it('gives the oldest wait, and the entry is in the record', async () => {
    const agent = await ws.agent('Léa');
    await ws.ingest([ws.mail(5, 'bob@x.org'), ws.mail(3, 'ann@x.org'), ws.mail(9, 'cid@x.org')]);
    const offer = await take(agent);
    expect(await sinceOf(offer)).toBe(minuteOf(3));
    const [entry] = await ws.rows(
      'select kind, wait_id, fields from record.entries where workspace_id = $1 and seq = $2',
      [ws.id, offer.entry],
    );
    expect(entry).toMatchObject({ kind: 'offer.made', wait_id: offer.waitId, fields: { offer: offer.id, agent } });
    expect(await sinceOf(await take(agent))).toBe(minuteOf(5));
  });

  it('gives the same offer when the call is repeated, even at the same time', async () => {
    const agentId = await ws.agent('Léa');
    await ws.ingest([ws.mail(1, 'ann@x.org'), ws.mail(2, 'bob@x.org')]);
    const clientMutationId = key();
    const again = () => ws.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId }));
    const results = [...(await Promise.all([again(), again(), again()])), await again()];
    expect(new Set(results.map((result) => ('offer' in result ? result.offer.id : result.error))).size).toBe(1);
    expect(await ws.api((tx) => inbox.queue.state(tx))).toMatchObject({ waiting: 1, taken: 1 });
  });

  it('gives what next() of libs/triage gives, ties and things given back included', async () => {
    const agents = [await ws.agent('Léa', 100), await ws.agent('Max', 100)];
    await ws.ingest(Array.from({ length: 40 }, (_, i) => ws.mail((i * 7) % 5, `c${i}@x.org`)));
    const rows = await ws.rows<{ id: string; since: Date; key: number }>(
      'select id, waiting_since as since, key_ms as key from inbox.waits where workspace_id = $1',
      [ws.id],
    );
    const line = new Map<string, Waiting>(
      rows.map(({ id, since, key: keyMs }) => [
        id,
        { id, waitingSinceMs: since.getTime(), keyMs, need: 'standard', requires: [] },
      ]),
    );
    const declined = new Map(agents.map((agentId) => [agentId, new Set<string>()]));
    for (let turn = 0; turn < 60; turn++) {
      const agentId = agents[turn % 2]!;
      const by = (wait: string) => agents.filter((agent) => declined.get(agent)!.has(wait));
      // what everybody gave back is for everybody again
      const barred = new Set([...declined.get(agentId)!].filter((wait) => by(wait).length < agents.length));
      const expected = next(line.values(), { skills: new Set(), declined: barred });
      const result = await ws.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: key() }));
      expect('offer' in result ? result.offer.waitId : null).toBe(expected);
      if (!('offer' in result)) continue;
      if (turn % 3 === 0) {
        const { id: offerId, waitId } = result.offer;
        await ws.api((tx) => inbox.queue.decline(tx, { agentId, offerId, reason: 'leaving' }));
        declined.get(agentId)!.add(waitId);
      } else line.delete(result.offer.waitId);
    }
  });

  it('says that the queue is empty, and that an agent has enough', async () => {
    const agentId = await ws.agent('Léa', 1);
    expect(await ws.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: key() }))).toEqual({
      error: 'empty',
    });
    await ws.ingest([ws.mail(1, 'ann@x.org'), ws.mail(2, 'bob@x.org')]);
    const offer = await take(agentId);
    const result = await ws.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: key() }));
    expect(result).toEqual({ error: 'at-capacity', offers: [offer] });
  });

  it('gives a wait that everybody gave back to whoever asks next, so that nobody waits for ever', async () => {
    const agentId = await ws.agent('Léa');
    await ws.ingest([ws.mail(1, 'ann@x.org'), ws.mail(2, 'bob@x.org')]);
    const offer = await take(agentId);
    await ws.api((tx) => inbox.queue.decline(tx, { agentId, offerId: offer.id, reason: 'leaving' }));

    expect((await take(agentId)).waitId).toBe(offer.waitId);
  });

  it('puts a wait that was given back where it stood, and never gives it to the same agent again', async () => {
    const [lea, max] = [await ws.agent('Léa'), await ws.agent('Max')];
    await ws.ingest([ws.mail(1, 'ann@x.org'), ws.mail(2, 'bob@x.org')]);
    const offer = await take(lea);
    await ws.api((tx) => inbox.queue.decline(tx, { agentId: lea, offerId: offer.id, reason: 'language-missing' }));
    expect(await sinceOf(await take(lea))).toBe(minuteOf(2));
    expect(await sinceOf(await take(max))).toBe(minuteOf(1));
    const twice = await ws.api((tx) =>
      inbox.queue.decline(tx, { agentId: lea, offerId: offer.id, reason: 'language-missing' }),
    );
    expect(twice).toEqual({ error: 'not-held' });
  });

  it('takes a wait back when nothing was done with it for half an hour, not when somebody typed', async () => {
    const [lea, max] = [await ws.agent('Léa'), await ws.agent('Max')];
    await ws.ingest([ws.mail(1, 'ann@x.org'), ws.mail(2, 'bob@x.org')]);
    const [idle, busy] = [await take(lea), await take(max)];
    inbox.clock.advance(20 * 60_000);
    const typed = { agentId: max, conversationId: busy.conversationId, text: 'Dear', attachmentIds: [], revision: 1 };
    await ws.api((tx) => inbox.drafts.save(tx, typed));
    inbox.clock.advance(11 * 60_000);
    expect(await ws.triage((tx) => inbox.queue.expireLeases(tx))).toBe(1);
    expect(await ws.triage((tx) => inbox.queue.expireLeases(tx))).toBe(0);
    expect(await ws.rows('select id, state from inbox.offers where workspace_id = $1 order by id', [ws.id])).toEqual([
      { id: idle.id, state: 'expired' },
      { id: busy.id, state: 'taken' },
    ]);
    const back = await take(max);
    expect(await sinceOf(back)).toBe(minuteOf(1));
    const kinds = await ws.rows<{ kind: string }>(
      'select kind from record.entries where workspace_id = $1 order by seq',
      [ws.id],
    );
    expect(kinds.map((entry) => entry.kind).slice(-4)).toEqual([
      'offer.made',
      'offer.taken',
      'offer.leaseExpired',
      'offer.made',
    ]);
  });

  it('gives 2,000 waits to 20 agents at once: none twice, always the oldest, while mail goes on arriving', async () => {
    const agents = await Promise.all(Array.from({ length: 20 }, (_, i) => ws.agent(`a${i}`, 5_000)));
    const total = 2_000;
    for (let from = 0; from < total; from += 200) {
      await ws.ingest(Array.from({ length: 200 }, (_, i) => ws.mail(from + i, `c${from + i}@x.org`)));
    }
    let arriving = true;
    const later = (async () => {
      for (let n = 0; arriving && n < 20; n++) {
        // chasers of those who wait, and newcomers behind them
        const chasers = Array.from({ length: 20 }, (_, i) =>
          ws.mail(5_000 + n * 100 + i, `c${n * 20 + i}@x.org`, { refs: [`c${n * 20 + i}@x.org/${n * 20 + i}`] }),
        );
        await ws.ingest([...chasers, ws.mail(9_000 + n, `new${n}@x.org`)]);
      }
    })();
    const given: Offer[] = [];
    await Promise.all(
      agents.map(async (agentId) => {
        while (given.length < total) {
          const result = await ws.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: key() }));
          if ('error' in result) throw new Error(result.error);
          const [entry] = await ws.rows(
            'select 1 from record.entries where workspace_id = $1 and seq = $2 and wait_id = $3',
            [ws.id, result.offer.entry, result.offer.waitId],
          );
          if (!entry) throw new Error('an offer was answered before it was on record');
          given.push(result.offer);
        }
      }),
    );
    arriving = false;
    await later;
    expect(new Set(given.map((offer) => offer.waitId)).size).toBe(given.length);
    const inOrder = given.toSorted((a, b) => a.entry - b.entry);
    const since = await ws.rows<{ id: string; since: Date }>(
      'select id, waiting_since as since from inbox.waits where workspace_id = $1',
      [ws.id],
    );
    const times = new Map(since.map((row) => [row.id, row.since.getTime()]));
    const served = inOrder.slice(0, total).map((offer) => times.get(offer.waitId)!);
    expect(served).toEqual(served.toSorted((a, b) => a - b));
    expect(served[total - 1]).toBe(Date.parse(minuteOf(total - 1)));
  }, 120_000);
});

describe('the waiting list', () => {
  it('is paged in order both ways, with places counted from the head, and shows no name and no text', async () => {
    await ws.ingest(Array.from({ length: 10 }, (_, i) => ws.mail(i, `c${i}@x.org`)));
    const first = await ws.api((tx) => inbox.queue.entries(tx, { first: 4 }));
    expect(first.entries.map((entry) => entry.position)).toEqual([1, 2, 3, 4]);
    expect(first).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const rest = await ws.api((tx) => inbox.queue.entries(tx, { first: 10, after: first.entries[3]!.cursor }));
    expect(rest.entries.map((entry) => [entry.position, entry.waitingSince.toISOString()])).toEqual(
      [4, 5, 6, 7, 8, 9].map((i) => [i + 1, minuteOf(i)]),
    );
    expect(rest).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    const back = await ws.api((tx) => inbox.queue.entries(tx, { last: 2, before: rest.entries[0]!.cursor }));
    expect(back.entries.map((entry) => entry.position)).toEqual([3, 4]);
    expect(Object.keys(back.entries[0]!).sort()).toEqual([
      'channel',
      'cursor',
      'language',
      'need',
      'position',
      'waitId',
      'waitingSince',
    ]);
    await expect(ws.api((tx) => inbox.queue.entries(tx, { first: 2, after: 'bogus' }))).rejects.toThrow('not a cursor');
  });
});
