import { field, list, text } from './answer';

/** Words of the platform that we repeat are cut here. */
const MAX_WORDS = 300;

/** What X said was wrong, as it said it; secrets taken out. The `cause` of the connector error that is made of it. */
export class XError extends Error {
  constructor(
    /** HTTP status. */
    readonly status: number,
    /** Last part of the problem's type, such as `usage-capped`; empty for `about:blank` and where there is none. */
    readonly type: string,
    /** X's title and own words, cut. */
    readonly words: string,
    /** Number of the legacy error, such as 349; null where there is none. */
    readonly code: number | null,
    /** Whether the body was of a kind that X documents; an HTML page of something before X is not. */
    readonly understood: boolean,
    /** Of a cap: `daily` or `monthly`, in lower case; empty where there is none. */
    readonly period: string,
  ) {
    super(`HTTP ${status}${type === '' ? '' : ` ${type}`}${code === null ? '' : ` (${code})`}: ${words}`);
    this.name = 'XError';
  }
}

/** The X error behind an error of the client, if X gave one. */
export function xErrorOf(error: unknown): XError | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof XError ? cause : undefined;
}

/** Reads an answer that is not a success, in any of the shapes X has. */
export function readXError(status: number, body: unknown, redact: (text: string) => string): XError {
  const [first] = list(field(body, 'errors'));
  const title = text(field(body, 'title'));
  const detail =
    text(field(body, 'detail')) ??
    text(field(first, 'detail')) ??
    text(field(body, 'error_description')) ??
    text(field(body, 'error'));
  // of a validation the first error says which field, the detail only that there is one
  const message = text(field(first, 'message'));
  const said = [title, detail, message].filter((part) => part !== undefined);
  const words = redact([...new Set(said)].join(': '))
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_WORDS);
  const type = text(field(body, 'type')) ?? text(field(first, 'type')) ?? '';
  return new XError(
    status,
    type === 'about:blank' ? '' : (type.split('/').at(-1) ?? '').slice(0, 60),
    words,
    codeOf(field(first, 'code') ?? field(body, 'code')) ?? codeIn(words),
    said.length > 0,
    (text(field(body, 'period')) ?? '').toLowerCase().slice(0, 20),
  );
}

function codeOf(value: unknown): number | null {
  const code = Number(text(value) ?? Number.NaN);
  return Number.isSafeInteger(code) && code > 0 ? code : null;
}

/** Details of direct messages quote the number of the older API. */
function codeIn(words: string): number | null {
  const found = /\bcode:?\s*(\d{2,3})\b|\((\d{2,3})\)/i.exec(words);
  return codeOf(found?.[1] ?? found?.[2]);
}
