import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseKey } from '@app/connector-host';
import {
  migrate,
  readConfig,
  roleName,
  roleUrl,
  runtimeSettings,
  startEmbeddedPostgres,
  type DatabaseRole,
} from '@app/runtime';
import { installationSettings, rolePasswords } from './config';
import { allMigrations } from './schema-owners';

/** One Evenhand on one machine: its database, its data directory and its keys. */
export interface Installation {
  /** URL of the owner of the database. */
  readonly ownerUrl: string;
  /** URL with which a kind of process logs in. */
  urlOf(role: DatabaseRole): string;
  /** Absolute path. */
  readonly dataDir: string;
  /** Key that only connectors hold, 64 hexadecimal digits. */
  readonly connectorKey: string;
  /** True when the database is our own, in the data directory. */
  readonly embedded: boolean;
  /** Lets go; stops the embedded database if it was started here. */
  close(): Promise<void>;
}

/**
 * Opens the installation that the environment names: the database of DATABASE_URL, else the embedded one in the data
 * directory (started when it does not run), brought to the schema of this version. Keys are made on first use.
 */
export async function openInstallation(
  options: {
    readonly log?: (message: string) => void;
    /** Starts the embedded database again when it dies; for the process that lives as long as the product. */
    readonly keepRunning?: boolean;
  } = {},
): Promise<Installation> {
  const config = readConfig({ ...runtimeSettings, ...installationSettings });
  const dataDir = resolve(config.EVENHAND_DATA_DIR);
  makeDataDir(dataDir);
  const connectorKey = config.EVENHAND_CONNECTOR_KEY?.toString('hex') ?? keyInDataDir(dataDir);
  const passwords = rolePasswords(config);
  const urlOf = (ownerUrl: string) => (role: DatabaseRole) => {
    const url = new URL(ownerUrl);
    if (passwords[role] === undefined) return roleUrl(ownerUrl, role);
    url.username = roleName(role);
    url.password = encodeURIComponent(passwords[role]);
    return url.href;
  };
  if (config.DATABASE_URL !== undefined) {
    const url = new URL(config.DATABASE_URL);
    if (config.DATABASE_PASSWORD !== undefined) url.password = encodeURIComponent(config.DATABASE_PASSWORD);
    await migrate({ ownerUrl: url.href, migrations: allMigrations, passwords });
    const close = async (): Promise<void> => undefined;
    return { ownerUrl: url.href, urlOf: urlOf(url.href), dataDir, connectorKey, embedded: false, close };
  }
  const postgres = await startEmbeddedPostgres({ dataDir, ...options });
  try {
    await migrate({ ownerUrl: postgres.url, migrations: allMigrations, passwords });
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  const close = (): Promise<void> => postgres.stop();
  return { ownerUrl: postgres.url, urlOf: urlOf(postgres.url), dataDir, connectorKey, embedded: true, close };
}

/** The installation's own key, made on first use. @throws with how to mend it when the file holds no key. */
function keyInDataDir(dataDir: string): string {
  const file = join(dataDir, 'connector-key');
  // the first of two processes wins; the other reads what it wrote
  try {
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const key = parseKey(readFileSync(file, 'utf8').trim());
  if (key) return key.toString('hex');
  throw new Error(
    `${file} does not hold a key (32 bytes as 64 hexadecimal digits). Put the copy you kept there: without it raw mail and ` +
      'the passwords of mailboxes cannot be read again. Only if there is none, and no mailbox yet, remove the file.',
  );
}

function makeDataDir(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true });
  } catch (error) {
    throw new Error(
      `The data directory ${dir} cannot be made (${(error as Error).message}). Make it writable, or set EVENHAND_DATA_DIR.`,
      { cause: error },
    );
  }
}
