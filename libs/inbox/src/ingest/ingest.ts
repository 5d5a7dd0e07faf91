import { inboundEvent, type AccountEvent, type SendEvent } from '@app/channel';
import type { Tx } from '@app/runtime';
import type { Change, Changes } from '../changes/changes';
import { lockConversations } from '../conversations/lock';
import { append, takeHead, type RecordEntry } from '../record/record';
import { settleWaits } from '../waits/settle-waits';
import { absorb } from './absorb';
import { saveAccount, type KnownAccount } from './account-events';
import { resolvePeople } from './people';
import { placeBatch } from './place-batch';
import { replaceUnreadable } from './replace-unreadable';
import { applySends, collectNews, conversationsOf, nameSent, takeOutOwn, type SentMessage } from './send-events';
import type { Arrived, IngestReport, StoredEvent } from './stored-event';
import {
  insertConversations,
  insertMessages,
  insertParticipants,
  refreshConversations,
  type PlacedMessage,
} from './write-messages';
import { insertRefs, refRows } from './write-refs';

/**
 * Takes what connectors read into the inbox. Idempotent and commutative: an event may come again, and events may come in any
 * order, split into batches anyhow; the messages, their conversations, what is answered and who waits since when come out
 * the same. What depends on the order is history only: ids, numbers, the record, and waits that were open for a while before
 * their answer was known.
 */
export class Ingest {
  constructor(private readonly changes: Changes) {}

  /**
   * Takes in events of one account, in the caller's transaction; at most a few hundred. One batch of a workspace at a time:
   * a second one waits.
   * @throws ZodError for a body that is not an event, and whatever the database throws; nothing of the batch is kept then.
   */
  async ingest(tx: Tx, events: readonly StoredEvent[]): Promise<IngestReport> {
    const first = events[0];
    if (!first) return { messages: 0, repeated: 0, conversationsOpened: 0, waitsOpened: 0 };
    if (events.some((event) => event.accountId !== first.accountId)) throw new TypeError('a batch is of one account');
    const parts = sort(events);
    await tx.query('select 1 from inbox.workspaces where workspace_id = $1 for no key update', [tx.workspaceId]);
    const { account, changed } = await saveAccount(tx, { id: first.accountId, channel: first.channel }, parts.accounts);

    const fresh = await this.fresh(tx, account, parts.messages);
    const { own, others } = await takeOutOwn(tx, account, fresh);
    const sends = collectNews(parts.sends, own);
    const sent = await lockConversations(tx, await conversationsOf(tx, sends));
    // before anything is placed: what arrives may refer to what we sent by the id the platform gave it
    await insertRefs(tx, account.id, await nameSent(tx, account.id, sends));

    const { placed, begun, absorbed } = await placeBatch(tx, account, others);
    const joined = [...new Set(placed.map((m) => m.conversationId))].filter((id) => !begun.has(id));
    await lockConversations(tx, [...joined, ...absorbed.map(({ from }) => from)]);
    const people = await resolvePeople(
      tx,
      account.channel,
      others.map((arrived) => arrived.event),
    );
    await insertConversations(
      tx,
      account,
      placed.filter((m) => begun.has(m.conversationId)),
      people,
    );
    const added = placed.filter((m) => !m.replacing);
    await replaceUnreadable(
      tx,
      placed.filter((m) => m.replacing),
      people,
    );
    await insertMessages(tx, account.id, added, people);
    await insertParticipants(tx, placed, people, account.address);
    await insertRefs(tx, account.id, refRows(placed));

    const changes: Change[] = changed ? [{ kind: 'account', id: account.id }] : [];
    const entries: RecordEntry[] = placed.map(received);
    const touched = [...new Set([...begun, ...joined, ...sent.map(({ id }) => id)])];
    let applied: readonly SentMessage[] = [];
    if (touched.length > 0) {
      await takeHead(tx);
      const { gone, ...united } = await absorb(tx, account.id, absorbed);
      const still = (id: string): boolean => !gone.has(id);
      await refreshConversations(tx, joined.filter(still));
      applied = await applySends(tx, account.id, sends);
      const settled = await settleWaits(tx, touched.filter(still));
      changes.push(...united.changes, ...settled.changes);
      entries.push(...united.entries, ...applied.filter((m) => m.state === 'failed').map(failed), ...settled.entries);
    }
    for (const { id, conversationId } of [...placed, ...applied]) changes.push({ kind: 'message', id, conversationId });
    await this.changes.write(tx, changes);
    if (entries.length > 0) await append(tx, entries);
    return {
      messages: added.length,
      repeated: events.length - placed.length - applied.length - Number(changed),
      conversationsOpened: begun.size,
      waitsOpened: entries.filter((entry) => entry.kind === 'wait.opened').length,
    };
  }

  /** Those that are not here yet, each once, the earliest first. */
  private async fresh(tx: Tx, account: KnownAccount, messages: readonly Arrived[]): Promise<Arrived[]> {
    if (messages.length === 0) return [];
    const known = await tx.query<{ id: string }>(
      /* sql */ `
      select external_id as id from inbox.messages where account_id = $1 and external_id = any($2::text[])
      union all
      select replaces from inbox.messages where account_id = $1 and replaces = any($2::text[])`,
      [account.id, messages.map(({ event }) => event.externalId)],
    );
    // what is replaced by another of this batch counts as here
    const here = new Set([...known.map((row) => row.id), ...messages.flatMap(({ event }) => event.replaces ?? [])]);
    const fresh = new Map<string, Arrived>();
    for (const arrived of messages) {
      const id = arrived.event.externalId;
      if (!here.has(id) && !fresh.has(id)) fresh.set(id, arrived);
    }
    return [...fresh.values()].sort((a, b) => (a.event.at < b.event.at ? -1 : a.event.at > b.event.at ? 1 : 0));
  }
}

function sort(events: readonly StoredEvent[]) {
  const parts = { messages: [] as Arrived[], sends: [] as SendEvent[], accounts: [] as AccountEvent[] };
  for (const stored of events) {
    const event = inboundEvent.parse(stored.body);
    if (event.kind === 'message') parts.messages.push({ event, receivedAt: stored.receivedAt });
    else if (event.kind === 'send') parts.sends.push(event);
    else parts.accounts.push(event);
  }
  return parts;
}

function received(m: PlacedMessage): RecordEntry {
  const { event, conversationId, id } = m;
  const answer = event.direction === 'outbound' && event.class === 'ordinary';
  const kind = answer ? 'message.answeredElsewhere' : 'message.received';
  const fields = {
    message: id,
    conversation: conversationId,
    class: event.class,
    at: Date.parse(event.at),
    history: event.history,
  };
  return { kind, fields };
}

function failed(message: SentMessage): RecordEntry {
  return { kind: 'message.failed', fields: { message: message.id, conversation: message.conversationId } };
}
