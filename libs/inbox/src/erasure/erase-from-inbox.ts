import { tombstoneOf } from '@app/channel';
import type { Tx } from '@app/runtime';
import type { Change } from '../changes/changes';
import { holdWorkspace } from '../conversations/lock';
import { baseSubject } from '../conversations/subject';
import { refreshConversations } from '../ingest/write-messages';
import { takeHead, type RecordEntry } from '../record/record';
import { settleWaits } from '../waits/settle-waits';
import { filesOf, THEIRS, whatGoes, type WhatGoes } from './what-goes';

export interface ErasedFromInbox extends WhatGoes {
  readonly files: readonly string[];
  readonly messages: number;
  readonly attachments: number;
  readonly entries: readonly RecordEntry[];
  readonly changes: readonly Change[];
}

/**
 * Takes a customer out of the inbox in one transaction: what comes from now on is from somebody new, and what was here cannot
 * come again. Conversations with the customer go whole, also what colleagues and other people wrote there. In conversations
 * with others, what the customer wrote is blanked and shown as taken back; what others wrote stays as it is. A wait that was
 * open ends as withdrawn. Takes the workspace, as taking in does; the caller appends the entries.
 */
export async function eraseFromInbox(tx: Tx, customerId: string): Promise<ErasedFromInbox> {
  await holdWorkspace(tx);
  const goes = await whatGoes(tx, customerId);
  await takeHead(tx);
  const files = await filesOf(tx, goes);
  await layTombstones(tx, goes);
  await leaveWaitsOfOthers(tx, customerId);
  const partners = await leaveMatters(tx, goes);
  const ended = await endWaits(tx, customerId);
  const attachments = await clearMessages(tx, goes);
  await clearPeople(tx, goes);
  await clearSubjects(tx, goes);
  const messages = await removeMessages(tx, goes);
  await removeCustomer(tx, customerId, goes);
  await refreshConversations(tx, goes.others);
  const settled = await settleWaits(tx, [...new Set([...goes.others, ...partners])]);
  return {
    ...goes,
    files,
    messages,
    attachments,
    entries: [...ended.entries, ...settled.entries],
    changes: [
      ...ended.changes,
      ...settled.changes,
      ...[...goes.own, ...goes.others].map((id) => ({ kind: 'conversation' as const, id, conversationId: id })),
    ],
  };
}

/** By which what comes again is recognised. */
async function layTombstones(tx: Tx, { externals }: WhatGoes): Promise<void> {
  await tx.query(
    /* sql */ `
    insert into inbox.tombstones (account_id, hash, workspace_id, erased_at)
    select account, hash, $1, $2 from unnest($3::uuid[], $4::bytea[]) as t(account, hash)
    on conflict do nothing`,
    [
      tx.workspaceId,
      tx.now,
      externals.map(({ accountId }) => accountId),
      externals.map(({ accountId, id }) => tombstoneOf(accountId, id)),
    ],
  );
}

/**
 * A conversation may have turned out to be of somebody else than was thought first, and keep waits of that time: they are of whom
 * it is now.
 */
async function leaveWaitsOfOthers(tx: Tx, customerId: string): Promise<void> {
  await tx.query(
    /* sql */ `
    with theirs as (select id from inbox.waits where customer_id = $1),
    others as (
      select m.wait_id, c.customer_id from inbox.messages m join inbox.conversations c on c.id = m.conversation_id
       where m.wait_id in (select id from theirs) and c.customer_id <> $1
      union select o.wait_id, c.customer_id from inbox.offers o join inbox.conversations c on c.id = o.conversation_id
       where o.wait_id in (select id from theirs) and c.customer_id <> $1
      union select c.wait_id, c.customer_id from inbox.conversations c
       where c.wait_id in (select id from theirs) and c.customer_id <> $1)
    update inbox.waits w set customer_id = o.customer_id from others o where w.id = o.wait_id`,
    [customerId],
  );
}

/**
 * Somebody who is two customers here, one person by the platform's word, may wait once for both: the wait goes on with the one that
 * stays, and whoever has it in hand keeps it. @returns conversations that wait on.
 */
async function leaveMatters(tx: Tx, { own }: WhatGoes): Promise<string[]> {
  const partners = await tx.query<{ id: string; waitId: string }>(
    /* sql */ `
    select s.id, s.wait_id as "waitId" from inbox.conversations s join inbox.conversations c on c.wait_id = s.wait_id
     where c.id = any($1::uuid[]) and s.id <> all($1::uuid[]) order by s.id`,
    [own],
  );
  await tx.query(
    /* sql */ `
    update inbox.offers o set conversation_id = p.id
      from jsonb_to_recordset($2::jsonb) as p(id uuid, "waitId" uuid)
     where o.wait_id = p."waitId" and o.conversation_id = any($1::uuid[]) and o.state in ('open', 'taken')`,
    [own, JSON.stringify(partners)],
  );
  return partners.map(({ id }) => id);
}

