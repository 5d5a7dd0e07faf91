import type { Blobs } from '@app/runtime';
import type { CustomerFacts, HeldFile } from './customer-facts';
import { readablePage } from './readable-page';
import { zip, type ZipEntry } from './zip';

/** Largest single file; what is larger was never taken in. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

/**
 * All that is held about a customer as one ZIP file: a page to read, the same as JSON with everything in it, and the files of
 * the messages. A file that is no longer in the store is left out and named as missing.
 */
export async function* customerArchive(facts: CustomerFacts, blobs: Blobs): AsyncGenerator<Buffer> {
  yield* zip(entriesOf(facts, blobs));
}

async function* entriesOf(facts: CustomerFacts, blobs: Blobs): AsyncGenerator<ZipEntry> {
  const files = new Map<string, HeldFile>();
  for (const { messages = [] } of facts.conversations) {
    for (const file of messages.flatMap((message) => message.files ?? [])) files.set(file.sha256, file);
  }
  const missing: string[] = [];
  for (const file of files.values()) if (!(await blobs.exists(file.sha256))) missing.push(file.sha256);
  yield { name: 'index.html', bytes: Buffer.from(readablePage(facts, pathOf), 'utf8') };
  yield { name: 'data.json', bytes: Buffer.from(JSON.stringify({ ...facts, missingFiles: missing }, null, 2), 'utf8') };
  for (const file of files.values()) {
    if (missing.includes(file.sha256)) continue;
    yield { name: pathOf(file), bytes: await blobs.read(file.sha256, MAX_FILE_BYTES) };
  }
}

/** Two files of one name have different hashes. */
function pathOf({ sha256, name }: HeldFile): string {
  return `files/${sha256.slice(0, 12)}-${name}`;
}
