import type { SendEvent, SendReceipt } from '@app/channel';
import type { Part } from './part';

/** What there is to tell about a part of a message; the rest of the event follows from it. */
export interface SendNews {
  readonly state: SendEvent['state'];
  readonly nativeIds?: readonly string[];
  readonly nextAt?: Date;
  readonly failure?: SendEvent['failure'];
  readonly receipt?: Pick<SendReceipt, 'threadKey' | 'platformAt'>;
}

/**
 * Events are ordered by (attempt, state), so they may be ingested in any order and more than once.
 * @param attempt the one that was made; for `queued` the one after which it waits, 0 before the first.
 */
export function sendEventOf(
  { id, messageId, part, parts }: Omit<Part, 'outbound'>,
  attempt: number,
  now: Date,
  news: SendNews,
): SendEvent {
  // an attempt may wait for more than one reason; each is told once
  const reason = news.state === 'queued' && news.failure ? `:${news.failure.code}` : '';
  const { threadKey, platformAt } = news.receipt ?? {};
  return {
    kind: 'send',
    externalId: `${id}:${attempt}:${news.state}${reason}`,
    outboundId: messageId,
    part,
    parts,
    attempt,
    state: news.state,
    at: now.toISOString(),
    nativeIds: [...new Set(news.nativeIds ?? [])].slice(0, 5),
    ...(news.failure ? { failure: { ...news.failure, detail: news.failure.detail.slice(0, 2_000) } } : {}),
    ...(news.nextAt ? { nextAt: news.nextAt.toISOString() } : {}),
    ...(threadKey === undefined ? {} : { threadKey }),
    ...(platformAt === undefined ? {} : { platformAt: platformAt.toISOString() }),
  };
}
