import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresBinaries } from './binaries';
import { locksOf } from './claim-data-dir';
import { choosePort, createCluster, inspectCluster, readPassword, type ClusterFiles } from './cluster';
import { DataDirUnusable, explainingFileErrors, mendOf, PostgresNotStarted, PostgresNotStopped } from './errors';
import { createDatabase, knock, ownerUrl } from './knock';
import { waitForLock } from './numbered-lock';
import { readPostmaster, startPostmaster, tailOf, type Postmaster, type StartedPostmaster } from './postmaster';
import { isAlive } from './process-identity';
import { chooseAccount, giveTo, runAs, type Account } from './run-as';

/** A server that answers. */
export interface RunningServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Whether it was started just now, or was found running. */
  readonly startedHere: boolean;
}

interface Attempt extends StartedPostmaster {
  readonly port: number;
}

const SILENCE_MS = 30_000;
/** A server that says that it recovers is given this long. */
const RECOVERY_MS = 300_000;
const STOP_S = 60;
const POLL_MS = 20;
const RETRY_MS = 100;

/** Starts and stops the server of one data directory; `exclusively` keeps other processes from doing so meanwhile. */
export class Launcher {
  constructor(
    private readonly binaries: PostgresBinaries,
    private readonly files: ClusterFiles,
    private readonly settings: Readonly<Record<string, string>>,
    private readonly log: (message: string) => void,
  ) {}

  /** Runs `work` while no other process starts or stops this server. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return explainingFileErrors(this.files.dataDir, () => this.locked(work));
  }

  private async locked<T>(work: () => Promise<T>): Promise<T> {
    const lock = await waitForLock(locksOf(this.files.dataDir), 'postgres-start', RECOVERY_MS + 60_000, ({ pid }) =>
      this.log(`waiting for process ${pid}, which starts or stops PostgreSQL in ${this.files.dataDir}`),
    );
    if ('holder' in lock) {
      throw new PostgresNotStarted(
        `Process ${lock.holder.pid} has been starting or stopping PostgreSQL in ${this.files.dataDir} since ` +
          `${lock.holder.since}. See what keeps it, or end it (kill ${lock.holder.pid}), and start again.`,
      );
    }
    try {
      return await work();
    } finally {
      await lock.release();
    }
  }

  /** Finds the server running or starts it, creating what is missing. Under `exclusively`. */
  async ensureRunning(): Promise<RunningServer> {
    const owner = inspectCluster(this.files, this.binaries);
    const account = chooseAccount(this.binaries, this.files.dataDir, owner);
    if (!owner) {
      this.log(`creating a database of PostgreSQL ${this.binaries.version} in ${this.files.cluster}`);
      await createCluster(this.files, this.binaries, account);
    }
    return this.answering(account, await readPassword(this.files, this.log));
  }

  /** Starts it unless it runs, and waits until it answers. What this call has started in vain it ends again. */
  private async answering(account: Account, password: string): Promise<RunningServer> {
    const began = Date.now();
    let heard = began;
    let child: Attempt | undefined;
    let takenPort: number | undefined;
    try {
      for (; Date.now() - began < RECOVERY_MS; await sleep(POLL_MS)) {
        const postmaster = readPostmaster(this.files);
        if (postmaster?.standing === 'elsewhere') throw this.copied(postmaster);
        if (postmaster?.standing === 'ours') {
          const { pid, port } = postmaster;
          const answer = await knock(port, password);
          if (answer === 'ready') return { url: ownerUrl(port, password), port, pid, startedHere: child?.pid === pid };
          if (answer === 'no database') await createDatabase(port, password);
          if (answer === 'wrong password') throw this.wrongPassword();
          if (answer !== 'silent') heard = Date.now();
        }
        if (child?.end()) {
          if (this.portWasTaken(child)) takenPort = child.port;
          child = undefined;
          await sleep(RETRY_MS);
        } else if (!child && postmaster?.standing !== 'ours') {
          child = await this.attempt(account, postmaster?.pid, takenPort);
        }
        if (Date.now() - heard > SILENCE_MS) throw this.silent();
      }
    } catch (error) {
      await child?.abandon();
      throw error;
    }
    throw this.stillRecovering();
  }

