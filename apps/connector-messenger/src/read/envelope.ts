import { idOf, type Json, listOf, objectOf, textOf } from '@app/connector-host';
import { parseExactJson } from '../exact-json';

/** One body of a webhook, parsed. */
export interface Envelope {
  /** What the entries are about; only `page` is ours. Left out by some test deliveries. */
  readonly object: string;
  readonly entries: readonly unknown[];
}

/** One update of an account, wherever in the body it stood. */
export interface Update {
  /** `messaging` and `standby` are about private messages, `changes` about anything else. */
  readonly list: 'messaging' | 'standby' | 'changes';
  readonly value: unknown;
  /** Time of the entry, unread: the unit differs. */
  readonly entryTime: unknown;
  /** Where it stands, for the note on one that makes no sense. */
  readonly where: string;
}

/** A body is read once for its addresses and once for each account in it; parsing it is most of the work. */
const parsed = new WeakMap<Buffer, Envelope>();

/** @throws SyntaxError where the bytes are no JSON object. */
export function envelopeOf(raw: Buffer): Envelope {
  const known = parsed.get(raw);
  if (known) return known;
  const body = objectOf(parseExactJson(raw));
  if (!body) throw new SyntaxError('the JSON is no object');
  const envelope = { object: textOf(body['object']) ?? 'page', entries: listOf(body['entry']) };
  parsed.set(raw, envelope);
  return envelope;
}

/** The accounts that a body concerns, each once, in its order; none where it is not about Pages or cannot be read. */
export function addressesIn(raw: Buffer): string[] {
  try {
    const { object, entries } = envelopeOf(raw);
    if (object !== 'page') return [];
    return [...new Set(entries.flatMap((entry) => idOf(objectOf(entry)?.['id']) ?? []))];
  } catch {
    return [];
  }
}

const LISTS = ['messaging', 'standby', 'changes'] as const;

/** The updates of one account. Entries that name no account are told in `malformed`. */
export function updatesOf(envelope: Envelope, address: string): { updates: Update[]; malformed: string[] } {
  const updates: Update[] = [];
  const malformed: string[] = [];
  for (const [index, value] of envelope.entries.entries()) {
    const entry: Json | undefined = objectOf(value);
    const id = idOf(entry?.['id']);
    if (!entry || id === undefined) {
      malformed.push(`entry[${index}]`);
    } else if (id === address) {
      for (const list of LISTS) {
        for (const [at, update] of listOf(entry[list]).entries()) {
          updates.push({ list, value: update, entryTime: entry['time'], where: `entry[${index}].${list}[${at}]` });
        }
      }
    }
  }
  return { updates, malformed };
}
