import type { Client, CombinedError } from 'urql';
import {
  MessageSendDocument,
  NoteCreateDocument,
  type MessageSendMutation,
  type ReplyKind,
} from '../graphql/generated';
import type { FileRef } from './drafts';

/** A reply or note on its way to the api. Shown in the conversation at once. */
export interface OutboxItem {
  /** Also the idempotency key: however often it is sent, it is taken once. */
  readonly key: string;
  readonly as: 'reply' | 'note';
  readonly conversationId: string;
  readonly text: string;
  readonly files: readonly FileRef[];
  readonly replyKind: ReplyKind;
  readonly seenUpTo: string;
  readonly writtenAt: string;
  /** `waiting`: the api cannot be reached; goes out by itself when it can. */
  readonly state: 'sending' | 'waiting';
}

export type SendFault =
  | MessageSendMutation['messageSend']['userErrors'][number]
  | { readonly __typename: 'Failed'; readonly message: string };

export type Outcome =
  { readonly item: OutboxItem; readonly fault: undefined } | { readonly item: OutboxItem; readonly fault: SendFault };

/** Sends, keeps what cannot be sent now, and tells how it ended. Survives the closing of the page. */
export class Outbox {
  private items: readonly OutboxItem[];
  private readonly listeners = new Set<() => void>();
  private readonly endListeners = new Set<(outcome: Outcome) => void>();

  constructor(
    private readonly client: Client,
    private readonly agentId: string,
  ) {
    const stored = localStorage.getItem(this.storageKey);
    this.items =
      stored === null ? [] : (JSON.parse(stored) as OutboxItem[]).map((item) => ({ ...item, state: 'waiting' }));
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

  send(item: Omit<OutboxItem, 'state'>): void {
    const sending: OutboxItem = { ...item, state: 'sending' };
    this.set([...this.items, sending]);
    void this.deliver(sending);
  }

  /** Called when the api can be reached again. One after the other, in the order in which they were written. */
  async sendWaiting(): Promise<void> {
    for (const item of this.items.filter(({ state }) => state === 'waiting')) {
      this.change(item.key, 'sending');
      await this.deliver(item);
    }
  }

  private async deliver(item: OutboxItem): Promise<void> {
    const { fault, error } = item.as === 'reply' ? await this.sendReply(item) : await this.sendNote(item);
    if (error?.networkError) {
      this.change(item.key, 'waiting');
      return;
    }
    const failed = error
      ? { __typename: 'Failed' as const, message: error.graphQLErrors[0]?.message ?? error.message }
      : fault;
    this.set(this.items.filter(({ key }) => key !== item.key));
    for (const listener of this.endListeners) listener({ item, fault: failed });
  }

  private async sendReply(item: OutboxItem): Promise<{ fault?: SendFault; error?: CombinedError }> {
    const { conversationId, text, replyKind, seenUpTo, key, files } = item;
    const attachmentIds = files.map(({ id }) => id);
    const input = { conversationId, text, replyKind, seenUpTo, attachmentIds, clientMutationId: key };
    const { data, error } = await this.client.mutation(MessageSendDocument, { input }).toPromise();
    return { fault: data?.messageSend.userErrors[0], error };
  }

  private async sendNote({
    conversationId,
    text,
    key,
  }: OutboxItem): Promise<{ fault?: SendFault; error?: CombinedError }> {
    const input = { conversationId, text, clientMutationId: key };
    const { data, error } = await this.client.mutation(NoteCreateDocument, { input }).toPromise();
    const fault = data?.noteCreate.userErrors[0];
    return { fault: fault && { __typename: 'Failed', message: fault.message }, error };
  }

  private change(key: string, state: OutboxItem['state']): void {
    this.set(this.items.map((item) => (item.key === key ? { ...item, state } : item)));
  }

  private get storageKey(): string {
    return `evenhand.outbox.${this.agentId}`;
  }

  private set(items: readonly OutboxItem[]): void {
    this.items = items;
    if (items.length > 0) localStorage.setItem(this.storageKey, JSON.stringify(items));
    else localStorage.removeItem(this.storageKey);
    for (const listener of this.listeners) listener();
  }
}
