import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inflateRawSync } from 'node:zlib';
import express from 'express';
import type { MessageSendJob } from '@app/channel';
import { defineExport, DeliverExports, Exports } from '@app/inbox';
import { Jobs, Logger } from '@app/runtime';
import { exportPage, KeepTime, MakeExports } from '../../apps/audit/src';
import { until } from '../support/product';
import { ErasureWorld } from './erasure-world';

const ANN = 'ann@x.org';
const logger = Logger.create({ app: 'test', level: 'silent' });

let world: ErasureWorld;
let server: Server;
let base: string;
let running: Jobs[];
beforeEach(async () => {
  world = await ErasureWorld.start();
  const app = express();
  app.use(exportPage({ database: world.inbox.pool('audit'), blobs: world.blobs, logger }));
  server = createServer(app).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((jobs) => jobs.stop(0)));
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
  await world.stop();
});

/** Asks for the export, lets audit and triage do their part. @returns the message on its way and the export. */
async function ask(
  language: string | null = null,
): Promise<{ sent: MessageSendJob['outbound']; link: string; id: string }> {
  const { id: customerId } = (await world.customerOf(ANN))!;
  if (language) await world.ws.rows('update inbox.customers set language = $1', [language]);
  const [identity] = await world.ws.rows<{ id: string }>('select id from inbox.identities where value = $1', [ANN]);
  const jobsOf = (role: 'api' | 'audit' | 'triage'): Jobs =>
    new Jobs({ database: world.inbox.pool(role), logger, pollMs: 20 });
  const [api, audit, triage] = [jobsOf('api'), jobsOf('audit'), jobsOf('triage')];
  defineExport(api);
  const answer = await world.ws.api((tx) =>
    new Exports(api).request(tx, { agentId: null, customerId, identityId: identity!.id, reason: 'asked' }),
  );
  const database = world.inbox.pool('audit');
  new MakeExports({ database, blobs: world.blobs, jobs: audit, publicUrl: base }).serve();
  new DeliverExports({ database: world.inbox.pool('triage'), jobs: triage, changes: world.inbox.changes }).serve();
  for (const jobs of [audit, triage]) {
    running.push(jobs);
    await jobs.start();
  }
  const sent = await until('the link is on its way', async () => {
    const [job] = await world.ws.rows<{ payload: MessageSendJob }>(
      `select payload from jobs.jobs where name = 'email.messageSend'`,
    );
    return job?.payload.outbound;
  });
  return { sent, link: /http\S+/.exec(sent.text)![0], id: 'exportId' in answer ? answer.exportId : '' };
}

/** Files of a ZIP archive, by its local headers. */
function unzip(archive: Buffer): Map<string, string> {
  const files = new Map<string, string>();
  for (let at = 0; archive.readUInt32LE(at) === 0x04034b50;) {
    const [packed, name] = [archive.readUInt32LE(at + 18), archive.readUInt16LE(at + 26)];
    const start = at + 30 + name;
    files.set(
      archive.toString('utf8', at + 30, start),
      inflateRawSync(archive.subarray(start, start + packed)).toString('utf8'),
    );
    at = start + packed;
  }
  return files;
}

async function annWrites(): Promise<void> {
  const file = await world.file(Buffer.from('the bytes of a file'), 'facture é.txt');
  const mail = world.ws.mail(0, ANN, {
    author: { value: ANN, name: 'Ann <Lee>' },
    text: 'My lamp & "me"',
    attachments: [file],
  });
  await world.arrives(mail, { reach: { followers: 20_000 } });
  await world.arrives(world.ws.mail(1, 'ben@y.org', { text: 'not about Ann', refs: [`${ANN}/0`] }));
}

