import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { migrate, readConfig, runtimeSettings, startEmbeddedPostgres } from '@app/runtime';
import { allMigrations } from './schema-owners';

/** One Evenhand on one machine: its database, its data directory and its keys. */
export interface Installation {
  /** URL of the owner of the database. */
  readonly ownerUrl: string;
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
  const config = readConfig(runtimeSettings);
  const dataDir = resolve(config.EVENHAND_DATA_DIR);
  makePrivateDir(dataDir);
  const connectorKey = connectorKeyOf(dataDir);
  if (config.DATABASE_URL !== undefined) {
    const url = new URL(config.DATABASE_URL);
    if (config.DATABASE_PASSWORD !== undefined) url.password = encodeURIComponent(config.DATABASE_PASSWORD);
    await migrate({ ownerUrl: url.href, migrations: allMigrations });
    return { ownerUrl: url.href, dataDir, connectorKey, embedded: false, close: async () => undefined };
  }
  const postgres = await startEmbeddedPostgres({ dataDir, ...options });
  try {
    await migrate({ ownerUrl: postgres.url, migrations: allMigrations });
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  return { ownerUrl: postgres.url, dataDir, connectorKey, embedded: true, close: () => postgres.stop() };
}

function connectorKeyOf(dataDir: string): string {
  const given = process.env['EVENHAND_CONNECTOR_KEY'];
  if (given) return given;
  const file = process.env['EVENHAND_CONNECTOR_KEY_FILE'] ?? join(dataDir, 'connector-key');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  // the first of two processes wins; the other reads what it wrote
  try {
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}

function makePrivateDir(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true });
  } catch (error) {
    throw new Error(
      `The data directory ${dir} cannot be made (${(error as Error).message}). Make it writable, or set EVENHAND_DATA_DIR.`,
      { cause: error },
    );
  }
}
