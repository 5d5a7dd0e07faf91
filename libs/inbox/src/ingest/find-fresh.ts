import { tombstoneOf, type ChangeEvent, type PersonEvent } from '@app/channel';
import type { Tx } from '@app/runtime';
import type { Arrived } from './stored-event';

export interface Fresh {
  /** Those that are not here yet, each once, the earliest first. */
  readonly messages: readonly Arrived[];
  /** Without those of messages that were erased. */
  readonly changes: readonly ChangeEvent[];
  /** Without those who were erased. */
  readonly people: readonly PersonEvent[];
  /** External ids of these messages to which something has happened that came before them. */
  readonly changed: ReadonlySet<string>;
}

/** Leaves out what is here already and what must not come back. One statement. */
export async function findFresh(
  tx: Tx,
  accountId: string,
  messages: readonly Arrived[],
  changes: readonly ChangeEvent[],
  people: readonly PersonEvent[],
): Promise<Fresh> {
  if (messages.length + changes.length + people.length === 0) {
    return { messages: [], changes: [], people: [], changed: new Set() };
  }
  const ids = messages.map(({ event }) => event.externalId);
  const about = [...changes.map((event) => event.target), ...people.map((event) => event.about)];
  const named = [...new Set([...ids, ...about])];
  const rows = await tx.query<{ what: 'here' | 'changed' | 'erased'; id: string }>(
    /* sql */ `
    select 'here' as what, external_id as id from inbox.messages where account_id = $1 and external_id = any($2::text[])
    union all
    select 'here', replaces from inbox.messages where account_id = $1 and replaces = any($2::text[])
    union all
    select distinct 'changed', target from inbox.message_changes where account_id = $1 and target = any($2::text[])
    union all
    select 'erased', n.id from unnest($3::text[], $4::text[]) n (id, hash)
      join inbox.tombstones t on t.account_id = $1 and t.hash = decode(n.hash, 'hex')`,
    [accountId, ids, named, named.map((id) => tombstoneOf(accountId, id).toString('hex'))],
  );
  const only = (what: string): Set<string> => new Set(rows.filter((row) => row.what === what).map((row) => row.id));
  const erased = only('erased');
  // what is replaced by another of this batch counts as here
  const here = new Set([...only('here'), ...messages.flatMap(({ event }) => event.replaces ?? [])]);
  const fresh = new Map<string, Arrived>();
  for (const arrived of messages) {
    const id = arrived.event.externalId;
    if (!here.has(id) && !erased.has(id) && !fresh.has(id)) fresh.set(id, arrived);
  }
  return {
    messages: [...fresh.values()].sort(byTime),
    changes: changes.filter((event) => !erased.has(event.target)),
    people: people.filter((event) => !erased.has(event.about)),
    changed: only('changed'),
  };
}

export function byTime(a: Arrived, b: Arrived): number {
  return a.event.at < b.event.at ? -1 : a.event.at > b.event.at ? 1 : 0;
}
