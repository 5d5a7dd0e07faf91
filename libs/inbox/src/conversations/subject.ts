/** Marks of a reply in the languages of common mail programs; email.md §3.1. */
const REPLY = /^\s*(?:re|aw|sv|vs|antw|odp|rv|ref|réf|tr|fwd?|wg|i)\s*(?:\[\d+\]|\(\d+\))?\s*:\s*/iu;
/** Only those that mark an answer; a forwarded subject keeps its mark. */
const ANSWER = /^\s*(?:re|aw|sv|vs|antw|odp|rv|ref|réf)\s*(?:\[\d+\]|\(\d+\))?\s*:\s*/iu;
const MAX_PREFIXES = 30;
const MAX_LENGTH = 300;

/** What is left of a subject without marks of reply and forwarding, in lower case, for comparing. Empty for none. */
export function baseSubject(subject: string | null | undefined): string {
  return strip(subject ?? '', REPLY)
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase()
    .slice(0, MAX_LENGTH);
}

/** Subject of an answer: a single "Re: ". null where there was none. */
export function replySubject(subject: string | null): string | null {
  if (subject === null) return null;
  return `Re: ${strip(subject, ANSWER).trim()}`.slice(0, 2_000);
}

function strip(subject: string, prefix: RegExp): string {
  let rest = subject;
  for (let i = 0; i < MAX_PREFIXES && prefix.test(rest); i++) rest = rest.replace(prefix, '');
  return rest;
}