it('gives the customer a file with all that is held, sealed values included, once, and nothing of others', async () => {
  await annWrites();
  const { link } = await ask();

  const opened = await fetch(link);
  expect(opened.status).toBe(200);
  expect(await opened.text()).toContain('<button>');
  const fetched = await fetch(link, { method: 'POST' });
  expect(fetched.headers.get('content-type')).toBe('application/zip');
  const files = unzip(Buffer.from(await fetched.arrayBuffer()));

  expect([...files.keys()]).toEqual([
    'index.html',
    'data.json',
    expect.stringMatching(/^files\/[0-9a-f]{12}-facture é\.txt$/),
  ]);
  expect([...files.values()][2]).toBe('the bytes of a file');
  const data = JSON.parse(files.get('data.json')!) as Record<string, unknown>;
  expect(data).toMatchObject({
    addresses: [{ channel: 'email', value: ANN, name: 'Ann <Lee>' }],
    conversations: [{ messages: [{ direction: 'inbound', text: 'My lamp & "me"' }] }],
    sealed: [{ values: { followers: { about: 20_000, band: '10000+', value: '4.3' } } }],
    missingFiles: [],
  });
  expect(files.get('index.html')).toContain('My lamp &#38; &#34;me&#34;');
  expect([...files.values()].join()).not.toContain('not about Ann');
  for (const method of ['GET', 'POST']) expect((await fetch(link, { method })).status).toBe(410);
});

it('keeps nothing by which anybody else could open the file: no link in the message, only a hash, no bytes in the clear', async () => {
  await annWrites();
  const { sent, link, id } = await ask('fr');
  const token = link.split('/').at(-1)!;

  expect(sent).toMatchObject({ to: [{ value: ANN }], automated: true, authorName: 'Support' });
  expect(sent.text).toMatch(/^Vous avez demandé/);
  const rows = (await world.dump()).filter((row) => row.includes(token) && !row.startsWith('jobs.jobs '));
  expect(rows).toEqual([]);
  const [held] = await world.ws.rows<{ file: string; state: string }>(
    'select file_sha256 as file, state from inbox.customer_exports where id = $1',
    [id],
  );
  expect(held!.state).toBe('done');
  const bytes = await world.blobs.read(held!.file, 1_000_000);
  expect(bytes.includes('data.json')).toBe(false);
  expect((await fetch(`${base}/export/${token.slice(0, -1)}A`)).status).toBe(410);
});

it('lets the link end after seven days, and deletes the file then', async () => {
  await annWrites();
  const { link, id } = await ask();
  const [{ file }] = (await world.ws.rows<{ file: string }>(
    'select file_sha256 as file from inbox.customer_exports where id = $1',
    [id],
  )) as [{ file: string }];
  await world.ws.rows(`update inbox.customer_exports set link_expires_at = now() - interval '1 second'`);

  expect((await fetch(link)).status).toBe(410);
  await new KeepTime({ database: world.inbox.pool('audit'), blobs: world.blobs, logger, sealedDays: 396 }).turn();

  expect(await world.blobs.exists(file)).toBe(false);
});

it('gives the audit the texts of a customer only while that customer has asked for them', async () => {
  await annWrites();
  const { id } = await ask();

  const audit = world.inbox.pool('audit');
  const [facts] = await audit.query<{ facts: unknown }>('select inbox.export_facts($1) as facts', [id]);
  expect(facts!.facts).toBeNull();
  const { id: customer } = (await world.customerOf(ANN))!;
  await expect(audit.query('select inbox.customer_facts($1)', [customer])).rejects.toThrow(/permission denied/);
  await expect(audit.query('select 1 from inbox.messages')).rejects.toThrow(/permission denied/);
});

it('drops sealed values by whole days once their keep time is over, and salts with them', async () => {
  const { clock } = world.inbox;
  const keep = new KeepTime({ database: world.inbox.pool('audit'), blobs: world.blobs, logger, sealedDays: 30 });
  await keep.turn();
  await world.arrives(world.ws.mail(0, ANN), { reach: { followers: 7 } });
  await world.inbox.pool('triage').query(`select sealed.commit($1, 'need', 'vulnerable')`, [world.ws.id]);
  const counts = async () =>
    (
      await world.ws.rows<{ reach: number; salts: number; rest: number }>(
        `select (select count(*) from sealed.reach) as reach, (select count(*) from sealed.commitments) as salts,
                (select count(*) from sealed.reach_rest) as rest`,
      )
    )[0];
  expect(await counts()).toEqual({ reach: 1, salts: 1, rest: 0 });

  clock.advance(29 * 86_400_000);
  await keep.turn();
  expect(await counts()).toEqual({ reach: 1, salts: 1, rest: 0 });
  clock.advance(3 * 86_400_000);
  await keep.turn();

  expect(await counts()).toEqual({ reach: 0, salts: 0, rest: 0 });
});
