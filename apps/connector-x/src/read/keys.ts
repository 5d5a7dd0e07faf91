import { createHash } from 'node:crypto';

/** Longest external id that events take. */
const MAX_KEY = 998;

/** The name under which a repeat of an event is recognised; made of what is the same in all of them. */
export function keyOf(...parts: readonly (string | number)[]): string {
  const key = parts.join(':');
  return key.length <= MAX_KEY ? key : `${parts[0]}:${sha256(key)}`;
}

/** 64 lower-case hexadecimal digits. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Thread of one customer in one public conversation. */
export function publicThread(conversationId: string, customer: string): string {
  const key = `${conversationId}/${customer}`;
  return key.length <= MAX_KEY ? key : sha256(key);
}

/** Thread of what a customer and we write each other, encrypted or not. */
export function directThread(customer: string): string {
  return keyOf('dm', customer);
}

/** Thread of several people and us. */
export function groupThread(conversationId: string): string {
  return keyOf('dm-group', conversationId);
}
