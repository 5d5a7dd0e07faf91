import type { Tx } from '@app/runtime';
import type { Change } from '../changes/changes';
import type { RecordEntry } from '../record/record';
import { workedOn, type Absorption } from './place-batch';
import { MERGE_REFS } from './write-refs';

export interface Absorbed {
  /** Conversations that are no more. */
  readonly gone: ReadonlySet<string>;
  readonly entries: readonly RecordEntry[];
  readonly changes: readonly Change[];
}

/**
 * Makes one of two conversations that nobody has worked on: everything of `from` moves to `into`, and its wait, if it has
 * one, becomes that of `into`; `settleWaits` then gives it the earlier time. The caller holds both conversations and the
 * record's head, so no offer can come between; one that was made just before leaves the two as they are.
 * @param certain are one by the platform's word, whoever has worked on them.
 */
export async function absorb(
  tx: Tx,
  accountId: string,
  pairs: readonly Absorption[],
  certain: readonly Absorption[] = [],
): Promise<Absorbed> {
  const gone = new Set<string>();
  const entries: RecordEntry[] = [];
  const changes: Change[] = [];
  const worked = await workedOn(
    tx,
    pairs.map(({ from }) => from),
  );
  for (const { from, into } of [...pairs.filter((pair) => !worked.has(pair.from)), ...certain]) {
    if (gone.has(from)) continue;
    gone.add(from);
    for (const id of [from, into]) changes.push({ kind: 'conversation', id, conversationId: id });
    await tx.query('update inbox.messages set conversation_id = $2, version = version + 1 where conversation_id = $1', [
      from,
      into,
    ]);
    await tx.query(
      /* sql */ `
      insert into inbox.participants as p (conversation_id, value, workspace_id, identity_id, role, since)
      select $2, value, workspace_id, identity_id, role, since from inbox.participants where conversation_id = $1
      on conflict (conversation_id, value) do update
         set identity_id = coalesce(p.identity_id, excluded.identity_id), since = least(p.since, excluded.since),
             role = case when excluded.role = 'customer' then 'customer' else p.role end`,
      [from, into],
    );
    await tx.query(
      /* sql */ `
      insert into inbox.refs as x (account_id, ref, conversation_id, workspace_id, message_id, direct, subjects, parties)
      select account_id, ref, $3, workspace_id, message_id, direct, subjects, parties from inbox.refs
       where account_id = $1 and conversation_id = $2 ${MERGE_REFS}`,
      [accountId, from, into],
    );
    entries.push(...(await joinWaits(tx, from, into)));
    await moveWork(tx, from, into);
    await tx.query('delete from inbox.participants where conversation_id = $1', [from]);
    await tx.query('delete from inbox.refs where conversation_id = $1', [from]);
    await tx.query(
      /* sql */ `
      update inbox.conversations
         set may_belong_to = case when may_belong_to = $1 then nullif($2::uuid, id) else may_belong_to end,
             continues = case when continues = $1 then nullif($2::uuid, id) else continues end
       where may_belong_to = $1 or continues = $1`,
      [from, into],
    );
    await tx.query('delete from inbox.conversations where id = $1', [from]);
  }
  return { gone, entries, changes };
}

/** What people did there goes along: what they typed and did not send, what they were given, what it continues. */
async function moveWork(tx: Tx, from: string, into: string): Promise<void> {
  await tx.query(
    /* sql */ `
    insert into inbox.drafts as d (conversation_id, agent_id, workspace_id, text, attachment_ids, revision, saved_at)
    select $2, agent_id, workspace_id, text, attachment_ids, revision, saved_at from inbox.drafts where conversation_id = $1
    on conflict (conversation_id, agent_id) do update
       set text = concat_ws(E'\\n\\n', nullif(d.text, ''), nullif(excluded.text, '')),
           attachment_ids = d.attachment_ids || excluded.attachment_ids, revision = greatest(d.revision, excluded.revision)`,
    [from, into],
  );
  await tx.query('delete from inbox.drafts where conversation_id = $1', [from]);
  await tx.query('update inbox.offers set conversation_id = $2 where conversation_id = $1', [from, into]);
  await tx.query(
    /* sql */ `
    update inbox.conversations c set continues = f.continues, version = c.version + 1
      from inbox.conversations f where f.id = $1 and c.id = $2 and c.continues is null and f.continues is not null`,
    [from, into],
  );
}

/** Two waits of what is one matter become one: nobody waits twice, and the record says so. */
async function joinWaits(tx: Tx, from: string, into: string): Promise<RecordEntry[]> {
  const rows = await tx.query<{ id: string; waitId: string | null }>(
    'select id, wait_id as "waitId" from inbox.conversations where id = any($1::uuid[])',
    [[from, into]],
  );
  const [gone, stays] = [from, into].map((id) => rows.find((row) => row.id === id)?.waitId ?? null);
  if (!gone) return [];
  await tx.query('update inbox.conversations set wait_id = null where id = $1', [from]);
  if (!stays) {
    await tx.query('update inbox.conversations set wait_id = $2 where id = $1', [into, gone]);
    return [];
  }
  await tx.query('update inbox.messages set wait_id = $2 where wait_id = $1', [gone, stays]);
  await tx.query('delete from inbox.waits where id = $1', [gone]);
  return [{ kind: 'wait.joined', wait: gone, fields: { into: stays, conversation: into } }];
}
