import type { Tx } from '@app/runtime';
import { refsOf } from './threads';
import type { PlacedMessage } from './write-messages';

/** A reference of a message, known or only mentioned, on its way into the table. */
export interface RefRow {
  readonly ref: string;
  readonly conversation: string;
  readonly message: string | null;
  readonly direct: boolean;
  readonly subjects: readonly string[];
  readonly parties: readonly string[];
}

export function refRows(placed: readonly PlacedMessage[]): RefRow[] {
  const rows = new Map<string, RefRow>();
  for (const { id, event, conversationId } of placed) {
    for (const [ref, { seen, direct, subjects, parties }] of refsOf(event)) {
      const key = `${conversationId} ${ref}`;
      const row = { ref, conversation: conversationId, message: seen ? id : null, direct, subjects, parties };
      const known = rows.get(key);
      rows.set(key, known ? joinRefs(known, row) : row);
    }
  }
  return [...rows.values()];
}

function joinRefs(a: RefRow, b: RefRow): RefRow {
  return {
    ...a,
    message: a.message ?? b.message,
    direct: a.direct || b.direct,
    subjects: [...new Set([...a.subjects, ...b.subjects])],
    parties: [...new Set([...a.parties, ...b.parties])],
  };
}

/** What happens when a reference is met again in its conversation; the same as `mergeRefs` of threads.ts. */
export const MERGE_REFS = /* sql */ `
  on conflict (account_id, ref, conversation_id) do update
     set message_id = coalesce(x.message_id, excluded.message_id), direct = x.direct or excluded.direct,
         subjects = array(select distinct s from unnest(x.subjects || excluded.subjects) s order by s limit 50),
         parties = array(select distinct p from unnest(x.parties || excluded.parties) p order by p limit 50)
   where (x.message_id is null and excluded.message_id is not null) or (excluded.direct and not x.direct)
      or not x.subjects @> excluded.subjects or not x.parties @> excluded.parties`;

export async function insertRefs(tx: Tx, accountId: string, rows: readonly RefRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    /* sql */ `
    insert into inbox.refs as x (account_id, ref, conversation_id, workspace_id, message_id, direct, subjects, parties)
    select $1, r.ref, r.conversation, $2, r.message, r.direct, r.subjects, r.parties
      from jsonb_to_recordset($3::jsonb)
        as r(ref text, conversation uuid, message uuid, direct boolean, subjects text[], parties text[])
     order by r.ref, r.conversation ${MERGE_REFS}`,
    [accountId, tx.workspaceId, JSON.stringify(rows)],
  );
}
