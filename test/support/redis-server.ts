import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** A Redis that can be stopped, made silent and emptied under the feet of whoever uses it. */
export interface TestRedis {
  readonly url: string;
  /** Closes all connections and refuses new ones. */
  stop(): Promise<void>;
  /** Takes connections again, at the same address. */
  start(): Promise<void>;
  /** Keeps connections but lets nothing through, until `hear`. */
  silence(): void;
  hear(): void;
  /** Throws everything away, as a restart without persistence does. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Whether `testRedis` has anything to give, for `describe.skip` and the like. */
export function redisAvailable(): boolean {
  const available =
    process.env['TEST_REDIS_URL'] !== undefined || spawnSync('redis-server', ['--version']).error === undefined;
  if (!available) console.warn('SKIPPED: tests with Redis (set TEST_REDIS_URL or install redis-server)');
  return available;
}

/**
 * The server of TEST_REDIS_URL (its database is emptied: give one of its own, such as redis://127.0.0.1:6379/9), else an
 * own `redis-server` from the PATH. @throws where there is neither.
 */
export async function testRedis(): Promise<TestRedis> {
  const given = process.env['TEST_REDIS_URL'];
  const server = given ? { url: given, close: async () => undefined } : await startServer();
  const target = new URL(server.url);
  const gate = new Gate(Number(target.port || 6379), target.hostname);
  await gate.open(0);
  const port = gate.port;
  const url = new URL(server.url);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const direct = new Redis(server.url, { maxRetriesPerRequest: 1 });
  direct.on('error', () => undefined);
  return {
    url: url.href,
    stop: () => gate.shut(),
    start: () => gate.open(port),
    silence: () => gate.silence(true),
    hear: () => gate.silence(false),
    flush: async () => void (await direct.flushdb()),
    close: async () => {
      direct.disconnect();
      await gate.shut();
      await server.close();
    },
  };
}

/** Stands between client and server; the server itself may be somebody else's and is left alone. */
class Gate {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private silent = false;

  constructor(
    private readonly targetPort: number,
    private readonly targetHost: string,
  ) {}

  get port(): number {
    return (this.server!.address() as AddressInfo).port;
  }

  async open(port: number): Promise<void> {
    const server = createServer((client) => {
      const redis = connect(this.targetPort, this.targetHost);
      for (const [socket, other] of [
        [client, redis],
        [redis, client],
      ] as const) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.sockets.delete(socket);
          other.destroy();
        });
        socket.on('data', (bytes) => other.write(bytes));
        if (this.silent) socket.pause();
      }
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    this.server = server;
  }

  async shut(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    for (const socket of this.sockets) socket.destroy();
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  silence(silent: boolean): void {
    this.silent = silent;
    for (const socket of this.sockets) {
      if (silent) socket.pause();
      else socket.resume();
    }
  }
}

async function startServer(): Promise<{ url: string; close: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'evenhand-redis-'));
  const port = await freePort();
  const child = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const started = await new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false)); // no such program
    child.once('exit', () => resolve(false));
    child.stdout.on('data', (bytes: Buffer) => {
      if (bytes.includes('Ready to accept connections')) resolve(true);
    });
  });
  const remove = (): Promise<void> => rm(dir, { recursive: true, force: true });
  if (!started) {
    await remove();
    throw new Error('redis-server does not start; install it or set TEST_REDIS_URL');
  }
  const killNow = (): void => void child.kill('SIGKILL');
  process.once('exit', killNow);
  return {
    url: `redis://127.0.0.1:${port}`,
    close: async () => {
      process.off('exit', killNow);
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      await remove();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
