import { createHash } from 'node:crypto';
import { Changes, Ingest, Queue } from '@app/inbox';
import { Clock, Database, Ids, Logger, roleUrl } from '@app/runtime';
import { testDatabase, type TestDatabase } from '../../../test/support/test-database';
import { IngestLoop } from './ingest/ingest-loop';
import { LeaseWatch } from './queue/lease-watch';
import { Prune } from './due/prune';

const clock = new Clock();
const ids = new Ids();
const logger = Logger.create({ app: 'test', level: 'silent' });
const changes = new Changes({ notify: () => undefined });
let server: TestDatabase;
let owner: Database;
let triage: Database;
let api: Database;
let workspaceId: string;

beforeAll(async () => {
  server = await testDatabase();
  const connect = (url: string) => Database.connect({ url, poolSize: 6, applicationName: 'test', clock, ids, logger });
  owner = await connect(server.ownerUrl);
  triage = await connect(roleUrl(server.ownerUrl, 'triage'));
  api = await connect(roleUrl(server.ownerUrl, 'api'));
});
afterAll(async () => {
  await Promise.all([owner.close(), triage.close(), api.close()]);
  await server.drop();
});
beforeEach(async () => {
  workspaceId = ids.next();
  await owner.query(`update intake.events set ingested_at = now()`);
  await owner.query('select inbox.workspace_create($1, $2, false, $3, $4)', [workspaceId, 'Test', 'UTC', clock.now()]);
});

async function account(): Promise<string> {
  const id = ids.next();
  await owner.query(
    `insert into intake.accounts (id, workspace_id, channel, address, name, settings, credentials, connected_at)
     values ($1, $2, 'email', $3, 'Support', '{}', '', $4)`,
    [id, workspaceId, `${id}@example.org`, clock.now()],
  );
  return id;
}
async function arrive(accountId: string, bodies: readonly unknown[]): Promise<void> {
  for (const [i, body] of bodies.entries()) {
    await owner.query(
      `insert into intake.events (id, workspace_id, account_id, channel, kind, external_id, body, received_at)
       values ($1, $2, $3, 'email', 'message', $4, $5::jsonb, $6)`,
      [ids.next(), workspaceId, accountId, `m${i}-${ids.next()}`, JSON.stringify(body), clock.now()],
    );
  }
}
function mail(name: string) {
  return {
    kind: 'message',
    externalId: name,
    direction: 'inbound',
    visibility: 'private',
    author: { value: `${name}@x.org` },
    participants: [],
    at: new Date(clock.now().getTime() - 1_000).toISOString(),
    class: 'ordinary',
    text: 'hello',
    attachments: [],
    threading: { references: [] },
    nativeIds: [],
    problems: [],
  };
}
const loop = () => new IngestLoop({ database: triage, ingest: new Ingest(changes), logger, pollMs: 10 });
const count = async (sql: string) => (await owner.query<{ n: number }>(sql, [workspaceId]))[0]!.n;
const messages = () => count('select count(*) as n from inbox.messages where workspace_id = $1');
const waiting = () => count('select count(*) as n from intake.events where workspace_id = $1 and ingested_at is null');

