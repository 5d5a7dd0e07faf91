import type { ChangeEvent, FileRef } from '@app/channel';
import type { Tx } from '@app/runtime';
import { insertAttachments } from './write-messages';

/** A message that something happened to. */
export interface ChangedMessage {
  readonly id: string;
  readonly conversationId: string;
  readonly withdrawnBy: 'author' | 'us' | null;
  /** As it was before. */
  readonly wasWithdrawnBy: 'author' | 'us' | null;
}

/** Keeps changes, whether their message is here or not. @returns the targets of those that were not here yet. */
export async function storeChanges(tx: Tx, accountId: string, events: readonly ChangeEvent[]): Promise<string[]> {
  if (events.length === 0) return [];
  const rows = [...new Map(events.map((event) => [event.externalId, event])).values()];
  const stored = await tx.query<{ target: string }>(
    /* sql */ `
    insert into inbox.message_changes (account_id, external_id, workspace_id, target, at, change)
    select $1, r."externalId", $2, r.target, r.at, r.change
      from jsonb_to_recordset($3::jsonb) as r("externalId" text, target text, at timestamptz, change jsonb)
     order by r."externalId"
    on conflict (account_id, external_id) do nothing returning target`,
    [accountId, tx.workspaceId, JSON.stringify(rows)],
  );
  return stored.map((row) => row.target);
}

/** The messages that changes are about, as far as they are here; ours by the ids a platform gave them. */
export async function findTargets(
  tx: Tx,
  accountId: string,
  targets: readonly string[],
): Promise<{ readonly id: string; readonly conversationId: string }[]> {
  if (targets.length === 0) return [];
  return tx.query(
    /* sql */ `
    select id, conversation_id as "conversationId" from inbox.messages
     where account_id = $1 and external_id = any($2::text[])
    union
    select id, conversation_id from inbox.messages
     where account_id = $1 and origin = 'evenhand' and native_ids && $2::text[]`,
    [accountId, targets],
  );
}

/** What happened to these messages. Ours are meant by the ids a platform gave them. */
const CHANGES_OF = /* sql */ `
  inbox.messages m
  join inbox.message_changes c on c.account_id = m.account_id
   and c.target = any(array_append(case when m.origin = 'evenhand' then m.native_ids else '{}' end, m.external_id))`;

/**
 * Makes messages what follows from all that happened to them, in whatever order it came: the text of the latest edit; withdrawn
 * for good once it was; hidden as was said last; the last reaction of each person; files that have come, or will not. A message
 * that we wrote, deleted, or asked the platform to delete, is withdrawn by us, whatever else is said: no customer took it back.
 * The caller holds their conversations, and settles the waits of those whose `withdrawnBy` is another than before.
 */
