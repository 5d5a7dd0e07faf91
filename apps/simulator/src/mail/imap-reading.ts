import type { IMAPServer, Message, Query } from 'hoodiecrow-imap';
import type { ImapMessage } from './imap-message';

type FetchHandler = IMAPServer['fetchHandlers'][string];
type SearchHandler = IMAPServer['searchHandlers'][string];

const byDefault = require('hoodiecrow-imap/lib/commands/handlers/fetch') as IMAPServer['fetchHandlers'];

/** Clients refuse an answer nested deeper than some 25 lists, and lose the mail (imapflow: 25). */
const DEPTH_LIMIT = 20;

/**
 * What FETCH tells of a mail. hoodiecrow's MIME parser throws on odd headers (an address list such as `To: : x: "y:`, a
 * Content-Language or Content-Transfer-Encoding given twice), and would fail the FETCH of all mails asked for. Such a
 * mail is described as plain text without known headers, as lenient servers do; its bytes are always handed out.
 */
export function fetchHandlers(): Record<string, FetchHandler> {
  const body = bodies();
  return {
    'RFC822.SIZE': (_connection, message) => mailOf(message).size,
    BODY: body,
    'BODY.PEEK': body,
    ENVELOPE: leniently('ENVELOPE', () => Array.from({ length: 10 }, () => null)),
    BODYSTRUCTURE: leniently('BODYSTRUCTURE', (size) => ['TEXT', 'PLAIN', null, null, null, '8BIT', size, 0]),
  };
}

/** SEARCH over what was sent, not over what the parser made of it, so that no mail can fail the search. */
export function searchHandlers(): Record<string, SearchHandler> {
  const bySent = (fits: (sent: string, asked: string) => boolean): SearchHandler => {
    return (_connection, message, _index, asked) => fits(daySent(message), isoDay(asked));
  };
  const byHeader = (name: string): SearchHandler => {
    return (_connection, message, _index, value) => hasHeader(message, name, value);
  };
  return {
    HEADER: (_connection, message, _index, name, value) => hasHeader(message, name ?? '', value),
    FROM: byHeader('from'),
    TO: byHeader('to'),
    CC: byHeader('cc'),
    BCC: byHeader('bcc'),
    SUBJECT: byHeader('subject'),
    BODY: (_connection, message, _index, value) => contains(parts(message).text.toString('latin1'), value),
    SENTBEFORE: bySent((sent, asked) => sent < asked),
    SENTON: bySent((sent, asked) => sent === asked),
    SENTSINCE: bySent((sent, asked) => sent >= asked),
  };
}

/**
 * The whole mail, its header and its text straight from the bytes; parts by hoodiecrow. For a range of mails with a
 * partial <start.length> hoodiecrow forgets the length after the first mail.
 */
function bodies(): FetchHandler {
  const asked = new WeakMap<Query, number[]>();
  const cut = (query: Query, bytes: Buffer): object => {
    if (query.partial && !asked.has(query)) {
      asked.set(query, [...query.partial]);
      query.partial = query.partial.slice(0, 1);
    }
    const [start = 0, length] = asked.get(query) ?? [];
    const value = bytes.toString('latin1', start, length === undefined ? undefined : start + length);
    return { type: 'LITERAL', value };
  };
  return (connection, message, query) => {
    const [section] = (query.section ?? [undefined]) as ({ value?: string } | undefined)[];
    if (query.section?.length === 0) return cut(query, mailOf(message).raw);
    if (section?.value?.toUpperCase() === 'HEADER') return cut(query, parts(message).header);
    if (section?.value?.toUpperCase() === 'TEXT') return cut(query, parts(message).text);
    try {
      return byDefault['BODY']?.(connection, message, query);
    } catch {
      return { type: 'LITERAL', value: '' };
    }
  };
}

function leniently(item: 'ENVELOPE' | 'BODYSTRUCTURE', otherwise: (size: number) => unknown): FetchHandler {
  return (connection, message, query) => {
    try {
      const described = byDefault[item]?.(connection, message, query);
      if (depth(described) <= DEPTH_LIMIT) return described;
    } catch {
      // described below
    }
    return otherwise(mailOf(message).size);
  };
}

function depth(value: unknown): number {
  return Array.isArray(value) ? 1 + value.reduce((most: number, part) => Math.max(most, depth(part)), 0) : 0;
}

function mailOf(message: Message): ImapMessage['mail'] {
  return (message as ImapMessage).mail;
}

/** Header with the empty line that ends it, and what follows. */
function parts(message: Message): { header: Buffer; text: Buffer } {
  const { raw } = mailOf(message);
  const blank = /\r?\n\r?\n/.exec(raw.toString('latin1'));
  const end = blank ? blank.index + blank[0].length : raw.length;
  return { header: raw.subarray(0, end), text: raw.subarray(end) };
}

function hasHeader(message: Message, name: string, value: string | undefined): boolean {
  return mailOf(message)
    .headers(name)
    .some((text) => contains(text, value));
}

function contains(text: string, part = ''): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}

/** The day on which a mail says it was sent; of arrival where it says nothing a computer can read. ISO 8601. */
function daySent(message: Message): string {
  const mail = mailOf(message);
  const sent = Date.parse(mail.header('date') ?? '');
  return new Date(Number.isNaN(sent) ? mail.internalDate : sent).toISOString().slice(0, 10);
}

/** `1-Feb-2026` as ISO 8601. */
function isoDay(asked: string | undefined): string {
  return new Date(`${asked} UTC`).toISOString().slice(0, 10);
}
