import type { MessageFacts } from '@app/inbox';

/** A message, or one part of it, that did not go out or of which nobody knows. */
export type FailedSend = Pick<MessageFacts, 'sendState' | 'failure'>;
