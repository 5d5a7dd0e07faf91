import type { XTruthEntry } from '../../apps/simulator/src';
import { heldMessages, namesOf, type Held } from './held-messages';
import type { HandleOfProof, XProof } from './x-proof';

/** Most differences told; the first ones say what is wrong. */
const MOST = 40;

/**
 * Compares what the inbox holds of a handle with what stands on X, message by message: there once, in the right place, by the
 * right person, at its time, with the newest text, and nothing else. @returns the differences, in words.
 */
export async function differences(proof: XProof, handle: HandleOfProof): Promise<string[]> {
  const truth = proof.simulator.truth(handle.userId).filter((entry) => !answersNobody(entry, handle.userId));
  const held = await heldMessages(proof.product, handle.accountId);
  const byId = new Map<string, Held[]>();
  for (const row of held) for (const id of namesOf(row)) byId.set(id, [...(byId.get(id) ?? []), row]);
  const faults: string[] = [];
  for (const entry of truth) {
    const found = [...new Set(entry.nativeIds.flatMap((id) => byId.get(id) ?? []))];
    // what was deleted before anybody heard of it need not be there
    if (found.length === 0 && entry.withdrawn) continue;
    if (found.length === 1) faults.push(...compare(entry, found[0]!));
    else faults.push(`${name(entry)} is there ${found.length} times`);
  }
  const known = new Set(truth.flatMap(({ nativeIds }) => nativeIds));
  for (const row of held) {
    if (row.origin === 'evenhand' || row.class === 'notice' || namesOf(row).some((id) => known.has(id))) continue;
    faults.push(`${row.externalId} "${row.text}" is there and nobody wrote it`);
  }
  return faults.slice(0, MOST);
}

/** News for everybody, and what goes on right below it. */
function answersNobody({ kind, direction, why, person, replyTo, conversationId }: XTruthEntry, own: string): boolean {
  if (kind !== 'post' || direction !== 'outbound') return false;
  return why === 'own' || (person === own && replyTo === conversationId);
}

function compare(entry: XTruthEntry, row: Held): string[] {
  const inbound = entry.direction === 'inbound';
  const wanted: Record<string, unknown> = { direction: entry.direction, withdrawn: entry.withdrawn, text: entry.text };
  const got: Record<string, unknown> = { direction: row.direction, withdrawn: row.withdrawn, text: row.text };
  const also = (what: string, one: unknown, other: unknown): void => void ([wanted[what], got[what]] = [one, other]);
  if (!entry.withdrawn) {
    also('edited', entry.edits > 0, row.edited);
    also('files', entry.attachments, row.files);
  }
  if (entry.kind !== 'post') also('thread', `dm:${entry.person}`, row.threadKey);
  else if (inbound) also('thread', `${entry.conversationId}/${entry.person}`, row.threadKey);
  if (inbound) {
    also('author', entry.person, row.author);
    // of posts X tells whole seconds
    also('at', Math.floor(entry.at / 1_000), Math.floor(row.at.getTime() / 1_000));
  }
  also('origin', row.origin === 'evenhand' ? 'evenhand' : inbound ? 'platform' : 'elsewhere', row.origin);
  return Object.keys(wanted)
    .filter((what) => wanted[what] !== got[what])
    .map(
      (what) => `${name(entry)}: ${what} is ${JSON.stringify(got[what])} instead of ${JSON.stringify(wanted[what])}`,
    );
}

function name({ kind, why, id, written, direction }: XTruthEntry): string {
  return `${direction} ${kind} (${why}) ${id} "${written.slice(0, 60)}"`;
}
