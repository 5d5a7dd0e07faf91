import {
  AccountHeld,
  CredentialsRejected,
  RateLimited,
  Refused,
  Transient,
  Uncertain,
  type ConnectorError,
  type SendFailureCode,
} from '@app/channel';
import type { HttpFailure } from '@app/connector-host';
import type { XError } from './x-error';

/*
 * What each error of X means for us, as data. Statuses and problem types: X's pages "Response codes" and "Error handling" and
 * its OpenAPI file (2026-08); numbers are those of the API before, which details still quote. The status counts first, then
 * number, problem type and words.
 */

type Verdict =
  /** For good; the words are for an agent. */
  | { readonly is: 'refused'; readonly code: SendFailureCode; readonly words: string }
  /** The account cannot go on until a person connects it again. */
  | { readonly is: 'credentials'; readonly words: string }
  /** The account or its app may do nothing for now, whatever the message. */
  | { readonly is: 'held'; readonly words: string }
  /** Not taken; may be taken a little later. */
  | { readonly is: 'transient'; readonly words: string; readonly maxTries?: number }
  /** So many minutes until it may be tried again. */
  | { readonly is: 'limited'; readonly minutes: number }
  /** It may have happened all the same. */
  | { readonly is: 'uncertain'; readonly words: string };

const refused = (code: SendFailureCode, words: string): Verdict => ({ is: 'refused', code, words });
const held = (words: string): Verdict => ({ is: 'held', words });

/** With the waits of sends, some three quarters of an hour. */
const PASSING_TRIES = 5;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** A balance is asked for again this often; a top-up is noticed so much later at most. */
export const CREDIT_WAIT_MS = 15 * MINUTE;

const duplicate = refused(
  'DUPLICATE',
  'X has had the same text from this account just now and takes it only once. Change some words and send again.',
);
const notAllowed = refused(
  'REPLY_NOT_ALLOWED',
  'X lets this account answer only where the author mentioned or quoted it. Answer by direct message, or on X itself.',
);
const limitedReplies = refused(
  'REPLY_NOT_ALLOWED',
  'The author has limited who may answer. Answer by direct message, or on X itself.',
);
const gone = refused('TARGET_GONE', 'What this is about was deleted on X, or is not to be seen any more.');
const closed = refused(
  'RECIPIENT_REFUSES',
  'This person takes no direct messages from this account. Answer in public.',
);
const tooLong = refused('TOO_LONG', 'The text is too long for X.');
const fault = refused('REFUSED', 'X does not understand the request. This is a fault of Evenhand or of a setting.');
const noFile = refused('REFUSED', 'X does not take the file.');
const locked = held('X has locked or suspended the account. Sign in to it on X and see what X asks for.');
const notEnrolled = held(
  'The app may not use the API. Attach it to a project with access in the developer portal of X; then it goes on by itself.',
);

/** By number of the API before (X's list of error codes, 2022). */
export const X_CODES: Readonly<Record<number, Verdict>> = {
  34: gone,
  50: closed,
  63: gone,
  64: locked,
  88: { is: 'limited', minutes: 15 },
  108: closed,
  130: { is: 'transient', words: 'X is overloaded for a moment.' },
  135: { is: 'transient', words: 'X says that the clock of this machine is wrong. Set it right.' },
  136: limitedReplies,
  144: gone,
  150: closed,
  151: closed,
  179: gone,
  185: { is: 'limited', minutes: 30 },
  186: tooLong,
  187: duplicate,
  226: held('X takes what this account sends for that of a machine. Sign in to it on X and see what X asks for.'),
  261: held('The app may only read. Give it "Read and write and Direct message" in the developer portal of X.'),
  324: noFile,
  325: noFile,
  326: locked,
  349: closed,
  354: tooLong,
  385: gone,
  425: limitedReplies,
  433: limitedReplies,
  476: closed,
};

