import {
  inboundEvent,
  type AccountEvent,
  type ChangeEvent,
  type MessageEvent,
  type PersonEvent,
  type SendEvent,
  type ThreadEvent,
} from '@app/channel';
import type { Tx } from '@app/runtime';
import type { Change, Changes } from '../changes/changes';
import { holdWorkspace, lockConversations } from '../conversations/lock';
import { append, takeHead, type RecordEntry } from '../record/record';
import { settleWaits } from '../waits/settle-waits';
import { withPartners } from '../waits/standing';
import { absorb } from './absorb';
import { saveAccount } from './account-events';
import { byTime, findFresh } from './find-fresh';
import { applyChanges, findTargets, storeChanges, type ChangedMessage } from './message-changes';
import { park, takeUp, unpark } from './parked';
import { linkConversations, resolvePeople, savePeople } from './people';
import { placeBatch } from './place-batch';
import { replaceUnreadable } from './replace-unreadable';
import { applySends, conversationsOf, nameSent, takeOutOwn, type SentMessage } from './send-events';
import { collectNews } from './send-news';
import type { Arrived, IngestReport, StoredEvent } from './stored-event';
import { applyReceipts, bindThreads, findStrays, refuseWindows, saveThreads } from './thread-facts';
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

  private async onlyAccount(tx: Tx, id: string, changed: boolean, events: number): Promise<IngestReport> {
    if (changed) await this.changes.write(tx, [{ kind: 'account', id }]);
    return { messages: 0, repeated: events - Number(changed), conversationsOpened: 0, waitsOpened: 0 };
  }

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
    await holdWorkspace(tx);
    const { account, changed } = await saveAccount(tx, { id: first.accountId, channel: first.channel }, parts.accounts);

    if (account.purged) return this.onlyAccount(tx, account.id, changed, events.length);

    const fresh = await findFresh(tx, account.id, parts.messages, parts.changes, parts.people);
    const { own, others } = await takeOutOwn(tx, account, fresh.messages);
    const sends = collectNews(parts.sends, own);
    const happened = await storeChanges(tx, account.id, fresh.changes);
    const read = others.map((arrived) => arrived.event);
    const told = await saveThreads(tx, account.id, parts.threads, read);
    const known = await savePeople(tx, account, fresh.people);

    const targets = await findTargets(tx, account.id, happened);
    const about = targets.map((message) => message.conversationId);
    const sentIn = await conversationsOf(tx, sends);
    const held = await lockConversations(tx, [...new Set([...about, ...told, ...sentIn])]);
    // before anything is placed: what arrives may refer to what we sent by the id the platform gave it
    const named = await nameSent(tx, account.id, sends);
    await insertRefs(tx, account.id, named.refs);
    const bound = await bindThreads(tx, account.id, parts.sends);
    const strays = await findStrays(tx, account.id, parts.sends);
    await refuseWindows(tx, account.id, parts.sends);

    const inPublic = read.filter((event) => event.visibility === 'public').flatMap((event) => event.nativeIds);
    const waited = await takeUp(tx, account.id, [...named.public, ...inPublic]);
    const arrived = together(others, waited);
    const { placed, begun, absorbed, parked } = await placeBatch(tx, account, arrived);
    await unpark(tx, account.id, waited);
    await park(tx, account.id, parked);
    const joined = [...new Set(placed.map((m) => m.conversationId))].filter((id) => !begun.has(id));
    await lockConversations(tx, [...joined, ...[...absorbed, ...strays].flatMap(({ from, into }) => [from, into])]);
    const people = await resolvePeople(
      tx,
      account.channel,
      placed.map((m) => m.event),
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
    const linked = await linkConversations(tx, account.id, known.same);

    const before = new Set([...fresh.changed, ...happened]);
    const later = placed.filter((m) => before.has(m.event.externalId)).map((m) => m.id);
    const altered = await applyChanges(tx, [...new Set([...targets.map(({ id }) => id), ...named.changed, ...later])]);
    const withdrawn = altered.filter((m) => m.withdrawnBy !== m.wasWithdrawnBy);

    const changes: Change[] = changed ? [{ kind: 'account', id: account.id }] : [];
    const entries: RecordEntry[] = [...placed.map(received), ...withdrawn.map(takenBack)];
    const touched = [
      ...new Set([...begun, ...joined, ...sentIn, ...linked, ...withdrawn.map((message) => message.conversationId)]),
    ];
    let applied: readonly SentMessage[] = [];
    if (touched.length > 0) {
      await lockConversations(tx, await withPartners(tx, touched));
      await takeHead(tx);
      const { gone, ...united } = await absorb(tx, account.id, absorbed, strays);
      const still = (id: string): boolean => !gone.has(id);
      await refreshConversations(tx, [...joined, ...strays.map(({ into }) => into)].filter(still));
      applied = await applySends(tx, account.id, sends);
      const settled = await settleWaits(tx, touched.filter(still));
      changes.push(...united.changes, ...settled.changes);
      entries.push(...united.entries, ...applied.filter((m) => m.state === 'failed').map(failed), ...settled.entries);
    }
    const threaded = held.filter((conversation) => conversation.threadKey !== null).map(({ id }) => id);
    const receipts = await applyReceipts(tx, [...threaded, ...bound]);
    for (const id of new Set([...told, ...linked, ...bound, ...known.conversations])) {
      changes.push({ kind: 'conversation', id, conversationId: id });
    }
    const shown = [...placed, ...applied, ...altered, ...receipts];
    for (const { id, conversationId } of new Map(shown.map((message) => [message.id, message])).values()) {
      changes.push({ kind: 'message', id, conversationId });
    }
    await this.changes.write(tx, changes);
    const news = happened.length + parts.threads.length + parts.people.length;
    if (entries.length > 0) await append(tx, entries);
    return {
      messages: added.length,
      repeated:
        events.length - (placed.length - waited.length) - parked.length - applied.length - Number(changed) - news,
      conversationsOpened: begun.size,
      waitsOpened: entries.filter((entry) => entry.kind === 'wait.opened').length,
    };
  }
}

