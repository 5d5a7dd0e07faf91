import { Readable } from 'node:stream';
import {
  CUSTOMER_EXPORT,
  customerExportJob,
  EXPORT_DELIVER,
  exportDeliverJob,
  type CustomerExportJob,
  type ExportDeliverJob,
} from '@app/channel';
import type { Blobs, Database, Job, Jobs } from '@app/runtime';
import { customerArchive } from './customer-archive';
import { readSealed, type CustomerFacts } from './customer-facts';
import { hashOf, lock, newToken } from './locked-file';

export interface MakeExportsParts {
  readonly database: Database;
  readonly blobs: Blobs;
  readonly jobs: Jobs;
  /** Where customers reach us, without a slash at the end. */
  readonly publicUrl: string;
}

const MAX_BYTES = 2 * 1024 ** 3;

/**
 * Gathers what is held about a customer who asked for it, locked with the token of the link that goes to them and to nobody
 * else: only the token's hash is kept.
 */
export class MakeExports {
  constructor(private readonly parts: MakeExportsParts) {}

  /** Serves the job in this process. */
  serve(): void {
    const { jobs } = this.parts;
    jobs.define(CUSTOMER_EXPORT, { payload: customerExportJob });
    jobs.define(EXPORT_DELIVER, { payload: exportDeliverJob });
    jobs.handle<CustomerExportJob>(CUSTOMER_EXPORT, (job) => this.make(job));
  }

  private async make(job: Job<CustomerExportJob>): Promise<void> {
    const { database, blobs, jobs, publicUrl } = this.parts;
    const { workspaceId, exportId } = job.payload;
    const [row] = await database.query<{ facts: Omit<CustomerFacts, 'sealed'> | null }>(
      'select inbox.export_facts($1) as facts',
      [exportId],
    );
    // made already, or the customer was erased meanwhile
    if (!row?.facts) return;
    const sealed = await readSealed(database, workspaceId, row.facts.addresses);
    const token = newToken();
    const archive = customerArchive({ ...row.facts, sealed }, blobs);
    const { sha256 } = await blobs.put(Readable.from(lock(token, archive)), { maxBytes: MAX_BYTES });
    await database.transaction('system', async (tx) => {
      await tx.execute(
        `update inbox.customer_exports set state = 'running', token_hash = $2, file_sha256 = $3 where id = $1`,
        [exportId, hashOf(token), sha256],
      );
      const deliver: ExportDeliverJob = { workspaceId, exportId, link: `${publicUrl}/export/${token}` };
      await jobs.enqueue(tx, EXPORT_DELIVER, deliver, { key: exportId });
      await job.complete(tx);
    });
  }
}
