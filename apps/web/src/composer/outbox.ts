import type { Client, CombinedError } from 'urql';
import {
  MessageSendDocument,
  NoteCreateDocument,
  type MessageSendMutation,
  type TimelineEdgeFragment,
} from '../graphql/generated';
import { asSeen, later, type Seen } from '../conversation/seen';
import type { OutboxItem, StoredItem } from './outbox-item';
import { OutboxStore } from './outbox-store';

export type SendFault =
  | MessageSendMutation['messageSend']['userErrors'][number]
  | { readonly __typename: 'Failed'; readonly message: string };

export type Outcome =
  | {
      readonly item: OutboxItem;
      readonly fault: undefined;
      /** Reference of another conversation in which it stands now. */
      readonly elsewhere?: string;
    }
  | { readonly item: OutboxItem; readonly fault: SendFault };

interface Answer {
  readonly edge?: TimelineEdgeFragment | null;
  readonly elsewhere?: string;
  readonly fault?: SendFault;
  readonly error?: CombinedError;
}

/**
 * Sends, keeps what cannot be sent now, and tells how it ended. Survives the closing of the page: another tab, or the next
 * visit, takes over what is left. In each conversation one goes out after the other, in the order they were written.
 */
export class Outbox {
  private items: readonly OutboxItem[] = [];
  private readonly store: OutboxStore;
  private readonly busy = new Set<string>();
  private readonly newestOwn = new Map<string, Seen>();
  private readonly listeners = new Set<() => void>();
  private readonly endListeners = new Set<(outcome: Outcome) => void>();

  constructor(
    private readonly client: Client,
    private readonly agentId: string,
  ) {
    this.store = new OutboxStore(agentId);
    this.takeOver();
  }

  readonly getItems = (): readonly OutboxItem[] => this.items;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly onEnd = (listener: (outcome: Outcome) => void): (() => void) => {
    this.endListeners.add(listener);
    return () => this.endListeners.delete(listener);
  };

  send(item: StoredItem): void {
    const sending: OutboxItem = { ...item, state: 'sending' };
    this.store.put(sending);
    this.show([...this.items, sending]);
    void this.deliverLine(item.conversationId);
  }

  /** Shows what other tabs have left or are sending, and no longer what they have ended. */
  takeOver(): void {
    const stored = this.store.readAll();
    const mine = new Set(this.items.map(({ key }) => key));
    const left = this.items
      .filter(({ key }) => this.store.has(key))
      .map((item) => ({ ...item, ...stored.find(({ key }) => key === item.key) }));
    const others = stored.filter(({ key }) => !mine.has(key)).map((item) => ({ ...item, state: 'waiting' as const }));
    const same = left.length === this.items.length && left.every((it, i) => it.seenUpTo === this.items[i]?.seenUpTo);
    if (same && others.length === 0) return;
    this.show([...left, ...others].sort((a, b) => Date.parse(a.writtenAt) - Date.parse(b.writtenAt)));
  }

  /** Throws away what was to be said in a conversation that is gone. */
  forget(conversationId: string): void {
    for (const { key } of this.lineOf(conversationId)) this.store.remove(key);
    this.show(this.items.filter((item) => item.conversationId !== conversationId));
  }

  /** Whether a key of the browser's store is one of this outbox. */
  concerns(storageKey: string | null): boolean {
    return storageKey === null || this.store.holds(storageKey);
  }

  /** Tries everything that waits, whichever tab it was written in. */
  async sendWaiting(): Promise<void> {
    this.takeOver();
    const lines = new Set(this.items.filter(({ state }) => state === 'waiting').map((item) => item.conversationId));
    await Promise.all([...lines].map((conversationId) => this.deliverLine(conversationId)));
  }

  /** Sends what one conversation has, until nothing is left or the api cannot be reached. */
  private async deliverLine(conversationId: string): Promise<void> {
    if (this.busy.has(conversationId)) return;
    this.busy.add(conversationId);
    try {
      let item: OutboxItem | undefined;
      let reached = true;
      while (reached && (item = this.lineOf(conversationId)[0])) {
        const next = item;
        this.mark(conversationId, 'sending');
        reached = await oneTabAtATime(`evenhand.outbox.${this.agentId}.${conversationId}`, () => this.deliver(next));
      }
      if (!reached) this.mark(conversationId, 'waiting');
    } finally {
      this.busy.delete(conversationId);
    }
  }