function sort(events: readonly StoredEvent[]) {
  const parts = {
    messages: [] as Arrived[],
    changes: [] as ChangeEvent[],
    threads: [] as ThreadEvent[],
    people: [] as PersonEvent[],
    sends: [] as SendEvent[],
    accounts: [] as AccountEvent[],
  };
  for (const stored of events) {
    const event = inboundEvent.parse(stored.body);
    if (event.kind === 'message') parts.messages.push({ event, receivedAt: stored.receivedAt });
    else if (event.kind === 'change') parts.changes.push(event);
    else if (event.kind === 'thread') parts.threads.push(event);
    else if (event.kind === 'person') parts.people.push(event);
    else if (event.kind === 'send') parts.sends.push(event);
    else parts.accounts.push(event);
  }
  return parts;
}

/** The earliest first, each once. */
function together(arrived: readonly Arrived[], waited: readonly Arrived[]): readonly Arrived[] {
  if (waited.length === 0) return arrived;
  const ids = new Set(waited.map(({ event }) => event.externalId));
  return [...waited, ...arrived.filter(({ event }) => !ids.has(event.externalId))].sort(byTime);
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
    ...sealedFields(event),
  };
  return { kind, fields };
}

/** What the platform told of fame is in `sealed`; the record has the commitments to it, each in a field of its own. */
function sealedFields({ commitments }: MessageEvent): Record<string, string> {
  return Object.fromEntries(Object.entries(commitments).map(([field, commitment]) => [`sealed_${field}`, commitment]));
}

function takenBack(message: ChangedMessage): RecordEntry {
  const { id, conversationId, withdrawnBy } = message;
  return { kind: 'message.withdrawn', fields: { message: id, conversation: conversationId, by: withdrawnBy } };
}

function failed(message: SentMessage): RecordEntry {
  return { kind: 'message.failed', fields: { message: message.id, conversation: message.conversationId } };
}
