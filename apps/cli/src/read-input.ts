import { open } from 'node:fs/promises';

/** Largest file that is read, in bytes: mails are read up to 50 MB, bodies of webhooks come up to 8. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The bytes of a file, or why there are none, in words for whoever named it. */
export type Input = { readonly bytes: Buffer } | { readonly problem: string };

/** Reads a file that was named on the command line; `-` is standard input. */
export async function readInput(name: string, stdin: AsyncIterable<Buffer | string> = process.stdin): Promise<Input> {
  try {
    if (name === '-') return await collect(stdin);
    const file = await open(name);
    try {
      return await collect(file.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>);
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { problem: `It cannot be opened: ${code ?? message}.` };
  }
}

async function collect(chunks: AsyncIterable<Buffer | string>): Promise<Input> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    const part = Buffer.from(chunk);
    if ((size += part.length) > MAX_BYTES) return { problem: `It is larger than ${MAX_BYTES / 1024 / 1024} MB.` };
    parts.push(part);
  }
  return { bytes: Buffer.concat(parts, size) };
}
