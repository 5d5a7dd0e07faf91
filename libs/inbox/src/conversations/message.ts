import type { MessageClass, SendFailureCode } from '@app/channel';
import type { Tx } from '@app/runtime';

export type SendState = 'queued' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'uncertain';
/** `answer` and `question` end a wait; `holding` never does. */
export type ReplyKind = 'answer' | 'question' | 'holding';

/** Why sending was given up. */
export interface SendFailure {
  readonly code: SendFailureCode;
  readonly detail: string;
  readonly retryable: boolean;
}

/** What a customer wrote, what we wrote, or a note among ourselves. */
export interface Message {
  readonly id: string;
  /** Order of arrival here. */
  readonly number: number;
  readonly conversationId: string;
  readonly accountId: string;
  readonly direction: 'inbound' | 'outbound' | 'note';
  readonly origin: 'platform' | 'evenhand' | 'elsewhere' | 'import';
  readonly class: MessageClass;
  readonly identityId: string | null;
  readonly agentId: string | null;
  readonly visibility: 'public' | 'private';
  /** Platform time. */
  readonly at: Date;
  readonly receivedAt: Date;
  readonly subject: string | null;
  readonly text: string;
  readonly html: string | null;
  readonly quoteStart: number | null;
  readonly language: string | null;
  readonly problems: readonly string[];
  readonly unreadable: boolean;
  readonly newSender: boolean;
  readonly replyKind: ReplyKind | null;
  readonly waitId: string | null;
  /** Inbound: the answer, or the dismissed wait, that covers it; null while it waits. */
  readonly coveredBy: string | null;
  readonly seenUpTo: string | null;
  readonly sendState: SendState | null;
  readonly sendAttempt: number | null;
  readonly sendAt: Date | null;
  readonly sendNextAt: Date | null;
  readonly failure: SendFailure | null;
  readonly clientMutationId: string | null;
  readonly version: number;
}

export const messageColumns = /* sql */ `id, number, conversation_id as "conversationId", account_id as "accountId",
  direction, origin, class, identity_id as "identityId", agent_id as "agentId", visibility, at,
  received_at as "receivedAt", subject, text, html, quote_start as "quoteStart", language, problems, unreadable,
  new_sender as "newSender", reply_kind as "replyKind", wait_id as "waitId", covered_by as "coveredBy",
  seen_up_to as "seenUpTo", send_state as "sendState", send_attempt as "sendAttempt", send_at as "sendAt",
  send_next_at as "sendNextAt", failure, client_mutation_id as "clientMutationId", version`;

/** @throws when there is no such message. */
export async function getMessage(tx: Tx, id: string): Promise<Message> {
  const [message] = await tx.query<Message>(`select ${messageColumns} from inbox.messages where id = $1`, [id]);
  if (!message) throw new Error(`there is no message ${id} in this workspace`);
  return message;
}

/** PostgreSQL holds no NUL in text, and no reader misses it. */
export function withoutNul(text: string): string {
  return text.replaceAll('\0', '');
}
