import type { Tx } from '@app/runtime';
import type { Change } from '../changes/changes';
import { takeHead, type RecordEntry } from '../record/record';
import { lockMatters } from '../waits/standing';

/** What went in one step. */
export interface Purged {
  readonly conversations: readonly string[];
  /** Hashes of files that stood there; somebody else may refer to them, too. */
  readonly files: readonly string[];
  readonly entries: readonly RecordEntry[];
  readonly changes: readonly Change[];
}

/** Messages in one step, about; a conversation goes whole. */
const STEP_MESSAGES = 1_000;
const STEP_CONVERSATIONS = 100;

/**
 * Takes some conversations of an account out of the inbox with all that hangs on them, and the people of whom nothing is left then.
 * The caller holds the workspace: nothing is taken in meanwhile.
 */
export async function purgeConversations(tx: Tx, accountId: string): Promise<Purged> {
  const some = await tx.query<{ id: string }>(
    /* sql */ `
    select id from (
      select c.id, sum(n.messages) over (order by c.id) - n.messages as before
        from (select id from inbox.conversations where account_id = $1 order by id limit ${STEP_CONVERSATIONS}) c
       cross join lateral (select count(*) as messages from inbox.messages m where m.conversation_id = c.id) n) c
     where before < ${STEP_MESSAGES}`,
    [accountId],
  );
  // what waits together goes together
  const held = await lockMatters(
    tx,
    some.map(({ id }) => id),
  );
  const ids = held.filter((conversation) => conversation.accountId === accountId).map(({ id }) => id);
  if (ids.length === 0) return { conversations: [], files: [], entries: [], changes: [] };
  await takeHead(tx);
  const waits = await tx.query<{ id: string; open: boolean }>(
    /* sql */ `
    select w.id, w.state <> 'ended' as open from inbox.waits w
     where w.id in (select wait_id from inbox.conversations where id = any($1::uuid[])
                    union select wait_id from inbox.messages where conversation_id = any($1::uuid[])
                    union select wait_id from inbox.offers where conversation_id = any($1::uuid[])) order by w.id`,
    [ids],
  );
  const offers = await tx.query<{ id: string; agentId: string; conversationId: string }>(
    /* sql */ `
    select id, agent_id as "agentId", conversation_id as "conversationId" from inbox.offers
     where conversation_id = any($1::uuid[]) and state in ('open', 'taken') order by id`,
    [ids],
  );
  const people = await tx.query<{ id: string }>(
    /* sql */ `
    select customer_id as id from inbox.conversations where id = any($1::uuid[])
    union select i.customer_id from inbox.identities i
           where i.id in (select identity_id from inbox.messages where conversation_id = any($1::uuid[])
                          union select identity_id from inbox.participants where conversation_id = any($1::uuid[]))`,
    [ids],
  );
  const files = await takeFiles(tx, ids);
  await removeConversations(
    tx,
    ids,
    waits.map(({ id }) => id),
  );
  const exported = await purgePeople(
    tx,
    people.map(({ id }) => id),
  );
  const over = waits.filter((wait) => wait.open);
  const changes: Change[] = over.length > 0 ? [{ kind: 'queue', id: tx.workspaceId }] : [];
  for (const offer of offers) changes.push({ kind: 'offer', ...offer });
  for (const id of ids) changes.push({ kind: 'conversation', id, conversationId: id });
  return {
    conversations: ids,
    files: [...new Set([...files, ...exported])],
    entries: over.map(({ id }) => ({
      kind: 'wait.ended',
      wait: id,
      fields: { how: 'withdrawn', reason: 'purged', by: null },
    })),
    changes,
  };
}

/** Files of messages and of replies that were never sent. @returns their hashes; no row names them here any more. */
async function takeFiles(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const files = await tx.query<{ sha256: string }>(
    /* sql */ `
    with gone as (
      delete from inbox.attachments a
       where a.message_id in (select id from inbox.messages where conversation_id = any($1::uuid[]))
          or a.detached_from in (select id from inbox.messages where conversation_id = any($1::uuid[]))
          or (a.message_id is null
              and a.id in (select unnest(d.attachment_ids) from inbox.drafts d where d.conversation_id = any($1::uuid[])))
      returning sha256)
    select sha256 from gone
    union select source ->> 'sha256' from inbox.messages where conversation_id = any($1::uuid[]) and source is not null`,
    [ids],
  );
  return files.map(({ sha256 }) => sha256);
}