  /** @returns whether the api could be reached. */
  private async deliver({ key }: OutboxItem): Promise<boolean> {
    // Another tab may have sent the one before it meanwhile, or this one.
    this.takeOver();
    const item = this.items.find((each) => each.key === key);
    if (!item) return true;
    const { edge, elsewhere, fault, error } =
      item.as === 'reply' ? await this.sendReply(item) : await this.sendNote(item);
    if (error?.networkError) return false;
    if (edge && elsewhere === undefined) this.follow(item.conversationId, edge);
    // Where tabs cannot take turns both may have sent it. The first to come here tells how it ended.
    if (!this.store.has(key)) {
      this.takeOver();
      return true;
    }
    const failed = error
      ? { __typename: 'Failed' as const, message: error.graphQLErrors[0]?.message ?? error.message }
      : fault;
    // What was written after a refused reply builds on it: it comes back with it, and is not sent alone.
    const ended = failed && item.as === 'reply' ? this.lineOf(item.conversationId).filter(isReply) : [item];
    for (const each of ended) this.store.remove(each.key);
    this.show(this.items.filter((each) => this.store.has(each.key)));
    // The last first, since each is put above what is in the field by then.
    for (const each of [...ended].reverse()) {
      this.tell(failed ? { item: each, fault: failed } : { item: each, fault: failed, elsewhere });
    }
    return true;
  }

  private async sendReply(item: OutboxItem): Promise<Answer> {
    const { conversationId, text, replyKind, key, files, inPrivate, anyway } = item;
    const { seenUpTo } = this.newestSeen(item);
    const attachmentIds = files.map(({ id }) => id);
    const input = {
      conversationId,
      text,
      replyKind,
      seenUpTo,
      attachmentIds,
      clientMutationId: key,
      ...(inPrivate ? { visibility: 'PRIVATE' as const } : {}),
      ...(anyway ? { sendAnyway: true } : {}),
    };
    const { data, error } = await this.client.mutation(MessageSendDocument, { input }).toPromise();
    const { timelineItemEdge: edge, conversation, userErrors } = data?.messageSend ?? {};
    const elsewhere = conversation && conversation.id !== conversationId ? conversation.reference : undefined;
    return { edge, elsewhere, fault: userErrors?.[0], error };
  }

  private async sendNote({ conversationId, text, key }: OutboxItem): Promise<Answer> {
    const input = { conversationId, text, clientMutationId: key };
    const { data, error } = await this.client.mutation(NoteCreateDocument, { input }).toPromise();
    const fault = data?.noteCreate.userErrors[0];
    return {
      edge: data?.noteCreate.timelineItemEdge,
      fault: fault && { __typename: 'Failed', message: fault.message },
      error,
    };
  }

  /** Who writes again has seen what they wrote before, even when the page has not shown it yet. */
  private follow(conversationId: string, { node }: TimelineEdgeFragment): void {
    // A note says nothing about the customer's messages that may have come before it.
    if (node.__typename !== 'Message') return;
    this.newestOwn.set(conversationId, asSeen(node));
    // For whoever sends the rest should this page be closed.
    for (const item of this.lineOf(conversationId)) {
      if (this.store.has(item.key)) this.store.put({ ...item, ...this.newestSeen(item) });
    }
  }

  private newestSeen({ conversationId, seenUpTo, seenAt }: OutboxItem): Seen {
    return later({ seenUpTo, seenAt }, this.newestOwn.get(conversationId));
  }

  private lineOf(conversationId: string): readonly OutboxItem[] {
    return this.items.filter((item) => item.conversationId === conversationId);
  }

  private mark(conversationId: string, state: OutboxItem['state']): void {
    this.show(this.items.map((item) => (item.conversationId === conversationId ? { ...item, state } : item)));
  }

  private show(items: readonly OutboxItem[]): void {
    this.items = items;
    for (const listener of this.listeners) listener();
  }

  private tell(outcome: Outcome): void {
    for (const listener of this.endListeners) listener(outcome);
  }
}

const isReply = (item: OutboxItem): boolean => item.as === 'reply';

/** Browsers give locks to secure pages only. Without them a message may be sent by two tabs, and is taken once. */
const locks = (): LockManager | undefined => (globalThis.navigator as Partial<Navigator> | undefined)?.locks;

/** Whether this browser lets only one of its tabs send at a time. */
export const canTakeTurns = (): boolean => locks() !== undefined;

function oneTabAtATime<T>(name: string, work: () => Promise<T>): Promise<T> {
  return locks()?.request(name, work) ?? work();
}
