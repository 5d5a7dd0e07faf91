import { sqlState, type DatabaseRole } from '@app/runtime';
import { TestInbox, type TestWorkspace } from './testing/test-workspace';

const DENIED = '42501';
let inbox: TestInbox;
let ws: TestWorkspace;
let other: TestWorkspace;
beforeAll(async () => {
  inbox = await TestInbox.start();
  [ws, other] = [await inbox.workspace(), await inbox.workspace()];
  for (const each of [ws, other]) {
    await each.ingest([each.mail(0, 'ann@x.org', { author: { value: 'ann@x.org', name: 'Ann' } })]);
    const agentId = await each.agent('Léa');
    await each.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: 'a' }));
  }
});
afterAll(() => inbox.stop());

/** SQLSTATE with which a role is refused, or what it got. */
async function attempt(role: DatabaseRole, sql: string, params: readonly unknown[] = []): Promise<unknown> {
  try {
    return await inbox.pool(role).transaction({ workspaceId: ws.id }, (tx) => tx.query(sql, params));
  } catch (error) {
    return sqlState(error);
  }
}

describe.each(['api', 'triage'] as const)('the %s process', (role) => {
  it.each([
    'select * from sealed.reach',
    'select * from sealed.commitments',
    'select * from intake.deliveries',
    'select * from intake.accounts',
    'select * from intake.sends',
    'select * from inbox.profiles',
    `update inbox.profiles set name = 'x'`,
    'delete from inbox.profiles',
    `insert into record.entries values (gen_random_uuid(), 1, now(), 'x', null, '{}')`,
    `update record.entries set kind = 'x'`,
    'delete from record.entries',
    'truncate record.entries',
    'update record.heads set size = 0',
  ])('is denied: %s', async (sql) => {
    expect(await attempt(role, sql)).toBe(DENIED);
  });

  it('sees nothing of another workspace, and can put nothing into it', async () => {
    for (const table of [
      'customers',
      'identities',
      'conversations',
      'messages',
      'waits',
      'offers',
      'changes',
      'agents',
    ]) {
      const rows = (await attempt(role, `select distinct workspace_id as id from inbox.${table}`)) as { id: string }[];
      expect([table, rows]).toEqual([table, [{ id: ws.id }]]);
    }
    expect(await attempt(role, 'select distinct workspace_id as id from record.entries')).toEqual([{ id: ws.id }]);
    const stranger = `insert into inbox.customers (id, workspace_id, pseudonym, created_at) values (gen_random_uuid(), $1, 'x', now())`;
    expect(await attempt(role, stranger, [other.id])).toBe(DENIED);
    expect(
      await attempt(role, `update inbox.waits set language = 'xx' where workspace_id = $1 returning id`, [other.id]),
    ).toEqual([]);
  });

  it('appends to the record of no workspace but its own', async () => {
    const line = JSON.stringify([{ kind: 'wait.ended' }]);
    expect(await attempt(role, 'select record.append($1, now(), $2::jsonb)', [other.id, line])).toBe(DENIED);
    expect(await attempt(role, 'select record.take_head($1) as size', [other.id])).toEqual([{ size: null }]);
  });

  it('sees nothing at all without a workspace', async () => {
    const rows = await inbox.pool(role).transaction('system', (tx) => tx.query('select * from inbox.messages'));
    expect(rows).toEqual([]);
  });
});

it('triage takes events from intake and may change nothing of them but their own marks', async () => {
  expect(await attempt('triage', 'select id, body from intake.events where false')).toEqual([]);
  expect(await attempt('triage', `update intake.events set body = '{}'`)).toBe(DENIED);
  expect(await attempt('triage', 'delete from intake.events')).toBe(DENIED);
  expect(await attempt('api', 'select * from intake.events')).toBe(DENIED);
});

it('a connector reads nothing of the inbox', async () => {
  for (const table of ['messages', 'customers', 'waits', 'profiles', 'conversations']) {
    expect(await attempt('connector', `select * from inbox.${table}`)).toBe(DENIED);
  }
  expect(await attempt('connector', 'select * from record.entries')).toBe(DENIED);
});

it('the record refuses even the owner of the database to change a line', async () => {
  const owner = inbox.pool('owner');
  for (const sql of [`update record.entries set kind = 'x'`, 'delete from record.entries', 'truncate record.entries']) {
    await expect(owner.query(sql)).rejects.toThrow('append-only');
  }
});

it('the record has no gap, and its time never runs back', async () => {
  inbox.clock.advance(-3_600_000);
  await ws.ingest([ws.mail(9, 'late@x.org')]);
  inbox.clock.advance(3_600_000);
  const lines = await ws.rows<{ seq: number; at: Date }>(
    'select seq, at from record.entries where workspace_id = $1 order by seq',
    [ws.id],
  );
  expect(lines.map((line) => line.seq)).toEqual(lines.map((_, i) => i + 1));
  const times = lines.map((line) => line.at.getTime());
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});
