import {
  AccountHeld,
  CredentialsRejected,
  RateLimited,
  Refused,
  Transient,
  type SendFailureCode,
  type SendReceipt,
} from '@app/channel';
import type { SendNews } from './send-event';
import type { SendOutcome } from './send-log';
import { nextAttempt, type SendRetryOptions } from './send-retries';

/** What is known of an attempt, and what follows from it. */
export interface Verdict {
  readonly outcome: SendOutcome;
  /** For whoever reads the table: the platform's words, or where it was learnt. */
  readonly detail: string;
  readonly nativeIds?: readonly string[];
  readonly news: SendNews;
  /** The part is through and the next one's turn, the message is at its end, or this part comes again at a time. */
  readonly ending: 'next' | 'end' | Date;
  readonly account?: AccountNews;
}

/** What an attempt says of the account: it could send then, must not before a time, needs new credentials, or is held by the platform. */
export type AccountNews =
  | { readonly workedAt: Date }
  | { readonly limited: RateLimited }
  | { readonly rejected: string }
  | { readonly held: string };

export interface VerdictFacts {
  /** Attempts that failed since a person last decided to send, this one included, but those that the account was to blame for. */
  readonly failures: number;
  /** When the first of them began. Product time, as `now`. */
  readonly first: Date;
  readonly now: Date;
  /** How often a message looks whether its account may send again, milliseconds. */
  readonly waitMs: number;
  readonly retries: SendRetryOptions;
}

/** What an error of `send` means; undefined where nobody knows whether the message went out. */
export function verdictOnError(error: unknown, facts: VerdictFacts): Verdict | undefined {
  if (error instanceof Refused) return failed(error.code, error.message);
  if (error instanceof RateLimited) {
    return held(error.until, 'RATE_LIMITED', error.message, { limited: error });
  }
  const soon = new Date(facts.now.getTime() + facts.waitMs);
  if (error instanceof CredentialsRejected) {
    return held(soon, 'RECONNECT_NEEDED', error.message, { rejected: error.message });
  }
  if (error instanceof AccountHeld) return held(soon, 'REFUSED', error.message, { held: error.message });
  if (error instanceof Transient) {
    const { failures, first, now, retries } = facts;
    const last = error.maxTries !== undefined && failures >= error.maxTries;
    const until = last ? undefined : nextAttempt(retries, failures, first, now);
    return until === undefined ? failed('PROVIDER_DOWN', error.message) : again(until, 'PROVIDER_DOWN', error.message);
  }
  return undefined;
}

/** @param at when the attempt began by which it was sent. */
export function verdictOnReceipt(receipt: SendReceipt, detail: string, at: Date): Verdict {
  const refused = receipt.refused ?? [];
  const words = refused.map((one) => `${one.value}: ${one.detail}`).join('; ');
  const failure = { code: 'RECIPIENT_REFUSES' as const, detail: words, retryable: false };
  return {
    outcome: 'sent',
    detail,
    nativeIds: receipt.nativeIds,
    news: { state: 'sent', nativeIds: receipt.nativeIds, receipt, ...(refused.length === 0 ? {} : { failure }) },
    ending: 'next',
    account: { workedAt: at },
  };
}

/** It may have gone out, and the platform cannot tell: a person decides. */
export function uncertain(detail: string): Verdict {
  const failure = { code: 'UNKNOWN' as const, detail, retryable: true };
  return { outcome: 'uncertain', detail, news: { state: 'uncertain', failure }, ending: 'end' };
}

/** It surely did not go out: the same bytes are sent again. */
export function absent(now: Date): Verdict {
  return { outcome: 'absent', detail: 'not on the platform', news: { state: 'queued' }, ending: now };
}

/** It will not go out, and the parts after it with it. */
export function failed(code: SendFailureCode, detail: string): Verdict {
  const failure = { code, detail, retryable: code !== 'TOO_LONG' };
  return { outcome: 'failed', detail, news: { state: 'failed', failure }, ending: 'end' };
}

function again(until: Date, code: SendFailureCode, detail: string): Verdict {
  const news: SendNews = { state: 'queued', nextAt: until, failure: { code, detail, retryable: true } };
  return { outcome: 'retry', detail, news, ending: until };
}

function held(until: Date, code: SendFailureCode, detail: string, account: AccountNews): Verdict {
  return { ...again(until, code, detail), outcome: 'held', account };
}
