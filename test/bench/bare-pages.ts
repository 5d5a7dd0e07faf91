import type { Client } from 'pg';
import { PAGE, type BigWorkspace } from './big-workspace';

/** Reads what a page shows by hand-written SQL on one warm connection of the owner: no access rules, no HTTP. */
export type BarePage = (client: Client, workspace: BigWorkspace, n: number) => Promise<unknown>;

const queue: BarePage = async (client, { workspaceId }) => {
  await client.query({
    name: 'queue state',
    text: /* sql */ `
    select (select waiting from inbox.queue_lengths where workspace_id = $1) as waiting,
           (select count(*) from inbox.offers where workspace_id = $1 and state in ('open', 'taken')) as taken,
           (select min(waiting_since) from inbox.waits where workspace_id = $1 and state = 'queued') as oldest,
           (select ended_at from inbox.waits where workspace_id = $1 and state = 'ended' order by ended_at desc limit 1) as answered`,
    values: [workspaceId],
  });
  await client.query({
    name: 'queue entries',
    text: /* sql */ `
    select id, waiting_since, channel, language, need from inbox.waits where workspace_id = $1 and state = 'queued'
     order by key_ms, waiting_since, id limit ${PAGE + 1}`,
    values: [workspaceId],
  });
};

const CONVERSATION = /* sql */ `
  select c.*, a.name, a.status, u.pseudonym, u.given_name, u.language as spoken, w.waiting_since, w.state, w.need,
         o.id as offer, o.lease_until, g.display_name, d.text as draft,
         exists (select 1 from inbox.offers v where v.agent_id = $2 and v.conversation_id = c.id) as offered,
         exists (select 1 from inbox.waits q where q.customer_id = c.customer_id and q.state = 'queued') as queued,
         (select left(m.text, 160) from inbox.messages m where m.conversation_id = c.id order by m.at desc, m.id desc limit 1) as preview,
         (select m.send_state from inbox.messages m where m.conversation_id = c.id and m.send_state in ('failed', 'uncertain')
           order by m.at desc limit 1) as trouble
    from inbox.conversations c
    join inbox.accounts a on a.id = c.account_id
    join inbox.customers u on u.id = c.customer_id
    left join inbox.waits w on w.id = c.wait_id
    left join inbox.offers o on o.wait_id = c.wait_id and o.state in ('open', 'taken')
    left join inbox.agents g on g.id = o.agent_id
    left join inbox.drafts d on d.conversation_id = c.id and d.agent_id = $2`;

const conversation: BarePage = async (client, { workspaceId, viewer, long }, n) => {
  const number = Number(long[n % long.length]!.slice(2));
  const { rows } = await client.query<{ id: string }>({
    name: 'conversation',
    text: `${CONVERSATION} where c.workspace_id = $1 and c.number = $3`,
    values: [workspaceId, viewer.agentId, number],
  });
  await client.query({
    name: 'timeline',
    text: /* sql */ `
    select m.*, i.customer_id, g.display_name,
           (select json_agg(f) from inbox.attachments f where f.message_id = m.id) as files
      from inbox.messages m
      left join inbox.identities i on i.id = m.identity_id
      left join inbox.agents g on g.id = m.agent_id
     where m.conversation_id = $1 order by m.at desc, m.id desc limit ${PAGE + 1}`,
    values: [rows[0]!.id],
  });
};

const done: BarePage = async (client, { workspaceId, viewer }) => {
  await client.query({
    name: 'done',
    text: `${CONVERSATION} where c.workspace_id = $1 and c.wait_id is null order by c.last_message_at desc, c.id limit ${PAGE + 1}`,
    values: [workspaceId, viewer.agentId],
  });
};

const session: BarePage = async (client, { workspaceId, viewer }) => {
  await client.query({
    name: 'session',
    text: /* sql */ `
    select a.*, w.*,
           (select waiting from inbox.queue_lengths where workspace_id = $1) as waiting,
           (select count(*) from inbox.offers where agent_id = $2 and state in ('open', 'taken')) as mine,
           (select count(*) from inbox.messages where workspace_id = $1 and send_state = 'failed') as failed,
           (select count(*) from inbox.messages where workspace_id = $1 and send_state = 'uncertain') as uncertain
      from inbox.agents a join inbox.workspaces w using (workspace_id) where a.id = $2`,
    values: [workspaceId, viewer.agentId],
  });
};

const nothing: BarePage = (client) => client.query('select 1');

export const barePages = { nothing, queue, conversation, done, session };
