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
import type { GraphError } from './graph-error';
import type { Usage } from './usage';

/*
 * What each error of Meta means for us, as data. Codes and meanings: Meta's pages "Error Codes" of the Messenger Platform
 * (2026-06) and "Handle Errors" of the Graph API. Of a code and a subcode the pair counts first, then the code alone.
 */

type Verdict =
  /** For good; the words are for an agent. */
  | { readonly is: 'refused'; readonly code: SendFailureCode; readonly words: string }
  /** The account cannot go on until a person connects it again; the words say what to do. */
  | { readonly is: 'credentials'; readonly words: string }
  /** The Page may do nothing of the kind for now, whatever the message. */
  | { readonly is: 'held'; readonly words: string }
  /** Not taken; may be taken a little later. Some codes also stand for what will not pass: then only so many tries. */
  | { readonly is: 'transient'; readonly words: string; readonly maxTries?: number }
  /** A limit; how long to wait, minutes, where no header tells it. */
  | { readonly is: 'limited'; readonly minutes: number }
  /** It may have happened all the same. */
  | { readonly is: 'uncertain'; readonly words: string };

const refused = (words: string, code: SendFailureCode = 'REFUSED'): Verdict => ({ is: 'refused', code, words });
const credentials = (words: string): Verdict => ({ is: 'credentials', words });
const transient = (words: string): Verdict => ({ is: 'transient', words });
const passing = (words: string): Verdict => ({ is: 'transient', words, maxTries: PASSING_TRIES });
const limited = (minutes: number): Verdict => ({ is: 'limited', minutes });
const uncertain = (words: string): Verdict => ({ is: 'uncertain', words });

const windowClosed = refused(
  'Facebook takes no answer any more: too much time has passed since the customer last wrote.',
  'REPLY_WINDOW_CLOSED',
);
const unreachable = refused('This person cannot receive messages from the Page.', 'RECIPIENT_REFUSES');
const held = (words: string): Verdict => ({
  is: 'held',
  words: `${words} Look into the Page's support inbox on Facebook.`,
});
const fault = refused('Facebook does not understand the request. This is a fault of Evenhand or of a setting.');
const instagram = refused('Facebook refuses this for an Instagram account; Evenhand answers only on Messenger.');
const file = (words: string): Verdict => refused(words);
const again = (why: string): Verdict => credentials(`${why} Connect the Page again.`);
/** With the waits of sends, some three quarters of an hour. */
const PASSING_TRIES = 5;
const TOKEN = 'Facebook no longer accepts the permission of this Page';

/**
 * Minutes to wait are for answers that tell none themselves. App and Page limits are shares of a rolling hour or day, so some
 * of it is free again soon; asking too early only costs one call.
 */
export const GRAPH_ERRORS: Readonly<Record<string, Verdict>> = {
  '1': passing('Facebook reports an unknown fault.'),
  '1/99': passing('Facebook reports an unknown fault.'),
  '1/1357046': uncertain('Facebook may have sent the message, but could not say so.'),
  // said of a person who has blocked the Page, too
  '2': passing('Facebook is unavailable for a moment.'),
  '4': limited(5),
  '4/2018354': limited(15),
  '9/2018352': limited(15),
  '10': again("The app lacks a permission that this needs, or it was taken away in the Page's settings."),
  '10/2018278': windowClosed,
  '10/2534022': windowClosed,
  '10/2018065': windowClosed,
  '10/2018108': unreachable,
  '10/1893063': held('Facebook has restricted the Page for a while; it sends nothing.'),
  '10/1893015': refused('The person has stopped messages on this topic.', 'RECIPIENT_REFUSES'),
  '10/1404170': refused('Facebook restricts how this person may be asked for consent.'),
  '10/2018336': refused('Facebook does not let the Page write in this conversation.', 'RECIPIENT_REFUSES'),
  '10/2534077': again('The link between the Page and its Instagram account is broken.'),
  '17': limited(5),
  '32': limited(5),
  '100': fault,
  '100/33': refused('What this is about is no longer on Facebook, or the app may not see it.'),
  '100/2018001': refused('Facebook knows no such person for this Page.', 'RECIPIENT_REFUSES'),
  '100/2018008': file('Facebook could not fetch the file.'),
  '100/2018014': fault,
  '100/2018047': file('Facebook does not take the file: it is not of the kind it says it is.'),
  '100/2018074': file('Facebook does not take the file: it belongs to another Page.'),
  '100/2018109': file('Facebook does not take the file: it is too large.'),
  '100/2018164': fault,
  '100/2018294': file('Facebook did not get the file in time.'),
  '100/2534013': instagram,
  '100/2534014': instagram,
  '100/2534015': instagram,
  '100/2534025': instagram,
  '100/2534029': instagram,
  '100/2534037': instagram,
  '102': again(`${TOKEN}: the session has ended.`),
  '190': again(`${TOKEN}.`),
  '190/458': again(`${TOKEN}: the app was removed by the person who connected it.`),
  '190/459': credentials(`${TOKEN}: Facebook asks the person who connected it to sign in at www.facebook.com first.`),
  '190/460': again(`${TOKEN}: the person who connected it has changed their password.`),
  '190/463': again(`${TOKEN}: it has expired.`),
  '190/464': credentials(`${TOKEN}: the person who connected it must confirm their Facebook account first.`),
  '190/467': again(`${TOKEN}: it is not valid.`),
  '190/492': credentials(
    `${TOKEN}: the person who connected it has no role on the Page now. Somebody with a role must connect it.`,
  ),
  '200': again('The app lacks a permission that this needs.'),
  '200/1545041': unreachable,
  '200/2018028': credentials(
    'The app may only write to people with a role on it: it is not live, or lacks Advanced Access to pages_messaging. Change that in the App Dashboard.',
  ),
  '200/2534041': credentials(
    "The owner has switched off access to messages. It is switched on again in the account's settings.",
  ),
  '341': limited(15),
  '368': held('Facebook has blocked this for the Page because of its policies.'),
  '506': uncertain('Facebook says that the same comment is there already.'),
  '551': unreachable,
  '551/1545041': unreachable,
  '613': limited(1),
  '613/1996': limited(1),
  '613/1893016': refused('Facebook refuses to ask this person for consent again.', 'RECIPIENT_REFUSES'),
  '613/2018338': refused('Facebook warns that this person gets too many messages. Wait before writing to them again.'),
  '613/2534040': limited(1),
  '2022': held('Facebook has switched off messages of this kind for the Page.'),
  '10303': fault,
  '10900': refused('The author of this comment has already had a private answer; Facebook allows one.'),
  '36103': instagram,
  '9000001': refused('This message is no longer told by Facebook: it was deleted, or is not among the newest 20.'),
  '1609005': refused('Facebook cannot fetch the link.'),
  '2018218': refused('Facebook tells nothing about this person.'),
  '2018247': refused('Facebook does not let the app know this about people.'),
  '2018300': refused('Another app answers in this conversation now. Take the conversation over on Facebook first.'),
  '2018321': transient('Facebook asks the person questions of an advertisement first.'),
};

