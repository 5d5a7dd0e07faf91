import { Client } from 'pg';
import { OWNER } from './cluster';

/** What a server answers to a real connection. */
export type Answer =
  | 'ready'
  /** 57P03: it starts, recovers or ends; or it has no free connection. Ask again. */
  | 'busy'
  /** It is ready and has no database `evenhand`. */
  | 'no database'
  | 'wrong password'
  /** Nothing listens, or what listens does not answer. */
  | 'silent';

const ANSWERS: Readonly<Record<string, Answer>> = {
  '57P03': 'busy', // cannot_connect_now
  '53300': 'busy', // too_many_connections
  '57P01': 'busy', // admin_shutdown
  '57P02': 'busy', // crash_shutdown
  '3D000': 'no database',
  '28P01': 'wrong password',
  '28000': 'wrong password',
  ECONNREFUSED: 'silent',
  ECONNRESET: 'silent',
  EPIPE: 'silent',
  ETIMEDOUT: 'silent',
};

/** URL of the owner role. */
export function ownerUrl(port: number, password: string, database = OWNER): string {
  return `postgres://${OWNER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/** Connects to the database `evenhand` and asks one question; at most 10 s. */
export function knock(port: number, password: string): Promise<Answer> {
  return answerTo(ownerUrl(port, password), 'select 1');
}

/** Creates the database `evenhand`, ~50 ms; anything but `ready` means that it did not come to that. Under the start lock. */
export function createDatabase(port: number, password: string): Promise<Answer> {
  return answerTo(ownerUrl(port, password, 'postgres'), `create database ${OWNER}`);
}

async function answerTo(url: string, sql: string): Promise<Answer> {
  const client = clientFor(url);
  try {
    await client.connect();
    await client.query(sql);
    return 'ready';
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code !== undefined && ANSWERS[code]) return ANSWERS[code];
    // pg gives these no code.
    if (/timeout|Connection terminated/.test(message)) return 'silent';
    throw error;
  } finally {
    await client.end();
  }
}

function clientFor(connectionString: string): Client {
  const client = new Client({ connectionString, ssl: false, connectionTimeoutMillis: 5_000, query_timeout: 5_000 });
  // A connection that breaks while it is idle must not end the process.
  client.on('error', () => undefined);
  return client;
}
