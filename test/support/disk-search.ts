import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What matches a word in bytes that are read as Latin-1, whatever its case: as UTF-8; with one byte of another kind behind a
 * letter, which is UTF-16 and also how PostgreSQL compresses (pglz); in hexadecimal; in base64. The word is ASCII without signs.
 */
export function tracesOf(word: string): RegExp {
  const loose = word.split('').join('[^]?');
  const hex = Buffer.from(word).toString('hex');
  // whatever stands before it, two of its letters in three begin a group of base64
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.from(' '.repeat(shift) + word).toString('base64');
    return text.slice(shift === 0 ? 0 : 4, Math.floor((shift + word.length) / 3) * 4);
  });
  return new RegExp([loose, hex, ...base64.map((part) => part.replace(/[+/]/g, '\\$&'))].join('|'), 'i');
}

/** Files below a directory in whose bytes a word left a trace. */
export async function filesWith(directory: string, word: string): Promise<string[]> {
  const wanted = tracesOf(word);
  const found: string[] = [];
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    // a server at work removes files meanwhile
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    if (wanted.test(bytes.toString('latin1'))) found.push(path.slice(directory.length + 1));
  }
  return found.sort();
}
