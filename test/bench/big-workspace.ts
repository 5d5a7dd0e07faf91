import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { Workspaces } from '@app/inbox';
import { hashPassword } from '../../apps/api/src';
import type { BenchContext } from './bench';
import type { BenchDatabase } from './bench-server';

export const PASSWORD = 'correct horse battery';
/** Messages of a long conversation: a whole page. */
export const PAGE = 50;
/** Finished conversations with a page of messages each. */
const LONG = 200;
/** Conversations the viewer holds. */
const HELD = 10;
/** So many agents can take `HELD` waits each. */
const AGENTS = 2_000;

/** A workspace with so many conversations that wait, a tenth as many that are over, and 2,000 agents. */
export interface BigWorkspace {
  readonly database: BenchDatabase;
  readonly workspaceId: string;
  /** Conversations that wait. */
  readonly size: number;
  /** Signs in with `PASSWORD`; holds ten conversations. */
  readonly viewer: { readonly email: string; readonly agentId: string };
  /** References of finished conversations of `PAGE` messages. */
  readonly long: readonly string[];
  /** Agents who hold nothing yet; each is given out once. */
  readonly freshAgent: () => string;
}

/**
 * The workspaces of a run, each made once. Rows are made by SQL alone, with indexes and foreign keys put aside meanwhile:
 * a million in about a minute. References of messages and participants, which no page reads, are left out.
 */
class BigWorkspaces {
  private readonly made = new Map<number, Promise<BigWorkspace>>();

  of(context: BenchContext, size: number): Promise<BigWorkspace> {
    let found = this.made.get(size);
    if (!found) this.made.set(size, (found = make(context, size)));
    return found;
  }

  /** Lets the databases go; the server removes them. */
  async close(): Promise<void> {
    for (const workspace of this.made.values())
      await workspace.then(({ database }) => database.close()).catch(() => undefined);
  }
}

export const bigWorkspaces = new BigWorkspaces();

