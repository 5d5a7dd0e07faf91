import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Changes, defineErase, Erasures, ErasureSteps, Ingest, PlatformAsks } from '@app/inbox';
import { Database, Jobs, roleUrl, type DatabaseRole } from '@app/runtime';
import { ForgetSealed } from '../../apps/audit/src';
import { PageWorld, type TestPage } from '../../apps/connector-messenger/src/testing/page-world';
import { IngestLoop } from '../../apps/triage/src/ingest/ingest-loop';
import { bodyOf, signatureOf, ToldCustomer } from '../support/messenger-webhook';
import { until } from '../support/product';

const ANN = '70010020030040050';
const BEN = '70010020030040051';

let world: PageWorld;
let page: TestPage;
let appSecret: string;
let server: Server;
let webhook: string;
let databases: Database[];
let working: Jobs[];
let connector: Jobs;
let owner: Database;

beforeEach(async () => {
  world = await PageWorld.open();
  [databases, working] = [[], []];
  owner = await connect(world.testing.ownerUrl);
  await owner.query('select inbox.workspace_create($1, $2, false, $3, $4)', [
    world.workspaceId,
    'Lumen',
    'UTC',
    world.clock.now(),
  ]);
  page = await world.page();
  const running = await world.host();
  connector = running.jobs;
  await world.connect(running, page);
  ({ appSecret } = (await running.host.accounts.apps.open(page.appId)).secrets as { appSecret: string });
  server = createServer(express().use(running.host.webhooks!.routes())).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/messenger/${page.key}`;
});
afterEach(async () => {
  await Promise.all(working.map((jobs) => jobs.stop(0)));
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
  await Promise.all(databases.map((database) => database.close()));
  await world.close();
});

async function connect(url: string): Promise<Database> {
  const { clock, ids, logger } = world;
  const database = await Database.connect({ url, poolSize: 4, applicationName: 'test', clock, ids, logger });
  databases.push(database);
  return database;
}

/** Lets this process do its part of erasures. */
async function run(role: Extract<DatabaseRole, 'triage' | 'audit'>): Promise<void> {
  const database = await connect(roleUrl(world.testing.ownerUrl, role));
  const jobs = new Jobs({ database, logger: world.logger, pollMs: 20 });
  if (role === 'audit') new ForgetSealed(database, jobs).serve();
  else {
    const changes = new Changes({ notify: () => undefined });
    new ErasureSteps({ database, jobs, blobs: world.blobs, changes }).serve();
    new PlatformAsks({ database, jobs }).serve();
  }
  await jobs.start();
  working.push(jobs);
}

/** What triage takes in of what has come. */
async function takeIn(): Promise<void> {
  const database = await connect(roleUrl(world.testing.ownerUrl, 'triage'));
  const ingest = new Ingest(new Changes({ notify: () => undefined }));
  await new IngestLoop({ database, ingest, logger: world.logger, pollMs: 10 }).takeAll();
}

async function write(psid: string, text: string, { later = false } = {}): Promise<void> {
  const told = new ToldCustomer(psid, page.pageId).message(`m_${randomUUID()}`, world.clock.now().getTime(), text);
  const body = bodyOf(page.pageId, [told]);
  const headers = { 'x-hub-signature-256': signatureOf(appSecret, body) };
  expect((await fetch(webhook, { method: 'POST', body, headers })).status).toBe(200);
  if (!later) await takeIn();
}

/** The platform's callback. @returns where the person may look, and their code. */
async function askToBeForgotten(user: string, secret = appSecret) {
  const issued = Math.floor(world.clock.now().getTime() / 1_000);
  const content = { user_id: user, algorithm: 'HMAC-SHA256', issued_at: issued };
  const payload = Buffer.from(JSON.stringify(content)).toString('base64url');
  const signature = createHmac('sha256', secret).update(payload).digest('base64url');
  const body = new URLSearchParams({ signed_request: `${signature}.${payload}` });
  const response = await fetch(`${webhook}/delete`, { method: 'POST', body });
  const answer = response.ok ? ((await response.json()) as { url: string; confirmation_code: string }) : undefined;
  return { status: response.status, url: answer?.url ?? '', code: answer?.confirmation_code ?? '' };
}

async function told(url: string): Promise<'received' | 'carried out' | undefined> {
  const html = await (await fetch(url)).text();
  if (html.includes('is being carried out')) return 'received';
  return html.includes('was carried out') ? 'carried out' : undefined;
}

/** Rows of every table in which the words stand. */
async function rowsWith(words: string): Promise<string[]> {
  const tables = await owner.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('inbox', 'intake', 'sealed', 'record', 'jobs') and c.relkind = 'r'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await owner.query(`select from ${name} t where t::text like $1`, [`%${words}%`]);
    if (rows.length > 0) found.push(name);
  }
  return found;
}

/** Those that wait for an erasure look again, each second, and what follows from it happens. */
async function lookAgain(): Promise<void> {
  world.clock.advance(1_000);
  await working[0]!.idle();
  await connector.idle();
}

async function erasures() {
  return owner.query<{ id: string; state: string; waitingFor: string[] }>(
    'select id, state, waiting_for as "waitingFor" from inbox.erasures',
  );
}

it('erases a customer who asked the platform for it, and tells them so only when nothing of them is left', async () => {
  await write(ANN, 'I am Ann');
  await write(BEN, 'I am Ben');
  const { url, code } = await askToBeForgotten(ANN);
  expect(url).toBe(`${webhook}/deletion/${code}`);
  expect([await told(url), await erasures()]).toEqual(['received', []]);

  await run('triage');
  await until('the erasure waits for the audit alone', async () => {
    const [erasure] = await erasures();
    return erasure?.id === code && erasure.waitingFor.join() === 'sealed';
  });
  await lookAgain();
  expect(await told(url)).toBe('received');

  await run('audit');
  await until('the page says that it is done', async () => (await told(url)) === 'carried out');
  expect((await erasures()).map(({ state }) => state)).toEqual(['done']);
  expect([await rowsWith(ANN), await rowsWith('I am Ann')]).toEqual([[], []]);
  expect((await rowsWith('I am Ben')).length).toBeGreaterThan(0);
});

it('says that it is done to somebody who is no customer', async () => {
  await write(BEN, 'I am Ben');
  const { url } = await askToBeForgotten(ANN);
  expect(await told(url)).toBe('received');
  await run('triage');
  await until('the page says that it is done', async () => (await told(url)) === 'carried out');
  expect([await erasures(), await rowsWith(ANN)]).toEqual([[], []]);
  expect((await rowsWith('I am Ben')).length).toBeGreaterThan(0);
});

it('waits for an erasure that somebody else asked for, and erases once however often it is asked', async () => {
  await write(ANN, 'I am Ann');
  const api = await connect(roleUrl(world.testing.ownerUrl, 'api'));
  const jobs = new Jobs({ database: api, logger: world.logger });
  defineErase(jobs);
  await api.transaction({ workspaceId: world.workspaceId }, async (tx) => {
    const [row] = await tx.query<{ customerId: string; confirm: string }>(
      'select id as "customerId", pseudonym as confirm from inbox.customers',
    );
    await new Erasures(jobs).request(tx, { ...row!, agentId: null, reason: 'test' });
  });
  const urls = [(await askToBeForgotten(ANN)).url, (await askToBeForgotten(ANN)).url];
  await run('triage');
  await until(
    'the erasure waits for the audit alone',
    async () => (await erasures())[0]?.waitingFor.join() === 'sealed',
  );
  await lookAgain();
  expect(await Promise.all(urls.map(told))).toEqual(['received', 'received']);
  await run('audit');
  await until('both pages say that it is done', async () => {
    world.clock.advance(1_000);
    return (await Promise.all(urls.map(told))).every((word) => word === 'carried out');
  });
  expect((await erasures()).map(({ state }) => state)).toEqual(['done']);
});

it('erases somebody, too, whose message was on its way into the inbox when they asked', async () => {
  await write(ANN, 'I am Ann', { later: true });
  const { url } = await askToBeForgotten(ANN);
  await run('triage');
  await run('audit');
  await lookAgain();
  expect(await told(url)).toBe('received');
  await takeIn();
  await until('the page says that it is done', async () => {
    world.clock.advance(1_000);
    return (await told(url)) === 'carried out';
  });
  expect([await rowsWith(ANN), await rowsWith('I am Ann')]).toEqual([[], []]);
});

it('does nothing for a request that the platform has not signed', async () => {
  await write(ANN, 'I am Ann');
  expect((await askToBeForgotten(ANN, 'guessed')).status).toBe(401);
  expect(await owner.query('select from intake.forget_requests')).toEqual([]);
  expect((await rowsWith('I am Ann')).length).toBeGreaterThan(0);
});