async function until(condition: () => Promise<boolean>): Promise<void> {
  const limit = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > limit) throw new Error('it did not come to that within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('IngestLoop', () => {
  it('takes in what waits on every account, once, with two processes at it', async () => {
    const accounts = [await account(), await account(), await account()];
    for (const id of accounts)
      await arrive(
        id,
        Array.from({ length: 250 }, (_, i) => mail(`${id.slice(-4)}-${i}`)),
      );
    const loops = [loop(), loop()];
    loops.forEach((each) => each.start());
    await until(async () => (await waiting()) === 0);
    await Promise.all(loops.map((each) => each.stop()));
    expect(await messages()).toBe(750);
  });

  it('puts aside what cannot be taken in, with its problem, and takes in all the others', async () => {
    const id = await account();
    const bodies: unknown[] = Array.from({ length: 60 }, (_, i) => mail(`p${i}`));
    bodies[17] = { kind: 'message', secret: 'the customer wrote this' };
    bodies[41] = { ...mail('p41'), at: 'yesterday' };
    await arrive(id, bodies);
    const runs = loop();
    await runs.takeAll();
    expect(await messages()).toBe(58);
    const sick = await owner.query<{ attempts: number; problem: string }>(
      'select attempts, problem from intake.events where workspace_id = $1 and ingested_at is null order by number',
      [workspaceId],
    );
    expect(sick).toEqual([
      { attempts: 1, problem: expect.stringMatching(/^not an event: externalId invalid_type/) },
      { attempts: 1, problem: 'not an event: at invalid_format' },
    ]);
    expect(JSON.stringify(sick)).not.toContain('customer wrote');

    // mended (as a new version of the program would): it is taken in with the next try
    await owner.query(
      `update intake.events set body = $2::jsonb where workspace_id = $1 and problem like '%externalId%'`,
      [workspaceId, JSON.stringify(mail('mended'))],
    );
    await runs.takeSick();
    expect(await messages()).toBe(59);
    expect(await waiting()).toBe(1);
  });

  it('takes in a batch of enormous mails in pieces', async () => {
    const id = await account();
    const noise = () => Array.from({ length: 20_000 }, () => ids.next()).join('');
    await arrive(
      id,
      Array.from({ length: 12 }, (_, i) => ({ ...mail(`big${i}`), text: noise() })),
    );
    await loop().takeAll();
    expect(await messages()).toBe(12);
    // 12 x 720 kB do not fit one transaction: the rows have more than one writer
    const writers = await count('select count(distinct xmin::text) as n from inbox.messages where workspace_id = $1');
    expect(writers).toBeGreaterThan(1);
  });
});

it('LeaseWatch puts an idle offer back into the queue, in whatever workspace', async () => {
  await arrive(await account(), [mail('ann')]);
  await loop().takeAll();
  const queue = new Queue(changes);
  const agentId = ids.next();
  await owner.query(
    `insert into inbox.agents (id, workspace_id, email, display_name, role, created_at) values ($1, $2, $3, 'Léa', 'agent', now())`,
    [agentId, workspaceId, `${agentId}@example.org`],
  );
  const given = await api.transaction({ workspaceId }, (tx) => queue.offerNext(tx, { agentId, clientMutationId: 'k' }));
  expect(given).toHaveProperty('offer');
  const watch = new LeaseWatch({ database: triage, queue, logger });
  await watch.look();
  expect(await api.transaction({ workspaceId }, (tx) => queue.state(tx))).toMatchObject({ waiting: 0, taken: 1 });
  clock.advance(31 * 60_000);
  await watch.look();
  expect(await api.transaction({ workspaceId }, (tx) => queue.state(tx))).toMatchObject({ waiting: 1, taken: 0 });
});