/** Nobody waits any more, and nobody has it in hand; the record says how it ended. */
async function endWaits(tx: Tx, customerId: string): Promise<{ entries: RecordEntry[]; changes: Change[] }> {
  const open = await tx.query<{ id: string }>(
    `select id from inbox.waits where customer_id = $1 and state <> 'ended' order by id for update`,
    [customerId],
  );
  const offers = await tx.query<{ id: string; agentId: string; conversationId: string }>(
    /* sql */ `
    select id, agent_id as "agentId", conversation_id as "conversationId" from inbox.offers
     where wait_id = any($1::uuid[]) and state in ('open', 'taken') order by id`,
    [open.map(({ id }) => id)],
  );
  return {
    entries: open.map(({ id }) => ({
      kind: 'wait.ended',
      wait: id,
      fields: { how: 'withdrawn', reason: 'erased', by: null },
    })),
    changes: [
      ...(open.length > 0 ? [{ kind: 'queue' as const, id: tx.workspaceId }] : []),
      ...offers.map((offer) => ({ kind: 'offer' as const, ...offer })),
    ],
  };
}

/** What hangs on messages. @returns how many attachments went. */
async function clearMessages(tx: Tx, goes: WhatGoes): Promise<number> {
  const { own, others } = goes;
  const theirs = [own, others, goes.identities.map(({ id }) => id)];
  const uploads = await tx.execute(
    /* sql */ `
    delete from inbox.attachments a using inbox.drafts d
     where d.conversation_id = any($1::uuid[]) and a.id = any(d.attachment_ids) and a.message_id is null`,
    [own],
  );
  await tx.query('delete from inbox.drafts where conversation_id = any($1::uuid[])', [own]);
  const attachments = await tx.execute(
    /* sql */ `
    delete from inbox.attachments a using inbox.messages m
     where (a.message_id = m.id or a.detached_from = m.id) and ${THEIRS}`,
    theirs,
  );
  await tx.query(
    `delete from inbox.message_parts p using inbox.messages m where p.message_id = m.id and ${THEIRS}`,
    theirs,
  );
  await tx.query(
    `delete from inbox.refs r using inbox.messages m where r.message_id = m.id and r.account_id = m.account_id and ${THEIRS}`,
    theirs,
  );
  await tx.query('delete from inbox.refs where conversation_id = any($1::uuid[])', [own]);
  const ids = JSON.stringify(goes.externals);
  await tx.query(
    /* sql */ `
    delete from inbox.message_changes c using jsonb_to_recordset($1::jsonb) as t("accountId" uuid, id text)
     where c.account_id = t."accountId" and c.target = t.id`,
    [ids],
  );
  await tx.query(
    /* sql */ `
    delete from inbox.parked p using jsonb_to_recordset($1::jsonb) as t("accountId" uuid, id text)
     where p.account_id = t."accountId" and p.external_id = t.id`,
    [ids],
  );
  return uploads + attachments;
}

/** Where the customer's addresses and ids stand with others' conversations, and in facts about threads. */
async function clearPeople(tx: Tx, { own, identities }: WhatGoes): Promise<void> {
  const known = JSON.stringify(identities.map(({ channel, value }) => ({ channel, value })));
  await tx.query(
    /* sql */ `
    delete from inbox.threads t using inbox.accounts a
     where a.id = t.account_id
       and (exists (select 1 from jsonb_to_recordset($1::jsonb) as k(channel text, value text)
                     where k.channel = a.channel and k.value = t.thread_key)
         or exists (select 1 from inbox.conversations c
                     where c.id = any($2::uuid[]) and c.account_id = t.account_id and c.thread_key = t.thread_key))`,
    [known, own],
  );
  await tx.query(
    /* sql */ `
    delete from inbox.participants p using inbox.conversations c
     where c.id = p.conversation_id
       and (p.conversation_id = any($2::uuid[]) or p.identity_id = any($3::uuid[])
         or exists (select 1 from jsonb_to_recordset($1::jsonb) as k(channel text, value text)
                     where k.channel = c.channel and k.value = p.value))`,
    [known, own, identities.map(({ id }) => id)],
  );
  await tx.query(
    /* sql */ `
    with known as (select channel, array_agg(value) as values from jsonb_to_recordset($1::jsonb) as k(channel text, value text) group by 1)
    update inbox.refs r set parties = array(select p from unnest(r.parties) p where p <> all(k.values))
      from inbox.accounts a join known k on k.channel = a.channel
     where a.id = r.account_id and r.parties && k.values`,
    [known],
  );
  await tx.query(
    /* sql */ `
    with known as (select channel, array_agg(value) as values from jsonb_to_recordset($1::jsonb) as k(channel text, value text) group by 1)
    update inbox.messages m set reply_to = array(select v from unnest(m.reply_to) v where v <> all(k.values)), version = m.version + 1
      from inbox.accounts a join known k on k.channel = a.channel
     where a.id = m.account_id and m.reply_to && k.values`,
    [known],
  );
  await tx.query(
    /* sql */ `
    with known as (select * from jsonb_to_recordset($1::jsonb) as k(channel text, value text)),
    gone as (
      delete from inbox.message_changes c using inbox.accounts a, known k
       where a.id = c.account_id and k.channel = a.channel and c.change ->> 'type' = 'reaction' and c.change ->> 'by' = k.value
      returning c.account_id, c.target, k.value)
    update inbox.messages m
       set reactions = coalesce((select jsonb_agg(r) from jsonb_array_elements(m.reactions) r where r ->> 'by' <> g.value), '[]'),
           version = m.version + 1
      from gone g where m.account_id = g.account_id and (m.external_id = g.target or g.target = any(m.native_ids))`,
    [known],
  );
}

