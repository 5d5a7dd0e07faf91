import type { TruthEntry } from '../../apps/simulator/src';
import { heldMessages, namesOf, type Held } from './held-messages';
import type { MessengerProof, PageOfProof } from './messenger-proof';

/** Most differences told; the first ones say what is wrong. */
const MOST = 40;

/**
 * Compares what the inbox holds of a Page with what stands on it, message by message: there once, in the right place, by the
 * right person, at its time, with the newest text, and nothing else. @returns the differences, in words.
 */
export async function differences(proof: MessengerProof, page: PageOfProof): Promise<string[]> {
  const truth = proof.simulator.truth(page.pageId);
  const held = await heldMessages(proof.product, page.accountId);
  return [...messages(truth, held), ...order(truth, held)].slice(0, MOST);
}

function messages(truth: readonly TruthEntry[], held: readonly Held[]): string[] {
  const faults: string[] = [];
  const byId = new Map<string, Held[]>();
  for (const row of held) for (const id of namesOf(row)) byId.set(id, [...(byId.get(id) ?? []), row]);
  for (const entry of truth) {
    // what a Page writes under its own post answers nobody
    if (entry.kind === 'comment' && entry.direction === 'outbound' && entry.replyTo === undefined) continue;
    const found = [...new Set(byId.get(entry.id))];
    if (found.length === 1) faults.push(...compare(entry, found[0]!));
    else faults.push(`${name(entry)} is there ${found.length} times`);
  }
  const known = new Set(truth.map(({ id }) => id));
  for (const row of held) {
    const invented = row.origin !== 'evenhand' && row.class !== 'notice' && !namesOf(row).some((id) => known.has(id));
    if (invented) faults.push(`${row.externalId} "${row.text}" is there and nobody wrote it`);
  }
  return faults;
}

function compare(entry: TruthEntry, row: Held): string[] {
  const ours = row.origin === 'evenhand';
  const wanted: Record<string, unknown> = { direction: entry.direction, withdrawn: entry.withdrawn };
  const got: Record<string, unknown> = { direction: row.direction, withdrawn: row.withdrawn };
  const also = (what: string, one: unknown, other: unknown): void => void ([wanted[what], got[what]] = [one, other]);
  also('text', entry.text, row.text);
  if (!entry.withdrawn) {
    also('edited', entry.edits > 0, row.edited);
    also('files', entry.attachments, row.files);
  }
  if (entry.kind === 'message') {
    also('thread', entry.person, row.threadKey);
    also('reaction', entry.reaction, row.reactions.find(({ by }) => by === entry.person)?.emoji ?? null);
  } else {
    also('hidden', entry.hidden, row.hidden);
  }
  if (entry.direction === 'inbound') {
    also('author', entry.person, row.author);
    const exact = entry.kind === 'message' && !isCoarse(row) ? 1 : 1_000;
    also('at', Math.floor(entry.at / exact), Math.floor(row.at.getTime() / exact));
    if (entry.kind === 'comment') also('thread', `comment:${entry.replyTo ?? entry.id}:${entry.person}`, row.threadKey);
  }
  also('origin', ours ? 'evenhand' : entry.direction === 'inbound' ? 'platform' : 'elsewhere', row.origin);
  return Object.keys(wanted)
    .filter((what) => wanted[what] !== got[what])
    .map(
      (what) => `${name(entry)}: ${what} is ${JSON.stringify(got[what])} instead of ${JSON.stringify(wanted[what])}`,
    );
}

/** The platform tells times of comments, and of what is fetched afterwards, in whole seconds. */
function isCoarse({ at }: Held): boolean {
  return at.getTime() % 1_000 === 0;
}

/**
 * In each private thread, what was written on the platform stands in the order in which it was written; within a second only as
 * far as its times are known.
 */
function order(truth: readonly TruthEntry[], held: readonly Held[]): string[] {
  const places = new Map(truth.flatMap(({ kind, id }, place) => (kind === 'message' ? [[id, place] as const] : [])));
  const before = new Map<string | null, { row: Held; place: number }>();
  const faults: string[] = [];
  for (const row of held) {
    const place = places.get(namesOf(row).find((id) => places.has(id)) ?? '');
    // our own answers stand where their author saw them
    if (place === undefined || row.origin === 'evenhand') continue;
    const last = before.get(row.threadKey);
    before.set(row.threadKey, { row, place });
    if (last === undefined || last.place < place) continue;
    const second = (one: Held): number => Math.floor(one.at.getTime() / 1_000);
    if (second(last.row) === second(row) && (isCoarse(last.row) || isCoarse(row))) continue;
    faults.push(`thread ${row.threadKey}: ${name(truth[place]!)} stands behind ${name(truth[last.place]!)}`);
  }
  return faults;
}

function name({ kind, id, written, direction }: TruthEntry): string {
  return `${direction} ${kind} ${id} "${written.slice(0, 60)}"`;
}
