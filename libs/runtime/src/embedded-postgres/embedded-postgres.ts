import { existsSync } from 'node:fs';
import { findPostgresBinaries } from './binaries';
import { createDataDir, locksOf } from './claim-data-dir';
import { clusterFiles } from './cluster';
import { DataDirUnusable, explainingFileErrors } from './errors';
import { Launcher, type RunningServer } from './launcher';
import { enterUser, leaveUser, livingUsers } from './server-users';
import { serverSettings } from './server-settings';
import { Watch } from './watch';

export interface StartOptions {
  /** Created if missing. The database stands in `pg<major>` below it, password, port and log beside that. */
  readonly dataDir: string;
  /** Told what a person may want to know, in whole sentences without secrets. */
  readonly log?: (message: string) => void;
  /** More settings of PostgreSQL, such as `{ fsync: 'off' }`. A server that is found running keeps those it has. */
  readonly settings?: Readonly<Record<string, string>>;
  /**
   * Starts the server again, on the same port, when it dies without having been stopped (killed, crashed). Not when
   * somebody has stopped it in order. For the process that lives as long as the product.
   */
  readonly keepRunning?: boolean;
}

/**
 * Finds the PostgreSQL of a data directory running, or creates and starts it: ~1 s the first time, ~0.2 s later, ~20 ms
 * when it runs. Resolves when a real connection to the database `evenhand` has worked. Any number of processes may do
 * this at once in one directory; they get the same server.
 *
 * The server outlives a process that is killed; the next start takes it over.
 * @throws an EmbeddedPostgresError that says how to mend it.
 */
export async function startEmbeddedPostgres(options: StartOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? ((): void => undefined);
  const settings = serverSettings(options.settings);
  const binaries = findPostgresBinaries();
  const files = clusterFiles(options.dataDir, binaries.major);
  await explainingFileErrors(files.dataDir, () => createDataDir(files.dataDir));
  const launcher = new Launcher(binaries, files, settings, log);
  const { server, note } = await launcher.exclusively(async () => {
    const note = await enterUser(locksOf(files.dataDir));
    try {
      return { server: await launcher.ensureRunning(), note };
    } catch (error) {
      await leaveUser(note);
      throw error;
    }
  });
  log(
    server.startedHere
      ? `PostgreSQL ${binaries.version} runs in ${files.cluster} (process ${server.pid}, port ${server.port})`
      : `using the PostgreSQL that already runs in ${files.cluster} (process ${server.pid}, port ${server.port})`,
  );
  return new EmbeddedPostgres(launcher, files.dataDir, note, server, options.keepRunning ?? false, log);
}

/** A running embedded server, as one of its users sees it. */
export class EmbeddedPostgres {
  private stopped: Promise<void> | undefined;
  private readonly watch: Watch | undefined;

  constructor(
    private readonly launcher: Launcher,
    private readonly dataDir: string,
    private readonly note: string,
    private server: RunningServer,
    keepRunning: boolean,
    private readonly log: (message: string) => void,
  ) {
    this.startedHere = server.startedHere;
    if (keepRunning) this.watch = new Watch(launcher, server, (again) => (this.server = again), log);
  }

  /** Whether this call started the server; false if it was found running. */
  readonly startedHere: boolean;

  /** URL of the owner role (a superuser of this server) to the database `evenhand`. Holds the password: never log it. */
  get url(): string {
    return this.server.url;
  }

  /** Process id of the postmaster; another one after a restart by `keepRunning`. */
  get pid(): number {
    return this.server.pid;
  }

  /**
   * Ends this user's use. The last user who leaves stops the server (fast: open transactions are rolled back), whoever
   * started it; users whose process has died do not count. So a server taken over from a killed process is stopped, and
   * nobody stops it under another. Safe to call twice.
   * @param options.force stops it under all others too.
   */
  stop(options: { readonly force?: boolean } = {}): Promise<void> {
    return (this.stopped ??= this.leave(options.force ?? false));
  }

  private async leave(force: boolean): Promise<void> {
    await this.watch?.end();
    if (!existsSync(locksOf(this.dataDir))) {
      this.log(`${this.dataDir} is gone; its PostgreSQL (process ${this.pid}) notices that within a minute and ends`);
      return;
    }
    const work = async (): Promise<void> => {
      await leaveUser(this.note);
      const others = await livingUsers(locksOf(this.dataDir));
      if (others.length === 0 || force) await this.launcher.stop();
      else this.log(`PostgreSQL goes on for ${others.map((pid) => `process ${pid}`).join(', ')}`);
    };
    try {
      await this.launcher.exclusively(work);
    } catch (error) {
      if (!(error instanceof DataDirUnusable)) throw error;
      // A full disk has no room for the lock; that is no reason to leave the server behind.
      this.log(error.message);
      await work();
    }
  }
}