describe('Prune', () => {
  const files = new Set<string>();
  const put = (name: string) => {
    const sha256 = createHash('sha256').update(name).digest('hex');
    files.add(sha256);
    return { sha256, name, mime: 'text/plain', size: 1, inline: false };
  };
  /** A store in which some files have been put a moment ago. */
  const pruneWith = (fresh: ReadonlySet<string> = new Set()) =>
    new Prune({
      database: triage,
      logger,
      blobs: {
        deleteRested: async (sha256) => {
          if (fresh.has(sha256)) return false;
          files.delete(sha256);
          return true;
        },
      },
    });

  it('throws away what is older than a day and keeps the rest', async () => {
    await arrive(await account(), [mail('old')]);
    await loop().takeAll();
    const prune = pruneWith();
    const rows = () => count('select count(*) as n from inbox.changes where workspace_id = $1');
    await prune.prune();
    expect(await rows()).toBeGreaterThan(0);
    clock.advance(26 * 3_600_000);
    await prune.prune();
    expect(await rows()).toBe(0);
  });

  it('throws away the files of messages that were taken back, with the bytes unless others have the same', async () => {
    const [mine, shared, fresh] = [put('mine'), put('shared'), put('fresh')];
    const gone = { ...mail('gone'), attachments: [mine, shared, fresh] };
    const stays = { ...mail('stays'), attachments: [shared] };
    const change = { type: 'withdrawn', by: 'author' };
    const back = { kind: 'change', externalId: 'back', target: 'gone', at: gone.at, change };
    await arrive(await account(), [gone, stays, back]);
    await loop().takeAll();
    const loose = 'select count(*) as n from inbox.attachments where workspace_id = $1 and message_id is null';
    expect(await count(loose)).toBe(3);
    await pruneWith(new Set([fresh.sha256])).prune();
    expect([...files].sort()).toEqual([shared.sha256, fresh.sha256].sort());
    expect(await count(loose)).toBe(1);
    await pruneWith().prune();
    expect([...files]).toEqual([shared.sha256]);
    expect(await count('select count(*) as n from inbox.attachments where workspace_id = $1')).toBe(1);
  });

  it('throws away uploads that were not sent within a week, but none that stands in a draft', async () => {
    await arrive(await account(), [mail('m')]);
    await loop().takeAll();
    const [sent, kept] = [ids.next(), ids.next()];
    const agentId = ids.next();
    await owner.query(
      `insert into inbox.agents (id, workspace_id, email, display_name, role, created_at) values ($1, $2, $3, 'Léa', 'agent', now())`,
      [agentId, workspaceId, `${agentId}@example.org`],
    );
    for (const id of [sent, kept]) {
      const { sha256 } = put(id);
      await owner.query(
        `insert into inbox.attachments (id, workspace_id, uploaded_by, sha256, name, mime, size, created_at)
         values ($1, $2, $3, $4, 'a', 'text/plain', 1, $5)`,
        [id, workspaceId, agentId, sha256, clock.now()],
      );
    }
    await owner.query(
      `insert into inbox.drafts (conversation_id, agent_id, workspace_id, text, attachment_ids, revision, saved_at)
       select id, $2, $1, '', array[$3::uuid], 1, now() from inbox.conversations where workspace_id = $1`,
      [workspaceId, agentId, kept],
    );
    const uploads = 'select count(*) as n from inbox.attachments where workspace_id = $1';
    await pruneWith().prune();
    expect(await count(uploads)).toBe(2);
    clock.advance(8 * 24 * 3_600_000);
    await pruneWith().prune();
    expect(await owner.query('select id from inbox.attachments where workspace_id = $1', [workspaceId])).toEqual([
      { id: kept },
    ]);
  });

  it('throws away what has waited a month for its message, and nothing that is newer', async () => {
    const accountId = await account();
    const comment = {
      direction: 'outbound',
      visibility: 'public',
      threading: { references: [{ kind: 'native', id: 'never', direct: true }] },
    };
    const change = { type: 'reaction', by: 'ann', emoji: '❤' };
    await arrive(accountId, [
      { ...mail('answer'), ...comment },
      { kind: 'change', externalId: 'c', target: 'never', at: clock.now().toISOString(), change },
      {
        kind: 'thread',
        externalId: 't',
        threadKey: 'ann',
        at: clock.now().toISOString(),
        readUpTo: clock.now().toISOString(),
      },
    ]);
    await loop().takeAll();
    const waiting = `select (select count(*) from inbox.parked where workspace_id = $1)
      + (select count(*) from inbox.message_changes where workspace_id = $1) + (select count(*) from inbox.threads where workspace_id = $1) as n`;
    clock.advance(29 * 24 * 3_600_000);
    await pruneWith().prune();
    expect(await count(waiting)).toBe(3);
    clock.advance(2 * 24 * 3_600_000);
    await pruneWith().prune();
    expect(await count(waiting)).toBe(0);
  });
});