export async function applyChanges(tx: Tx, messageIds: readonly string[]): Promise<readonly ChangedMessage[]> {
  if (messageIds.length === 0) return [];
  const changed = await tx.query<ChangedMessage>(
    /* sql */ `
    with happened as (
      select m.id, c.at, c.external_id as name, c.change, c.change->>'type' as type from ${CHANGES_OF} where m.id = any($1::uuid[])),
    edited as (
      select distinct on (id) id, at, change->>'text' as text from happened where type = 'edited'
       order by id, (change->>'number')::bigint desc, at desc, name desc),
    withdrawn as (
      select id, min(at) as at, max(at) as last, bool_or(change->>'by' = 'us') as us from happened where type = 'withdrawn' group by id),
    hidden as (
      select distinct on (id) id, at, (change->>'hidden')::boolean as hidden from happened where type = 'hidden'
       order by id, at desc, name desc),
    reacted as (
      select id, jsonb_agg(jsonb_build_object('by', by, 'emoji', emoji) order by at, name) as list
        from (select distinct on (id, change->>'by') id, at, name, change->>'by' as by, change->>'emoji' as emoji
                from happened where type = 'reaction' order by id, change->>'by', at desc, name desc) r
       where emoji is not null group by id),
    files as (
      select distinct on (id, change->'position') id, (change->>'position')::integer as position, change->>'problem' as problem,
             jsonb_typeof(change->'file') = 'object' as here
        from happened where type = 'file' order by id, change->'position', here desc, at desc, name desc),
    waiting as (
      select m.id, jsonb_agg(case when f.problem is null then p.file else p.file || jsonb_build_object('problem', f.problem) end
                             order by p.n) as files
        from inbox.messages m cross join jsonb_array_elements(m.pending_files) with ordinality p (file, n)
        left join files f on f.id = m.id and f.position = (p.file->>'position')::integer
       where m.id = any($1::uuid[]) and f.here is not true group by m.id),
    settled as (
      select distinct on (m.id) m.id, o.state, o.detail
        from inbox.messages m
        join (select id, last as at, 'delete' as action, 'done' as state, null as detail from withdrawn
              union all select id, at, case when hidden then 'hide' else 'show' end, 'done', null from hidden
              union all select id, at, change->>'action', 'refused', change->>'detail' from happened where type = 'refused') o
          on o.id = m.id and o.action = m.moderation->>'action' and o.at >= (m.moderation->>'at')::timestamptz
       where m.id = any($1::uuid[]) order by m.id, o.at desc, o.state),
    becomes as (
      select m.id, m.withdrawn_by as before, e.at as edited_at, e.text, w.at as withdrawn_at,
             case when w.id is null then null
                  when w.us or m.direction = 'outbound' or (m.moderation->>'action' = 'delete' and coalesce(s.state, m.moderation->>'state') <> 'refused') then 'us'
                  else 'author' end as withdrawn_by,
             coalesce(h.hidden, false) as hidden, coalesce(r.list, '[]') as reactions, coalesce(p.files, '[]') as pending,
             case when s.id is null then m.moderation
                  else jsonb_strip_nulls(m.moderation || jsonb_build_object('state', s.state, 'detail', s.detail)) end as moderation
        from inbox.messages m
        left join edited e on e.id = m.id left join withdrawn w on w.id = m.id left join hidden h on h.id = m.id
        left join reacted r on r.id = m.id left join waiting p on p.id = m.id left join settled s on s.id = m.id
       where m.id = any($1::uuid[]))
    update inbox.messages m
       set text = case when b.withdrawn_by is not null then '' else coalesce(b.text, m.text) end,
           html = case when b.withdrawn_by is null and b.text is null then m.html end,
           quote_start = case when b.withdrawn_by is null and b.text is null then m.quote_start end,
           problems = case when b.withdrawn_by is null then m.problems else '{}' end,
           edited_at = b.edited_at, withdrawn_at = b.withdrawn_at, withdrawn_by = b.withdrawn_by, hidden = b.hidden,
           reactions = b.reactions, pending_files = case when b.withdrawn_by is null then b.pending else '[]' end,
           moderation = b.moderation, version = m.version + 1
      from becomes b where m.id = b.id
    returning m.id, m.conversation_id as "conversationId", m.withdrawn_by as "withdrawnBy", b.before as "wasWithdrawnBy"`,
    [messageIds],
  );
  await attachFiles(tx, messageIds);
  await takeAway(
    tx,
    changed.filter((message) => message.withdrawnBy !== null).map((message) => message.id),
  );
  return changed;
}

/** Files that have come take their place among the attachments. */
async function attachFiles(tx: Tx, messageIds: readonly string[]): Promise<void> {
  const files = await tx.query<{ message: string; position: number; file: FileRef }>(
    /* sql */ `
    select distinct on (m.id, c.change->'position') m.id as message, (c.change->>'position')::integer as position, c.change->'file' as file
      from ${CHANGES_OF}
     where m.id = any($1::uuid[]) and c.change->>'type' = 'file' and jsonb_typeof(c.change->'file') = 'object'
       and not exists (select 1 from inbox.attachments a
                        where a.message_id = m.id and a.position = (c.change->>'position')::integer)
     order by m.id, c.change->'position', c.at, c.external_id`,
    [messageIds],
  );
  await insertAttachments(tx, files);
}

/** Of what was withdrawn nobody sees the files any more, and no earlier or later text is kept. */
async function takeAway(tx: Tx, messageIds: readonly string[]): Promise<void> {
  if (messageIds.length === 0) return;
  await tx.query(
    /* sql */ `
    update inbox.attachments set detached_from = message_id, message_id = null, uploaded_by = null
     where message_id = any($1::uuid[])`,
    [messageIds],
  );
  await tx.query(
    /* sql */ `
    update inbox.message_changes k
       set change = case c.change->>'type' when 'edited' then c.change || '{"text": ""}' else c.change || '{"file": null}' end
      from ${CHANGES_OF}
     where m.id = any($1::uuid[]) and k.account_id = c.account_id and k.external_id = c.external_id
       and (c.change->>'text' <> '' or jsonb_typeof(c.change->'file') = 'object')`,
    [messageIds],
  );
}
