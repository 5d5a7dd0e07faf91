import type { AddressHeader, ParsedAddress } from 'mailparser';
import { MAX_ADDRESSES, MAX_ID, MAX_NAME, MAX_SUBJECT } from './mail-limits';
import type { MailAddress, ParsedMail } from './parsed-mail';
import type { MailHeaders } from './read-mime';
import { readInReplyTo, readMessageId, readReferences } from './references';
import { safeLine } from './safe-text';

/** The fields of a parsed mail that come from its headers alone. */
export type HeaderFacts = Pick<
  ParsedMail,
  | 'messageId'
  | 'inReplyTo'
  | 'references'
  | 'originalMessageIds'
  | 'date'
  | 'subject'
  | 'from'
  | 'sender'
  | 'replyTo'
  | 'to'
  | 'cc'
  | 'deliveredTo'
  | 'returnPath'
  | 'evenhandLoop'
  | 'evenhandId'
  | 'received'
> & { readonly problems: readonly string[] };

const ENVELOPE = ['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to'];
const ORIGINAL_IDS = ['x-microsoft-original-message-id', 'x-original-message-id', 'x-ms-exchange-message-id'];

/** Values of a field in document order, unfolded, as text; nothing is decoded but UTF-8. */
export function headerValues(headers: MailHeaders, name: string): string[] {
  return headers.lines
    .filter((line) => line.key === name)
    .map((line) => {
      const value = line.line.slice(line.line.indexOf(':') + 1);
      return Buffer.from(value, 'latin1')
        .toString('utf8')
        .replace(/\r?\n[ \t]*/g, ' ')
        .trim();
    });
}

/** Reads the headers an agent sees and those that find the conversation. */
export function readHeaders(headers: MailHeaders): HeaderFacts {
  const problems: string[] = [];
  const first = (name: string) => headerValues(headers, name)[0];
  const sender = addresses(headers, 'sender')[0];
  const author = addresses(headers, 'from')[0];
  if (!author) {
    problems.push(sender ? 'The mail names no author; its Sender is shown.' : 'The mail names no sender.');
  }
  const to = addresses(headers, 'to');
  const cc = addresses(headers, 'cc');
  if (to.length + cc.length > MAX_ADDRESSES) {
    problems.push(`The mail has more than ${MAX_ADDRESSES} recipients; the first ones are kept.`);
  }
  const date = readDate(first('date'));
  if (!date) problems.push(first('date') ? 'The date of the mail cannot be read.' : 'The mail has no date.');
  const subject = headers.map.get('subject');
  const loop = first('x-evenhand-loop');
  const id = first('x-evenhand-id');
  return {
    ...optional('messageId', readMessageId(first('message-id'))),
    inReplyTo: readInReplyTo(headerValues(headers, 'in-reply-to')),
    references: readReferences(headerValues(headers, 'references')),
    originalMessageIds: ORIGINAL_IDS.flatMap((name) => readMessageId(first(name)) ?? []),
    ...optional('date', date),
    ...optional('subject', typeof subject === 'string' ? safeLine(subject, MAX_SUBJECT) : undefined),
    ...optional('from', author ?? sender),
    ...optional('sender', sender),
    replyTo: addresses(headers, 'reply-to').slice(0, 10),
    to: to.slice(0, MAX_ADDRESSES),
    cc: cc.slice(0, Math.max(0, MAX_ADDRESSES - to.length)),
    deliveredTo: ENVELOPE.flatMap((name) => headerValues(headers, name))
      .flatMap((value) => value.split(','))
      .map((value) => bare(value))
      .filter((value) => value.includes('@'))
      .slice(0, MAX_ADDRESSES),
    ...optional('returnPath', returnPath(first('return-path'))),
    ...optional('evenhandLoop', loop === undefined ? undefined : safeLine(loop, MAX_ID)),
    ...optional('evenhandId', id === undefined ? undefined : safeLine(id, MAX_ID)),
    received: headers.lines.filter((line) => line.key === 'received').length,
    problems,
  };
}

/** A Date header as an instant; undefined where it is missing or no date. */
export function readDate(value: string | undefined): Date | undefined {
  if (!value) return undefined;
  // "(CET)" and other comments are legal and confuse nothing but the parser.
  const date = new Date(value.replace(/\([^()]*\)/g, ' ').trim());
  const year = date.getUTCFullYear();
  return year >= 1970 && year <= 9999 ? date : undefined;
}

function addresses(headers: MailHeaders, name: string): MailAddress[] {
  const value = headers.map.get(name);
  const fields = (Array.isArray(value) ? value : [value]) as (AddressHeader | undefined)[];
  return fields.flatMap((field) => flatten(field?.value ?? []));
}

/** Groups (`Team: a@x, b@y;`) count as their members; entries without an address are none. */
function flatten(list: readonly ParsedAddress[]): MailAddress[] {
  return list.flatMap((entry) => {
    if (entry.group) return flatten(entry.group);
    const address = bare(entry.address ?? '');
    if (!address.includes('@')) return [];
    const name = safeLine(entry.name, MAX_NAME);
    return [name === '' ? { address } : { address, name }];
  });
}

function bare(value: string): string {
  return safeLine(value.replace(/[<>\s]+/g, ''), MAX_ID).toLowerCase();
}

function returnPath(value: string | undefined): string | undefined {
  return value === undefined ? undefined : bare(value);
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
