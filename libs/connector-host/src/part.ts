import { createHash } from 'node:crypto';
import { sendsInParts, type Connector, type OutboundMessage } from '@app/channel';
import { uuidText } from '@app/runtime';

/** What goes out in one request of the platform: a whole message, or a part of one. */
export interface Part {
  /** Given to the platform; of the first part it is the message's own. */
  readonly id: string;
  readonly messageId: string;
  /** From 0. */
  readonly part: number;
  readonly parts: number;
  /** The message as `prepare`, `send` and `lookUp` get it: with the part's id, text and files. */
  readonly outbound: OutboundMessage;
}

/** The requests in which a message goes out, in their order; the same ones whenever it is asked. */
export function partsOf(connector: Connector, outbound: OutboundMessage): readonly Part[] {
  const pieces = sendsInParts(connector) ? connector.split(outbound) : [outbound];
  return pieces.map(({ text, attachments }, part) => {
    const id = partId(outbound.id, part);
    return { id, messageId: outbound.id, part, parts: pieces.length, outbound: { ...outbound, id, text, attachments } };
  });
}

/** UUIDv8 (RFC 9562): of the message and the number alone, so that a crash in between changes nothing. */
export function partId(messageId: string, part: number): string {
  if (part === 0) return messageId;
  const bytes = createHash('sha256').update(`${messageId}\0part\0${part}`).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return uuidText(bytes);
}
