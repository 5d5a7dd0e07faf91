import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One part of the schema beside the resolver of each feature; the first holds what all share. */
const PARTS = [
  'graphql/base',
  'installation/installation',
  'viewer/viewer',
  'accounts/accounts',
  'customers/customers',
  'queue/queue',
  'conversations/conversations',
  'messages/messages',
  'drafts/drafts',
  'live/live',
] as const;

/** The whole schema as written by hand. The parts stand beside the compiled files too. */
export function readSchemaParts(): string[] {
  return PARTS.map((part) => readFileSync(join(__dirname, '..', `${part}.graphql`), 'utf8'));
}
