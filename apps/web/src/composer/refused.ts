import { messagesOf, type OpenConversation } from '../conversation/open-conversation';
import type { SendFactsFragment, SendFailureCode, Visibility } from '../graphql/generated';

/** What sending the same once more cannot mend. */
const FOR_GOOD: readonly SendFailureCode[] = [
  'REPLY_NOT_ALLOWED',
  'DUPLICATE',
  'TARGET_GONE',
  'RECIPIENT_REFUSES',
  'TOO_LONG',
];

/** A reply that its platform refused, and that another way may mend. */
export interface RefusedReply {
  readonly id: string;
  readonly text: string;
  readonly code: SendFailureCode;
  /** In the viewer's language: what happened, and what can be done. */
  readonly message: string;
  readonly advice: string;
  /** Who was to read it. */
  readonly audience: Visibility;
  /** Written by the viewer. */
  readonly own: boolean;
  /** Files went with it; they have to be attached again. */
  readonly hadFiles: boolean;
}

/** What can be done about a refusal. `public` elsewhere: in the conversation of that reference. */
export type Way =
  | { readonly kind: 'private' | 'public' | 'edit' | 'end' }
  | { readonly kind: 'platform'; readonly href: string }
  | { readonly kind: 'elsewhere'; readonly reference: string };

/** Whether the platform refused it for good, all of it. A mail address that refuses is a matter of the address, not of the text. */
export function isRefusedForGood(
  send: SendFactsFragment | null | undefined,
  channel: OpenConversation['channel'],
): boolean {
  if (send?.state !== 'FAILED' || !send.failure) return false;
  // a part of it has reached the customer
  if (send.parts.some(({ state }) => state !== 'FAILED')) return false;
  const { code } = send.failure;
  return FOR_GOOD.includes(code) && !(code === 'RECIPIENT_REFUSES' && channel === 'EMAIL');
}

/** The newest of what we said to this customer, here or in private, if its platform refused it. */
export function findRefused(conversation: OpenConversation, agentId: string): RefusedReply | undefined {
  const here = messagesOf(conversation)
    .filter(({ direction }) => direction === 'OUTBOUND')
    .map((message) => ({ ...message, audience: conversation.visibility }));
  const { newestPrivateReply } = conversation;
  const all = newestPrivateReply ? [...here, { ...newestPrivateReply, audience: 'PRIVATE' as const }] : here;
  const newest = all.reduce<(typeof all)[number] | undefined>(
    (last, reply) => (last && Date.parse(last.createdAt) >= Date.parse(reply.createdAt) ? last : reply),
    undefined,
  );
  if (!newest || !isRefusedForGood(newest.send, conversation.channel)) return undefined;
  const { id, text, audience, actor, attachments } = newest;
  const { code, message, advice } = newest.send!.failure!;
  const own = actor.__typename === 'Agent' && actor.id === agentId;
  return { id, text, code, message, advice, audience, own, hadFiles: attachments.length > 0 };
}

/** The ways out of a refusal, best first; there is always one while a customer waits. */
export function waysOut(conversation: OpenConversation, { code, audience }: RefusedReply): readonly Way[] {
  const { visibility, account, canAnswerInPrivate, wait } = conversation;
  if (code === 'DUPLICATE' || code === 'TOO_LONG') return [{ kind: 'edit' }];
  const ways: Way[] = [];
  if (audience === 'PUBLIC' && account.privateReply && canAnswerInPrivate) ways.push({ kind: 'private' });
  if (audience === 'PRIVATE' && visibility === 'PUBLIC') ways.push({ kind: 'public' });
  if (visibility === 'PRIVATE') {
    const open = [...conversation.matter, ...conversation.linked].find((other) => other.visibility === 'PUBLIC');
    if (open) ways.push({ kind: 'elsewhere', reference: open.reference });
  }
  const href = code === 'TARGET_GONE' ? undefined : permalinkOf(conversation);
  if (href) ways.push({ kind: 'platform', href });
  if (wait && !wait.end) ways.push({ kind: 'end' });
  return ways;
}

/** Where the customer's newest message stands on its platform, as far as it may be told. */
export function permalinkOf(conversation: OpenConversation): string | undefined {
  const written = messagesOf(conversation).filter(
    ({ direction, withdrawnAt }) => direction === 'INBOUND' && !withdrawnAt,
  );
  return written.findLast(({ permalink }) => permalink)?.permalink ?? undefined;
}

/** Whether what the customer wrote last can only be read, and answered, on its platform. */
export function isEncryptedNow(conversation: OpenConversation): boolean {
  const newest = messagesOf(conversation).findLast(
    ({ direction, kind }) => direction === 'INBOUND' && kind === 'ORDINARY',
  );
  return newest?.encrypted ?? false;
}
