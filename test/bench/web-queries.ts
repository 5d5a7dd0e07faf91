import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse, print, separateOperations } from 'graphql';

const WEB = resolve(__dirname, '../../apps/web/src');

/** The operations that the web page sends, as it sends them, by name. */
export function webQueries(): ReadonlyMap<string, string> {
  const documents = readdirSync(WEB, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => readFileSync(join(WEB, file), 'utf8'));
  const operations = separateOperations(parse(documents.join('\n')));
  return new Map(Object.entries(operations).map(([name, document]) => [name, print(document)]));
}
