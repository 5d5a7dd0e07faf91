import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DiskBlobs } from '@app/runtime';
import { customerArchive, readSealed, type CustomerFacts } from '../../audit/src';
import { required, type Command } from './command';
import { customerOf } from './customer-of';
import { openInstallation } from './installation';
import { withDatabase } from './with-database';

export const customerExport: Command = {
  words: ['customer', 'export'],
  summary: 'Writes everything held about a person, sealed values included, into a ZIP file that only you can read.',
  usage: 'customer export --customer PSEUDONYM|ID|ADDRESS --out FILE',
  options: { customer: { type: 'string' }, out: { type: 'string' } },
  async run(options, out) {
    const name = required(options, 'customer');
    const file = resolve(required(options, 'out'));
    const installation = await openInstallation();
    try {
      const customer = await customerOf(installation, name);
      await withDatabase(installation, 'owner', async ({ database }) => {
        const [row] = await database.query<{ facts: Omit<CustomerFacts, 'sealed'> }>(
          'select inbox.customer_facts($1) as facts',
          [customer.id],
        );
        const sealed = await readSealed(database, customer.workspaceId, row!.facts.addresses);
        const archive = customerArchive(
          { ...row!.facts, sealed },
          new DiskBlobs(resolve(installation.dataDir, 'blobs')),
        );
        await write(archive, file);
      });
      out.line(`All that is held about ${customer.pseudonym} is in ${file}. Hand it to them alone, then delete it.`);
      return 0;
    } finally {
      await installation.close();
    }
  },
};

/** A file under its name is whole. */
async function write(bytes: AsyncIterable<Buffer>, file: string): Promise<void> {
  const half = `${file}.half`;
  try {
    await pipeline(Readable.from(bytes), createWriteStream(half, { mode: 0o600, flags: 'wx' }));
    await rename(half, file);
  } catch (error) {
    await rm(half, { force: true });
    throw error;
  }
}
