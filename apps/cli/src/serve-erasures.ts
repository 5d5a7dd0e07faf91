import { resolve } from 'node:path';
import { channelKind } from '@app/channel';
import { Forget, Vault } from '@app/connector-host';
import { Changes, CHANGES_TABLE, ErasureSteps } from '@app/inbox';
import { DiskBlobs, Jobs } from '@app/runtime';
import { ForgetSealed } from '../../audit/src';
import type { Installation } from './installation';
import { withDatabase } from './with-database';

const POLL_MS = 200;

/**
 * Does every step of erasures in this process while `work` runs, each under the role it needs; so an erasure ends whether the
 * product runs beside it or not.
 */
export async function serveErasures<T>(installation: Installation, work: () => Promise<T>): Promise<T> {
  const { dataDir, connectorKey } = installation;
  return withDatabase(installation, 'triage', ({ database, live, logger }) => {
    const jobs = new Jobs({ database, logger, pollMs: POLL_MS });
    const blobs = new DiskBlobs(resolve(dataDir, 'blobs'));
    new ErasureSteps({ database, jobs, blobs, changes: new Changes(live.changeFeed(CHANGES_TABLE)) }).serve();
    return serving(jobs, () =>
      withDatabase(installation, 'connector', (connector) => {
        const jobs = new Jobs({ ...connector, pollMs: POLL_MS });
        const vault = new Vault(Buffer.from(connectorKey, 'hex'));
        for (const channel of channelKind.options) {
          new Forget({ database: connector.database, jobs, channel, vault }).serve();
        }
        return serving(jobs, () =>
          withDatabase(installation, 'audit', (audit) => {
            const jobs = new Jobs({ ...audit, pollMs: POLL_MS });
            new ForgetSealed(audit.database, jobs).serve();
            return serving(jobs, work);
          }),
        );
      }),
    );
  });
}

async function serving<T>(jobs: Jobs, work: () => Promise<T>): Promise<T> {
  await jobs.start();
  try {
    return await work();
  } finally {
    await jobs.stop();
  }
}
