import type { MessageKey } from './en';

/** What every language has to say. */
export type Messages = Readonly<Record<MessageKey, string>>;