async function make({ server, say }: BenchContext, size: number): Promise<BigWorkspace> {
  const began = performance.now();
  const database = await server.database(`of_${size}`);
  const api = await database.pool('api', 2);
  const { workspaceId } = await api.transaction('system', (tx) => new Workspaces().create(tx, { name: 'Bench' }));
  const client = await database.client();
  const email = `viewer-${size}@bench.example`;
  const over = Math.max(size / 10, LONG);
  try {
    await client.query(
      `set session_replication_role = replica; set synchronous_commit = off; set maintenance_work_mem = '512MB'`,
    );
    await fill(client, {
      workspaceId,
      accountId: randomUUID(),
      size,
      over,
      email,
      passwordHash: await hashPassword(PASSWORD),
    });
  } finally {
    await client.end();
  }
  say(`  ${size.toLocaleString('en')} conversations made in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  let given = 1;
  return {
    database,
    workspaceId,
    size,
    viewer: { email, agentId: idOf('a', 0) },
    long: Array.from({ length: LONG }, (_, i) => `C-${1_000 + size + HELD + 1 + i}`),
    freshAgent: () => {
      if (given >= AGENTS) throw new Error('the bench has no agents left; make more of them');
      return idOf('a', given++);
    },
  };
}

interface Contents {
  readonly workspaceId: string;
  readonly accountId: string;
  readonly size: number;
  readonly over: number;
  readonly email: string;
  readonly passwordHash: string;
}

async function fill(
  client: Client,
  { workspaceId, accountId, size, over, email, passwordHash }: Contents,
): Promise<void> {
  const ws = client.escapeLiteral(workspaceId);
  const account = client.escapeLiteral(accountId);
  // numbers 1 to size wait, then HELD are the viewer's, then `over` are finished
  const held = size + HELD;
  const all = held + over;
  const state = `case when i <= ${size} then 'queued' when i <= ${held} then 'taken' else 'ended' end`;
  const since = `timestamptz '2026-01-01' + i * interval '1 second'`;
  const indexes = await dropIndexes(client, ['customers', 'identities', 'waits', 'conversations', 'messages']);
  await client.query(/* sql */ `
    insert into inbox.accounts (id, workspace_id, channel, address, name, simulated, status, detail, version, checked_at)
    values (${account}, ${ws}, 'email', 'help@bench.example', 'Help', true, 'connected', '', 1, now());
    insert into inbox.agents (id, workspace_id, email, display_name, role, password_hash, created_at)
    select ${sqlId('a', 'i')}, ${ws}, case i when 0 then ${client.escapeLiteral(email)} else 'agent-' || i || '@bench.example' end,
           'Agent ' || i, 'agent', case i when 0 then ${client.escapeLiteral(passwordHash)} end, now()
      from generate_series(0, ${AGENTS - 1}) i;
    update inbox.workspaces set last_number = 1000 + ${all} where workspace_id = ${ws};
    insert into inbox.customers (id, workspace_id, pseudonym, created_at)
    select ${sqlId('c', 'i')}, ${ws}, 'Customer ' || upper(lpad(to_hex(i % 4096), 3, '0')), ${since} from generate_series(1, ${all}) i;
    insert into inbox.identities (id, workspace_id, customer_id, channel, value, created_at)
    select ${sqlId('1', 'i')}, ${ws}, ${sqlId('c', 'i')}, 'email', 'customer-' || i || '@mail.example', ${since}
      from generate_series(1, ${all}) i;
    insert into inbox.waits (id, workspace_id, customer_id, channel, waiting_since, key_ms, state, end_kind, ended_at, created_at)
    select ${sqlId('b', 'i')}, ${ws}, ${sqlId('c', 'i')}, 'email', ${since}, extract(epoch from ${since}) * 1000, ${state},
           case when i > ${held} then 'answered' end, case when i > ${held} then ${since} + interval '1 hour' end, ${since}
      from generate_series(1, ${all}) i;
    insert into inbox.conversations (id, workspace_id, number, account_id, channel, visibility, token_key, customer_id, subject,
                                     wait_id, last_message_at, created_at)
    select ${sqlId('d', 'i')}, ${ws}, 1000 + i, ${account}, 'email', 'private', substring(uuid_send(${sqlId('d', 'i')}) from 9),
           ${sqlId('c', 'i')}, 'Order ' || i, case when i <= ${held} then ${sqlId('b', 'i')} end, ${since}, ${since}
      from generate_series(1, ${all}) i;
    insert into inbox.messages (id, workspace_id, conversation_id, account_id, external_id, direction, origin, identity_id, agent_id,
                                visibility, at, received_at, subject, text, html, wait_id, send_state)
    select ${sqlId('e', `i * ${PAGE} + k`)}, ${ws}, ${sqlId('d', 'i')}, ${account}, i || '.' || k,
           case k % 2 when 0 then 'inbound' else 'outbound' end, case k % 2 when 0 then 'platform' else 'evenhand' end,
           case k % 2 when 0 then ${sqlId('1', 'i')} end, case k % 2 when 1 then ${sqlId('a', '0')} end,
           'private', ${since} + k * interval '1 minute', ${since} + k * interval '1 minute', 'Order ' || i,
           repeat('My parcel has not come, and nobody knows where it is. ', 10),
           case when i > ${held} then repeat('<p style="margin:0">My parcel has not come, and nobody knows where it is.</p>', 30) end,
           ${sqlId('b', 'i')}, case k % 2 when 1 then 'sent' end
      from generate_series(1, ${all}) i,
           generate_series(0, case when i > ${held} and i <= ${held + LONG} then ${PAGE - 1} else 0 end) k;
    insert into inbox.queue_lengths (workspace_id, waiting) values (${ws}, ${size});
    insert into inbox.offers (id, workspace_id, wait_id, conversation_id, agent_id, offered_at, lease_until, state, entry)
    select ${sqlId('f', 'i')}, ${ws}, ${sqlId('b', 'i')}, ${sqlId('d', 'i')}, ${sqlId('a', '0')}, now(), now() + interval '1 day', 'taken', i
      from generate_series(${size + 1}, ${held}) i;`);
  for (const definition of indexes) await client.query(definition);
  await client.query('vacuum (analyze)');
}

/** @returns how to make them again. Primary keys stay: rows come in their order. */
async function dropIndexes(client: Client, tables: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    /* sql */ `
    select i.indexname as name, i.indexdef as definition from pg_indexes i
     where i.schemaname = 'inbox' and i.tablename = any ($1)
       and not exists (select 1 from pg_constraint c where c.conname = i.indexname)`,
    [tables],
  );
  for (const { name } of rows) await client.query(`drop index inbox.${name}`);
  return rows.map(({ definition }) => definition);
}

/** Ids in the order of their numbers, as those of the product are in the order of time. `kind` is one hexadecimal digit. */
function sqlId(kind: string, number: string): string {
  return `('01900000-${kind}000-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;
}

function idOf(kind: string, number: number): string {
  return `01900000-${kind}000-7000-8000-${number.toString(16).padStart(12, '0')}`;
}