  /** Whether the last server ended in order (PostgreSQL then takes its postmaster.pid away). Under `exclusively`. */
  wasStopped(): boolean {
    return readPostmaster(this.files) === undefined;
  }

  /** Fast stop; nothing to do if it does not run. Under `exclusively`. */
  async stop(): Promise<void> {
    const postmaster = readPostmaster(this.files);
    if (postmaster?.standing !== 'ours') return;
    const { pid } = postmaster;
    const account = chooseAccount(this.binaries, this.files.dataDir, inspectCluster(this.files, this.binaries));
    const args = ['stop', '-D', this.files.cluster, '-m', 'fast', '-w', '-t', String(STOP_S), '-s'];
    const { output } = await runAs(account, this.binaries.pgCtl, args, (STOP_S + 10) * 1000);
    // pg_ctl waits for postmaster.pid to go; the process follows at once.
    for (const until = Date.now() + 5_000; isAlive(pid); await sleep(5)) {
      if (Date.now() < until) continue;
      throw new PostgresNotStopped(
        `PostgreSQL (process ${pid}) of ${this.files.cluster} did not stop within ${STOP_S} s: ${output}. ` +
          `See ${this.files.log}; \`kill -QUIT ${pid}\` ends it at once, and the next start repairs what is needed.`,
      );
    }
  }

  private async attempt(account: Account, stale: number | undefined, takenPort: number | undefined): Promise<Attempt> {
    if (account.owner && statSync(this.files.cluster).uid !== account.owner.uid) giveTo(account, this.files.cluster);
    const port = await choosePort(this.files, this.log, takenPort);
    const settings = { ...this.settings, port: String(port) };
    return { ...startPostmaster(this.binaries, this.files, account, settings, stale), port };
  }

  /** After an attempt has ended: whether for want of its port. Returns false for what passes if tried again. */
  private portWasTaken(attempt: Attempt): boolean {
    const end = attempt.end();
    const logged = attempt.logged();
    if (end instanceof Error) {
      throw new PostgresNotStarted(`Could not run ${this.binaries.postgres}: ${end.message}`, { cause: end });
    }
    if (/could not bind|Address already in use/.test(logged)) return true;
    // Another one starts in this moment, or the processes of a killed one are just ending; or it was killed itself.
    const passes = /lock file "[^"]*" (already exists|is empty)|pre-existing shared memory block/;
    if (passes.test(logged) || end?.code === null) return false;
    throw new PostgresNotStarted(
      `PostgreSQL did not start in ${this.files.cluster}. Its log says:\n${logged}${mendOf(logged)}`,
    );
  }

  private silent(): Error {
    return new PostgresNotStarted(
      `PostgreSQL in ${this.files.cluster} has not answered for ${SILENCE_MS / 1000} s. ` +
        `If no postgres process runs in that directory, delete ${join(this.files.cluster, 'postmaster.pid')} and start ` +
        `again. The end of its log ${this.files.log}:\n${existsSync(this.files.log) ? tailOf(this.files.log) : ''}`,
    );
  }

  private stillRecovering(): Error {
    return new PostgresNotStarted(
      `PostgreSQL in ${this.files.cluster} has been repairing itself for ${RECOVERY_MS / 60_000} min and goes on doing ` +
        `so. Nothing is lost; see ${this.files.log}, and start again when it says "ready to accept connections".`,
    );
  }

  private copied({ pid, directory }: Postmaster): Error {
    return new DataDirUnusable(
      `${this.files.cluster} is a copy of ${directory}, made while PostgreSQL (process ${pid}) was working there; such a ` +
        `copy may be broken. Stop the one in ${directory} and copy again; or, to begin anew here, delete ${this.files.cluster}.`,
    );
  }

  private wrongPassword(): Error {
    return new DataDirUnusable(
      `PostgreSQL in ${this.files.cluster} does not take the password in ${this.files.password}. ` +
        'If the role "evenhand" was given another one, write that into the file.',
    );
  }
}