/** Subjects by which what others write is recognised, where only the customer used them. */
async function clearSubjects(tx: Tx, { others, identities }: WhatGoes): Promise<void> {
  if (others.length === 0) return;
  const ids = identities.map(({ id }) => id);
  const messages = await tx.query<{ conversation: string; subject: string; theirs: boolean }>(
    /* sql */ `
    select distinct m.conversation_id as conversation, m.subject, m.direction = 'inbound' and m.identity_id = any($2::uuid[]) as theirs
      from inbox.messages m where m.conversation_id = any($1::uuid[]) and m.subject is not null`,
    [others, ids],
  );
  const keyOf = (m: { conversation: string; subject: string }) => `${m.conversation} ${baseSubject(m.subject)}`;
  const stays = new Set(messages.filter((m) => m.theirs !== true).map(keyOf));
  const rows = messages
    .filter((m) => m.theirs === true && !stays.has(keyOf(m)))
    .map(({ conversation, subject }) => ({ conversation, subject: baseSubject(subject) }));
  await tx.query(
    /* sql */ `
    update inbox.refs r set subjects = array(select s from unnest(r.subjects) s where s <> all(g.subjects))
      from (select conversation, array_agg(subject) as subjects
              from jsonb_to_recordset($1::jsonb) as x(conversation uuid, subject text) group by 1) g
     where r.conversation_id = g.conversation and r.subjects && g.subjects`,
    [JSON.stringify(rows)],
  );
}

/** @returns how many messages went, those that were blanked included. */
async function removeMessages(tx: Tx, { own, others, identities }: WhatGoes): Promise<number> {
  const ids = identities.map(({ id }) => id);
  const blanked = await tx.execute(
    /* sql */ `
    update inbox.messages m
       set text = '', html = null, subject = null, quote_start = null, language = null, problems = '{}', unreadable = false,
           source = null, native_ids = '{}', external_id = null, replaces = null, identity_id = null, reactions = '[]',
           pending_files = '[]', moderation = null, reply_to = '{}', withdrawn_at = coalesce(withdrawn_at, $3), withdrawn_by = 'author',
           version = version + 1
     where m.conversation_id = any($1::uuid[]) and m.direction = 'inbound' and m.identity_id = any($2::uuid[])`,
    [others, ids, tx.now],
  );
  await tx.query(
    'update inbox.messages set identity_id = null where identity_id = any($1::uuid[]) and conversation_id = any($2::uuid[])',
    [ids, others],
  );
  await tx.query('delete from inbox.offers where conversation_id = any($1::uuid[])', [own]);
  return blanked + (await tx.execute('delete from inbox.messages where conversation_id = any($1::uuid[])', [own]));
}

async function removeCustomer(tx: Tx, customerId: string, { own, identities }: WhatGoes): Promise<void> {
  const ids = identities.map(({ id }) => id);
  await tx.query(
    /* sql */ `
    update inbox.conversations
       set may_belong_to = case when may_belong_to = any($1::uuid[]) then null else may_belong_to end,
           continues = case when continues = any($1::uuid[]) then null else continues end
     where may_belong_to = any($1::uuid[]) or continues = any($1::uuid[])`,
    [own],
  );
  await tx.query('delete from inbox.conversations where id = any($1::uuid[])', [own]);
  await tx.query('delete from inbox.offers where wait_id in (select id from inbox.waits where customer_id = $1)', [
    customerId,
  ]);
  await tx.query('delete from inbox.waits where customer_id = $1', [customerId]);
  await tx.query('delete from inbox.customer_exports where customer_id = $1', [customerId]);
  await tx.query('select inbox.profiles_forget($1, $2::uuid[])', [tx.workspaceId, ids]);
  await tx.query('delete from inbox.identities where customer_id = $1', [customerId]);
  await tx.query('delete from inbox.customers where id = $1', [customerId]);
}