/** The conversations, with what hangs on them. */
async function removeConversations(tx: Tx, ids: readonly string[], waits: readonly string[]): Promise<void> {
  for (const table of ['drafts', 'refs', 'participants', 'offers']) {
    await tx.query(`delete from inbox.${table} where conversation_id = any($1::uuid[])`, [ids]);
  }
  await tx.query(
    `delete from inbox.message_parts where message_id in (select id from inbox.messages where conversation_id = any($1::uuid[]))`,
    [ids],
  );
  await tx.query(
    /* sql */ `
    delete from inbox.mutations m
     where jsonb_typeof(m.result) = 'object'
       and exists (select 1 from jsonb_each_text(m.result) v
                    where v.value = any($1::text[])
                       or v.value in (select id::text from inbox.messages where conversation_id = any($1::uuid[])))`,
    [ids],
  );
  await tx.query('delete from inbox.messages where conversation_id = any($1::uuid[])', [ids]);
  await tx.query(
    /* sql */ `
    update inbox.conversations
       set may_belong_to = case when may_belong_to = any($1::uuid[]) then null else may_belong_to end,
           continues = case when continues = any($1::uuid[]) then null else continues end
     where may_belong_to = any($1::uuid[]) or continues = any($1::uuid[])`,
    [ids],
  );
  await tx.query('delete from inbox.conversations where id = any($1::uuid[])', [ids]);
  const gone = /* sql */ `w.id = any($1::uuid[])
     and not exists (select 1 from inbox.conversations c where c.wait_id = w.id)
     and not exists (select 1 from inbox.messages m where m.wait_id = w.id)`;
  await tx.query(`delete from inbox.offers o using inbox.waits w where o.wait_id = w.id and ${gone}`, [waits]);
  await tx.query(`delete from inbox.waits w where ${gone}`, [waits]);
}

/**
 * Of these customers, what no conversation is left for: addresses and ids that nobody wrote from any more, on channels on which no
 * conversation with them is left, and those of whom nothing else is known. @returns hashes of the files of their exports.
 */
export async function purgePeople(tx: Tx, customerIds: readonly string[]): Promise<string[]> {
  if (customerIds.length === 0) return [];
  const identities = await tx.query<{ id: string; customerId: string }>(
    /* sql */ `
    select i.id, i.customer_id as "customerId" from inbox.identities i
     where i.customer_id = any($1::uuid[])
       and not exists (select 1 from inbox.conversations c where c.customer_id = i.customer_id and c.channel = i.channel)
       and not exists (select 1 from inbox.messages m where m.identity_id = i.id)
       and not exists (select 1 from inbox.participants p where p.identity_id = i.id)`,
    [customerIds],
  );
  const ids = identities.map(({ id }) => id);
  const exported = await tx.query<{ file: string | null }>(
    'delete from inbox.customer_exports where identity_id = any($1::uuid[]) returning file_sha256 as file',
    [ids],
  );
  await tx.query('select inbox.profiles_forget($1, $2::uuid[])', [tx.workspaceId, ids]);
  await tx.query('delete from inbox.identities where id = any($1::uuid[])', [ids]);
  // nobody can tell any more on which channel they called themselves so; the next message of theirs says it again
  await tx.query('update inbox.customers set given_name = null where id = any($1::uuid[])', [
    identities.map(({ customerId }) => customerId),
  ]);
  await tx.query(
    /* sql */ `
    delete from inbox.customers u
     where u.id = any($1::uuid[])
       and not exists (select 1 from inbox.identities i where i.customer_id = u.id)
       and not exists (select 1 from inbox.conversations c where c.customer_id = u.id)
       and not exists (select 1 from inbox.waits w where w.customer_id = u.id)
       and not exists (select 1 from inbox.customer_exports x where x.customer_id = u.id)`,
    [customerIds],
  );
  return exported.flatMap(({ file }) => file ?? []);
}
