import type { Tx } from '@app/runtime';
import type { Change } from '../changes/changes';
import type { RecordEntry } from '../record/record';
import { coverAnswered } from './coverage';
import { decideWaits, type Joined, type Placed } from './decide-waits';
import { readStandings, withPartners } from './standing';
import {
  adoptMessages,
  bind,
  endWaits,
  handOver,
  insertWaits,
  joinWaits,
  linkMatters,
  placeWaits,
  renameWaits,
} from './write-waits';

export interface Settled {
  readonly entries: RecordEntry[];
  readonly changes: Change[];
  /** Waits that ended here. */
  readonly ended: ReadonlySet<string>;
}

/**
 * Brings the waits of conversations in line with their messages: opens, reopens, moves, joins and ends them. What a wait is
 * follows from the messages alone, so the order in which events arrive does not matter: since = arrival of the earliest message
 * not covered, in whichever conversation of the matter; a reopened wait has its old place again. What its author took back waits no
 * more. But who wrote once more before taking it back keeps the place: only a wait of which nothing was left for a time is over.
 *
 * The caller holds the conversations (`lockMatters`) and then the head of the record, and appends the entries.
 */
export async function settleWaits(tx: Tx, conversationIds: readonly string[]): Promise<Settled> {
  const settled = { entries: [] as RecordEntry[], changes: [] as Change[], ended: new Set<string>() };
  if (conversationIds.length === 0) return settled;
  const all = await withPartners(tx, conversationIds);
  await coverAnswered(tx, all);
  const decision = decideWaits(await readStandings(tx, all), () => tx.newId());
  const { opened, reopened, moved, renamed, joined, over, bindings, handed, linked, waiting, touched } = decision;

  await insertWaits(tx, opened);
  await joinWaits(tx, joined);
  await placeWaits(tx, [...reopened, ...moved]);
  await renameWaits(tx, renamed);
  const ended = await endWaits(tx, over);
  await bind(tx, bindings);
  await adoptMessages(tx, waiting);
  await handOver(tx, handed);
  await linkMatters(tx, linked);

  for (const p of opened) settled.entries.push(placed('wait.opened', p));
  for (const p of reopened) settled.entries.push(placed('wait.reopened', p));
  for (const j of joined) settled.entries.push(joinedEntry(j));
  for (const p of moved) settled.entries.push(placed('wait.moved', p));
  for (const wait of ended) {
    settled.ended.add(wait.id);
    settled.entries.push({
      kind: 'wait.ended',
      wait: wait.id,
      fields: { how: wait.how, reason: wait.reason, by: wait.by },
    });
  }
  if (touched.length > 0) settled.changes.push({ kind: 'queue', id: tx.workspaceId });
  for (const id of touched) settled.changes.push({ kind: 'conversation', id, conversationId: id });
  for (const { closes } of joined) if (closes) settled.changes.push({ kind: 'offer', ...closes });
  return settled;
}

function placed(kind: RecordEntry['kind'], p: Placed): RecordEntry {
  const fields = {
    conversation: p.conversationId,
    channel: p.channel,
    since: p.since.getTime(),
    key: p.key,
    need: p.need,
  };
  return { kind, wait: p.waitId, fields };
}

/** Whose offer ended by it is on record, too: they had it in hand and have it no more. */
function joinedEntry({ from, into, conversationId, closes }: Joined): RecordEntry {
  const offer = closes && { offer: closes.id, agent: closes.agentId };
  return { kind: 'wait.joined', wait: from, fields: { into, conversation: conversationId, ...offer } };
}
