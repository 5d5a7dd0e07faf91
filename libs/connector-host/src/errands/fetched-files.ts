import {
  fileFetchJob,
  fileFetchJobName,
  type ChangeEvent,
  type Connector,
  type ConnectorAccount,
  type FetchesFiles,
  type FileFetchJob,
  type FileRef,
  type FileRequest,
} from '@app/channel';
import type { Blobs, Tx } from '@app/runtime';
import type { Owner } from '../intake';
import { ERRAND_ATTEMPTS, errandId, runErrand, type ErrandParts } from './errand';

/** Largest file that is kept; connectors refuse earlier, by what their platform allows. */
const MAX_FILE_BYTES = 100 * 1024 * 1024;
/** Fetched at once in one process: each may hold a whole file in memory. */
const CONCURRENCY = 3;

/** Files that stay with the platform until they are fetched: soon, because the addresses expire. */
export class FetchedFiles {
  private readonly name: string;

  constructor(
    private readonly parts: ErrandParts & { readonly connector: Connector & FetchesFiles },
    private readonly blobs: Blobs,
  ) {
    const { jobs, connector } = parts;
    this.name = fileFetchJobName(connector.channel);
    jobs.define(this.name, { payload: fileFetchJob, maxAttempts: ERRAND_ATTEMPTS, concurrency: CONCURRENCY });
    jobs.handle<FileFetchJob>(this.name, (job) =>
      runErrand(parts, job, {
        about: job.payload.target,
        ask: async (account, signal) => [this.told(job.payload, await this.fetch(job.payload, account, signal))],
        failed: (problem) => [this.told(job.payload, null, problem)],
      }),
    );
  }

  /** Asks for files of new messages, in the transaction that stores these. */
  async request(tx: Tx, account: Owner, files: readonly FileRequest[]): Promise<void> {
    const owner = { workspaceId: account.workspaceId, accountId: account.id };
    const askable = files.filter((file) => fileFetchJob.safeParse({ ...owner, ...file }).success);
    const jobs = askable.map((file) => ({
      payload: { ...owner, ...file },
      key: `${account.id}:${file.target}:${file.position}`,
    }));
    await this.parts.jobs.enqueueAll(tx, this.name, jobs);
    const not = files.filter((file) => !askable.includes(file));
    if (not.length === 0) return;
    const problem = 'The platform gave an address that cannot be asked.';
    await this.parts.intake.append(
      tx,
      account,
      not.map((file) => this.told(file, null, problem)),
    );
  }

  private told({ target, position }: Pick<FileRequest, 'target' | 'position'>, file: FileRef | null, problem?: string) {
    const why = problem === undefined ? {} : { problem: problem.slice(0, 500) };
    return {
      kind: 'change',
      externalId: errandId(`file:${position}`, target),
      target,
      at: this.parts.database.clock.now().toISOString(),
      change: { type: 'file', position, file, ...why },
    } satisfies ChangeEvent;
  }

  private async fetch(
    { target, position, kind, url, name }: FileFetchJob,
    account: ConnectorAccount,
    signal: AbortSignal,
  ): Promise<FileRef> {
    const request = { target, position, kind, url, ...(name === undefined ? {} : { name }) };
    const file = await this.parts.connector.fetchFile(request, account, signal);
    const stored = await this.blobs.put(file.bytes, { maxBytes: MAX_FILE_BYTES, mime: file.mime });
    return { ...stored, name: file.name, mime: file.mime, inline: false };
  }
}
