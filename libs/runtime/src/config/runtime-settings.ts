import { z } from 'zod';
import type { Setting } from './config';

function setting<T>(schema: z.ZodType<T>, doc: string, more: Omit<Setting<T>, 'schema' | 'doc'> = {}): Setting<T> {
  return { schema, doc, ...more };
}

const url = (protocols: string[], what: string) =>
  z.string({ error: `${what} URL` }).refine(
    (value) => {
      try {
        return protocols.includes(new URL(value).protocol);
      } catch {
        return false;
      }
    },
    { error: `a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}` },
  );

/** Settings of every process. */
export const runtimeSettings = {
  DATABASE_URL: setting(
    url(['postgres:', 'postgresql:'], 'a PostgreSQL').optional(),
    'PostgreSQL 15 or newer. `npm start` and `npm run migrate` take the owner of the database; a single process takes its own login role (evenhand_api, evenhand_triage, evenhand_connector, evenhand_audit). Left out, `npm start` runs its own PostgreSQL in the data directory.',
    { example: 'postgres://evenhand@127.0.0.1:5432/evenhand', secret: true },
  ),
  DATABASE_PASSWORD: setting(
    z.string().min(1).optional(),
    'Password for DATABASE_URL, when it is not in the URL. Best given as DATABASE_PASSWORD_FILE.',
    { secret: true },
  ),
  DATABASE_POOL: setting(
    z.coerce
      .number({ error: 'a number' })
      .int()
      .min(1, 'a number from 1 to 200')
      .max(200, 'a number from 1 to 200')
      .default(10),
    'Most connections to PostgreSQL per process.',
    { example: '10' },
  ),
  REDIS_URL: setting(
    url(['redis:', 'rediss:'], 'a Redis').optional(),
    'Redis 6.2 or newer. Only carries ids from process to process, faster than polling; losing it loses nothing. Left out, PostgreSQL does it.',
    { example: 'redis://127.0.0.1:6379', secret: true },
  ),
  EVENHAND_DATA_DIR: setting(
    z.string().min(1).default('.data'),
    'Directory for files: attachments, and the embedded PostgreSQL of `npm start`.',
    { example: '.data' },
  ),
  EVENHAND_HOST: setting(
    z.string().min(1).default('127.0.0.1'),
    'Address to listen on. Anything but loopback shuts the one-click demo sign-in.',
    { example: '127.0.0.1' },
  ),
  EVENHAND_PORT: setting(
    z.coerce
      .number({ error: 'a port from 0 to 65535' })
      .int()
      .min(0, 'a port from 0 to 65535')
      .max(65_535, 'a port from 0 to 65535')
      .default(3000),
    'Port to listen on; 0 takes a free one.',
    { example: '3000' },
  ),
  EVENHAND_PUBLIC_URL: setting(
    url(['http:', 'https:'], 'a web').optional(),
    'Address under which people reach Evenhand, when it is not http://HOST:PORT. With https: cookies are sent over TLS only.',
    { example: 'https://inbox.example.org' },
  ),
  EVENHAND_METRICS: setting(
    z.enum(['local', 'open'], { error: 'local or open' }).default('local'),
    'Who may read /metrics: this machine only, or whoever reaches the port (for a Prometheus in a private network).',
    { example: 'local' },
  ),
  EVENHAND_LOG_LEVEL: setting(
    z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
        error: 'fatal, error, warn, info, debug, trace or silent',
      })
      .default('info'),
    'Least level that is logged. Logs hold fields, never message text, addresses or tokens.',
    { example: 'info' },
  ),
} as const;
