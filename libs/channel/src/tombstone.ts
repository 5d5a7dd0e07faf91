import { createHash } from 'node:crypto';
import type { InboundEvent } from './inbound-event';

/**
 * What stays of a message that was erased: SHA-256 of account id, a zero byte and external id. By it the message is recognised
 * when it comes again, before it is stored and before it is taken in.
 */
export function tombstoneOf(accountId: string, externalId: string): Buffer {
  return createHash('sha256').update(accountId).update('\0').update(externalId).digest();
}

/** External id of the message that an event is, or is about; undefined for events that are about none. */
export function messageOf(event: InboundEvent): string | undefined {
  if (event.kind === 'message') return event.externalId;
  if (event.kind === 'person') return event.about;
  return event.kind === 'change' ? event.target : undefined;
}
