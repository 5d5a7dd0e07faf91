import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres, type StartOptions } from './embedded-postgres';
import { isAlive } from './process-identity';
import { OtherProcess } from './testing/other-process';

const asRoot = process.getuid?.() === 0;

let dataDir: string;
let logged: string[];
const started: EmbeddedPostgres[] = [];

const newDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'evenhand-postgres-'));

// One directory for all who do not say otherwise: each leaves a stopped, whole database, and a new one costs a second.
beforeAll(async () => {
  dataDir = await newDirectory();
});
beforeEach(() => {
  logged = [];
});
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

async function start(options: Partial<StartOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, log: (message) => logged.push(message), ...options });
  started.push(server);
  return server;
}

async function ask<T = Record<string, unknown>>(server: { url: string }, sql: string): Promise<T[]> {
  const client = new Client({ connectionString: server.url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows as T[];
  } finally {
    await client.end();
  }
}

/** Waits for what is bound to come; the limit only ends what hangs. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const limit = Date.now() + 40_000; !(await condition()); await sleep(10)) {
    if (Date.now() > limit) throw new Error(`never came true: ${condition.toString()}`);
  }
}

const portOf = (server: { url: string }): number => Number(new URL(server.url).port);
const cluster = async (): Promise<string> => {
  const name = (await readdir(dataDir)).find((entry) => /^pg\d+$/.test(entry));
  return join(dataDir, name ?? 'no cluster');
};

it('creates a database that only this machine and only who has the password can reach', async () => {
  const server = await start();
  expect(server.startedHere).toBe(true);
  const [row] = await ask(
    server,
    `select current_database() as database, current_setting('listen_addresses') as listens, current_setting('jit') as jit,
       current_setting('server_encoding') as encoding, current_setting('unix_socket_directories') as sockets`,
  );
  expect(row).toEqual({ database: 'evenhand', listens: '127.0.0.1', jit: 'off', encoding: 'UTF8', sockets: '' });
  if (process.platform !== 'win32') expect((await stat(`${await cluster()}.password`)).mode & 0o777).toBe(0o600);
  const wrong = new URL(server.url);
  wrong.password = 'guessed';
  await expect(ask({ url: wrong.href }, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  expect(logged.join('\n')).not.toContain(new URL(server.url).password);
});

it('finds French words between guillemets', async () => {
  const [row] = await ask(
    await start(),
    `select to_tsvector('french', 'Écrit «Réclamations» à l’hiver')::text as words`,
  );
  expect(row).toEqual({ words: `'hiv':5 'réclam':2 'écrit':1` });
});

it('keeps data, port and password over a stop and a start', async () => {
  const first = await start();
  await ask(first, `create table kept_on_stop as select 7 as value`);
  await first.stop();
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  await expect(ask(first, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });

  if (process.platform !== 'win32') await chmod(`${await cluster()}.password`, 0o644);
  const second = await start();
  expect(second.startedHere).toBe(true);
  expect(second.url).toBe(first.url);
  expect(await ask(second, 'select value from kept_on_stop')).toEqual([{ value: 7 }]);
  if (process.platform !== 'win32') expect((await stat(`${await cluster()}.password`)).mode & 0o777).toBe(0o600);
});

it('moves to another port when its own is taken by another program', async () => {
  const first = await start();
  await first.stop();
  const squatter = createServer((socket) => socket.end('I am no PostgreSQL\n')).listen(portOf(first), '127.0.0.1');
  await once(squatter, 'listening');
  const second = await start();
  expect(portOf(second)).not.toBe(portOf(first));
  expect(await ask(second, 'select 1 as one')).toEqual([{ one: 1 }]);
  expect(logged.join('\n')).toContain(`port ${portOf(first)} is taken`);
  await new Promise((closed) => squatter.close(closed));
});

it('gives two processes that start cold at once the same server, and the last to leave stops it', async () => {
  const directory = await newDirectory();
  const code = `const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(directory)} });
    tell({ url: server.url, startedHere: server.startedHere }); await told(); await server.stop(); tell({});`;
  const others = [new OtherProcess(code), new OtherProcess(code)];
  const heard = await Promise.all(others.map((other) => other.hear<{ url: string; startedHere: boolean }>()));
  expect(heard[0]?.url).toBe(heard[1]?.url);
  expect(heard.filter(({ startedHere }) => startedHere)).toHaveLength(1);

  const starter = heard.findIndex(({ startedHere }) => startedHere);
  const adopter = 1 - starter;
  others[starter]?.goOn();
  await others[starter]?.hear();
  expect(await ask(heard[adopter]!, 'select 1 as one')).toEqual([{ one: 1 }]);
  others[adopter]?.goOn();
  await others[adopter]?.hear();
  await expect(ask(heard[adopter]!, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await rm(directory, { recursive: true });
});

it('takes over the server of a process that was killed, and stops it in the end', async () => {
  const other = new OtherProcess(
    `const { url, pid } = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} }); tell({ url, pid }); await told();`,
  );
  const left = await other.hear<{ url: string; pid: number }>();
  await other.kill();
  expect(await ask(left, 'select 1 as one')).toEqual([{ one: 1 }]);
  const server = await start();
  expect({ startedHere: server.startedHere, pid: server.pid }).toEqual({ startedHere: false, pid: left.pid });
  await server.stop();
  expect(isAlive(left.pid)).toBe(false);
});

it('loses no acknowledged row when the postmaster is killed under load, and comes back on the same port', async () => {
  const server = await start({ keepRunning: true });
  await ask(server, 'create table rows (writer int, number int)');
  let writing = true;
  const acknowledged: string[] = [];
  const write = async (writer: number): Promise<void> => {
    const client = new Client({ connectionString: server.url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      for (let number = acknowledged.length; writing; number += 1) {
        await client.query('insert into rows values ($1, $2)', [writer, number]);
        acknowledged.push(`${writer}/${number}`);
      }
    } catch {
      await sleep(20); // the server is down: connect anew
    } finally {
      await client.end().catch(() => undefined);
    }
    if (writing) return write(writer);
  };
  const writers = [1, 2, 3, 4].map(write);
  for (let round = 1; round <= 3; round += 1) {
    const goal = acknowledged.length + 200;
    await until(() => acknowledged.length > goal);
    const killed = server.pid;
    process.kill(killed, 'SIGKILL');
    await until(() => server.pid !== killed);
  }
  const afterwards = acknowledged.length;
  await until(() => acknowledged.length > afterwards);
  writing = false;
  await Promise.all(writers);
  const rows = await ask<{ row: string }>(server, `select writer || '/' || number as row from rows`);
  const kept = new Set(rows.map(({ row }) => row));
  expect(acknowledged.filter((row) => !kept.has(row))).toEqual([]);
  expect(logged.filter((message) => message.includes('started again'))).toHaveLength(3);
});

it('does not start a server again that somebody has stopped in order', async () => {
  const watched = await start({ keepRunning: true });
  const other = await start();
  await other.stop({ force: true });
  await until(() => logged.some((message) => message.includes('stopped by somebody else')));
  expect(isAlive(watched.pid)).toBe(false);
});

it('starts when postmaster.pid is left from a killed server and names a living program of the same user', async () => {
  const first = await start();
  await ask(first, 'create table kept_on_kill as select 7 as value');
  process.kill(first.pid, 'SIGKILL');
  await until(() => !isAlive(first.pid));
  const owner = await stat(await cluster());
  const bystander = spawn('sleep', ['60'], {
    cwd: '/',
    ...(asRoot && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : {}),
  });
  const pidFile = join(await cluster(), 'postmaster.pid');
  const lines = (await readFile(pidFile, 'utf8')).split('\n');
  await writeFile(pidFile, [bystander.pid, ...lines.slice(1)].join('\n'));

  const second = await start();
  expect(await ask(second, 'select value from kept_on_kill')).toEqual([{ value: 7 }]);
  expect(bystander.exitCode).toBeNull();
  bystander.kill();
});

it('refuses a copy of a database that is running', async () => {
  const original = await start();
  const copy = await newDirectory();
  await cp(dataDir, copy, { recursive: true, filter: (source) => !source.startsWith(join(dataDir, 'locks')) });
  await expect(startEmbeddedPostgres({ dataDir: copy })).rejects.toThrow(/is a copy of .* Stop the one in/s);
  expect(await ask(original, 'select 1 as one')).toEqual([{ one: 1 }]);
  await rm(copy, { recursive: true });
});

it('says what is wrong with a data directory it cannot use', async () => {
  const directory = await newDirectory();
  await mkdir(join(directory, 'pg9'));
  await writeFile(join(directory, 'pg9', 'PG_VERSION'), '9\n');
  await expect(start({ dataDir: directory })).rejects.toThrow(
    /holds a database of PostgreSQL 9.*EVENHAND_POSTGRES_BIN/s,
  );
  await rm(directory, { recursive: true });

  const password = `${await cluster()}.password`;
  const kept = await readFile(password);
  await rm(password);
  await expect(start()).rejects.toThrow(/password of the database is gone.*Put the file back/s);
  await writeFile(password, 'another\n');
  await expect(start()).rejects.toThrow(/does not take the password/);
  // What it has started for that, it has ended again.
  expect(await readdir(await cluster())).not.toContain('postmaster.pid');
  await writeFile(password, kept);
});

it('says in the words of PostgreSQL why it does not start', async () => {
  await expect(start({ settings: { shared_buffers: 'plenty' } })).rejects.toThrow(
    /did not start.*shared_buffers.*plenty/s,
  );
  await expect(start({ settings: { listen_addresses: '*' } })).rejects.toThrow(/listen_addresses cannot be given/);
});