/** By the words of a 400 or 403, in order: X gives most of these no number and no type. */
const WORDS: readonly { readonly says: RegExp; readonly verdict: Verdict }[] = [
  { says: /duplicate content/i, verdict: duplicate },
  { says: /not been mentioned|otherwise engaged|not (?:been )?summoned/i, verdict: notAllowed },
  {
    says: /limited who can reply|restricted who can reply|reply[_ ]settings|conversation control/i,
    verdict: limitedReplies,
  },
  {
    says: /too long|character limit|longer than|exceeds? the (?:maximum|limit).*(?:text|length|character)/i,
    verdict: tooLong,
  },
  { says: /cannot send (?:direct )?messages? to|does ?n[o']t accept (?:direct )?messages|not accept(?:ing)? (?:DMs|direct)|sender (?:is )?not verified/i, verdict: closed }, // prettier-ignore
  { says: /deleted or not visible|no longer (?:available|exists)|does not exist|not found/i, verdict: gone },
  { says: /suspended|locked/i, verdict: locked },
  { says: /media|attachment/i, verdict: noFile },
];

/** How one call is judged. */
export interface Judgement {
  /** As in the table of limits, such as `POST /2/tweets`. */
  readonly endpoint: string;
  /** Doing it twice would be seen by somebody: where the outcome is not known, that is `Uncertain`. */
  readonly once: boolean;
  readonly now: Date;
  /** When the limit ends, as the headers, or our patience where there are none, say. */
  readonly limitedUntil?: Date;
  /** Scopes of the token; undefined where there are none (OAuth 1.0a, app-only). */
  readonly granted?: readonly string[];
}

/** The connector error for an answer that is no success. 401 is the client's: it means a renewal first. */
export function fromXError(error: XError, judgement: Judgement): ConnectorError {
  const { once, now } = judgement;
  const options = { cause: error };
  const told = error.words === '' ? ` (HTTP ${error.status})` : ` X: “${error.words}” (HTTP ${error.status})`;
  if (error.status === 402 || (error.status === 403 && error.type.startsWith('credits'))) {
    const words =
      "X says the app's credit is used up. Add credit at X; nothing is lost, reading and sending go on by themselves.";
    return new RateLimited(words, new Date(now.getTime() + CREDIT_WAIT_MS), { ...options, scope: 'app' });
  }
  if (isUsageCap(error)) {
    const words = `X says the app has read as much as its plan allows in a ${error.period === 'daily' ? 'day' : 'month'}. Raise the cap at X, or wait; nothing is lost, it is tried again every day.`;
    return new RateLimited(words, endOfCap(error.period, now), { ...options, scope: 'app' });
  }
  const verdict = verdictOn(error, judgement);
  const words = 'words' in verdict ? verdict.words : '';
  switch (verdict.is) {
    case 'refused':
      return new Refused(verdict.code, words + told, options);
    case 'credentials':
      return new CredentialsRejected(words + told, options);
    case 'held':
      return new AccountHeld(words + told, options);
    case 'transient': {
      const { maxTries } = verdict;
      return new Transient(words + told, maxTries === undefined ? options : { ...options, maxTries });
    }
    case 'limited': {
      const until = judgement.limitedUntil ?? new Date(now.getTime() + verdict.minutes * MINUTE);
      return new RateLimited(`X's limit of calls is reached.${told}`, until, options);
    }
    case 'uncertain':
      return once ? new Uncertain(words + told, options) : new Transient(words + told, options);
  }
}

/** The connector error for a success in which nothing can be understood. */
export function fromNonsense(status: number, { once }: Pick<Judgement, 'once'>): ConnectorError {
  const words = `X's answer (HTTP ${status}) says nothing that can be understood.`;
  return once ? new Uncertain(words) : new Transient(words);
}

/** The connector error for a call that got no whole answer. */
export function fromSilence(failure: HttpFailure, { once }: Pick<Judgement, 'once'>): ConnectorError {
  const options = { cause: failure };
  if (failure.fault === 'forbidden') {
    return new Refused('REFUSED', `The address of the API of X cannot be used: ${failure.message}.`, options);
  }
  const words = `No answer from X: ${failure.message}.`;
  return once && failure.mayHaveArrived ? new Uncertain(words, options) : new Transient(words, options);
}

function isUsageCap(error: XError): boolean {
  return error.status === 429 && (error.type === 'usage-capped' || /usage ?cap/i.test(error.words));
}

/** First instant of the next UTC day or month, but within a day: a cap that was raised is noticed then. */
function endOfCap(period: string, now: Date): Date {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  const end = period === 'daily' ? Date.UTC(year, month, day + 1) : Date.UTC(year, month + 1, 1);
  return new Date(Math.min(end, now.getTime() + DAY));
}

function verdictOn(error: XError, { endpoint, granted }: Judgement): Verdict {
  const { status, code } = error;
  if (status >= 500 || status === 408) {
    return { is: 'uncertain', words: 'X failed while it worked on this.' };
  }
  if (status === 429) return { is: 'limited', minutes: 1 };
  // what stands before X answers for it: nothing has got through
  if (status >= 400 && !error.understood && status !== 404 && status !== 413) {
    return { is: 'transient', words: 'X did not let this through.', maxTries: PASSING_TRIES };
  }
  if (status < 400) return { is: 'uncertain', words: 'X sends elsewhere for this.' };
  const known = code === null ? undefined : X_CODES[code];
  if (known !== undefined) return known;
  if (error.type === 'client-forbidden' || /client-not-enrolled/i.test(error.words)) return notEnrolled;
  const lacking = granted === undefined ? undefined : scopesOf(endpoint).find((scope) => !granted.includes(scope));
  if (status === 403 && (lacking !== undefined || /scope|oauth[12] app permissions/i.test(error.words))) {
    return lackOf(lacking);
  }
  if (status === 413) return noFile;
  const said = WORDS.find(({ says }) => says.test(error.words))?.verdict;
  if (said !== undefined) return fitting(said, endpoint);
  if (status === 404) return fitting(gone, endpoint);
  if (status === 403) return forbidden(endpoint);
  return status === 400 ? fault : refused('REFUSED', 'X refuses this.');
}

/** A person who is not there cannot be written to, and what is missing of an upload is the file. */
function fitting(verdict: Verdict, endpoint: string): Verdict {
  if (verdict !== gone) return verdict;
  if (endpoint.includes('/media/')) return noFile;
  return writesDirect(endpoint) ? closed : verdict;
}

/** Without a reason. */
function forbidden(endpoint: string): Verdict {
  if (writesDirect(endpoint)) return closed;
  if (/ \/2\/dm_/.test(endpoint)) {
    return {
      is: 'credentials',
      words: 'X does not let the app read direct messages. Allow it in the developer portal of X, then connect again.',
    };
  }
  return refused('REFUSED', 'X refuses this.');
}

function lackOf(scope: string | undefined): Verdict {
  const what = scope === undefined ? '' : ` (${scope})`;
  return {
    is: 'credentials',
    words: `The account was connected without a permission that this needs${what}. Connect it again and allow everything X lists.`,
  };
}

function writesDirect(endpoint: string): boolean {
  return endpoint.startsWith('POST /2/dm_conversations');
}

/** Scopes that a call needs (X's page "OAuth 2.0 scopes", 2026-08). */
function scopesOf(endpoint: string): readonly string[] {
  if (endpoint.includes('/hidden')) return ['tweet.moderate.write'];
  if (endpoint.includes('/media/')) return ['media.write'];
  if (/ \/2\/dm_/.test(endpoint)) return endpoint.startsWith('GET ') ? ['dm.read'] : ['dm.read', 'dm.write'];
  if (endpoint.includes(' /2/tweets')) return endpoint.startsWith('GET ') ? ['tweet.read'] : ['tweet.write'];
  return [];
}