/** Business use case limits: 80000–80014, of which Meta names some. */
const USE_CASE_LIMITS = { first: 80_000, last: 80_014, minutes: 15 };
/** After an HTTP 429 that says nothing. */
const TOO_MANY_MINUTES = 5;
const MINUTE = 60_000;

/** How one call is judged. */
export interface Judgement {
  /** Doing it twice would be seen by somebody: where the outcome is not known, that is `Uncertain`. */
  readonly once: boolean;
  readonly now: Date;
  readonly usage: Usage;
}

/** The connector error for an error that Graph gave. What it refuses it has not done, but where the table says so. */
export function fromGraph(error: GraphError, { once, now, usage }: Judgement): ConnectorError {
  const verdict = verdictOn(error);
  const options = { cause: error };
  const meta = [
    error.words === '' ? '' : `“${error.words}” `,
    `(${error.key}${error.trace === '' ? '' : `, ${error.trace}`})`,
  ];
  const told = `Facebook: ${meta.join('')}`;
  switch (verdict.is) {
    case 'refused':
      return new Refused(verdict.code, `${verdict.words} ${told}`, options);
    case 'credentials':
      return new CredentialsRejected(`${verdict.words} ${told}`, options);
    case 'held':
      return new AccountHeld(`${verdict.words} ${told}`, options);
    case 'transient': {
      const { maxTries } = verdict;
      return new Transient(`${verdict.words} ${told}`, maxTries === undefined ? options : { ...options, maxTries });
    }
    case 'limited': {
      const minutes = usage.regainMinutes > 0 ? usage.regainMinutes : verdict.minutes;
      const until = new Date(now.getTime() + minutes * MINUTE);
      return new RateLimited(`Facebook's limit of calls is reached. ${told}`, until, options);
    }
    case 'uncertain':
      return once
        ? new Uncertain(`${verdict.words} ${told}`, options)
        : new Transient(`${verdict.words} ${told}`, options);
  }
}

/** The connector error for an answer in which Graph says nothing that can be understood. */
export function fromAnswer(status: number, { once, now }: Judgement): ConnectorError {
  // a limit is enforced before anything is done, by whatever stands in front of Graph
  if (status === 429) {
    return new RateLimited(
      "Facebook's limit of calls is reached (HTTP 429).",
      new Date(now.getTime() + TOO_MANY_MINUTES * MINUTE),
    );
  }
  const words = `Facebook's answer (HTTP ${status}) says nothing that can be understood.`;
  return once ? new Uncertain(words) : new Transient(words);
}

/** The connector error for a call that got no whole answer. */
export function fromSilence(failure: HttpFailure, { once }: Pick<Judgement, 'once'>): ConnectorError {
  const options = { cause: failure };
  if (failure.fault === 'forbidden') {
    return new Refused('REFUSED', `The address of the Graph API cannot be used: ${failure.message}.`, options);
  }
  const words = `No answer from Facebook: ${failure.message}.`;
  return once && failure.mayHaveArrived ? new Uncertain(words, options) : new Transient(words, options);
}

function verdictOn(error: GraphError): Verdict {
  if (error.code === 100 && /appsecret_proof/i.test(error.words)) {
    return credentials('The App Secret is wrong. Enter the one of the App Dashboard, then connect the Page again.');
  }
  const exact = GRAPH_ERRORS[error.key];
  if (exact !== undefined) return exact;
  if (error.code >= USE_CASE_LIMITS.first && error.code <= USE_CASE_LIMITS.last)
    return limited(USE_CASE_LIMITS.minutes);
  // the long numbers are told as a code of their own or as a subcode, of 100 mostly
  const known = GRAPH_ERRORS[String(error.subcode)] ?? GRAPH_ERRORS[String(error.code)];
  if (known !== undefined) return known;
  if (error.transient) return transient('Facebook is unavailable for a moment.');
  if (error.status >= 500) return uncertain('Facebook failed while it worked on this.');
  return refused('Facebook refuses this.');
}
