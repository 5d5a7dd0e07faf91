import type { IncomingHttpHeaders } from 'node:http';
import { field, text } from './answer';

/** Words of the platform that we repeat are cut here. */
const MAX_WORDS = 300;

/** What Graph said was wrong, as it said it; secrets taken out. The `cause` of the connector error that is made of it. */
export class GraphError extends Error {
  constructor(
    /** HTTP status. Mostly 400, whatever it is about: `code` and `subcode` tell what happened. */
    readonly status: number,
    readonly code: number,
    /** Null where there is none. */
    readonly subcode: number | null,
    /** Meta's own words, cut. */
    readonly words: string,
    /** Meta says that the same call may succeed later. */
    readonly transient: boolean,
    /** `fbtrace_id`, by which Meta's support finds the call; empty where there is none. */
    readonly trace: string,
  ) {
    super(`${code}${subcode === null ? '' : `/${subcode}`}: ${words}`);
    this.name = 'GraphError';
  }

  /** As the sheet of error codes writes it: `10/2018278`, or `190`. */
  get key(): string {
    return this.subcode === null ? String(this.code) : `${this.code}/${this.subcode}`;
  }
}

/** The Graph error behind an error of the client, if Graph gave one. */
export function graphErrorOf(error: unknown): GraphError | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof GraphError ? cause : undefined;
}

/** Reads the `error` of an answer; undefined where the answer holds none. Numbers may come as text. */
export function readGraphError(
  status: number,
  headers: IncomingHttpHeaders,
  body: unknown,
  redact: (text: string) => string,
): GraphError | undefined {
  const error = field(body, 'error');
  const code = whole(field(error, 'code'));
  if (code === null) return undefined;
  const words = text(field(error, 'message')) ?? text(field(error, 'error_user_msg')) ?? '';
  const trace = text(field(error, 'fbtrace_id')) ?? text(headers['x-fb-trace-id']) ?? '';
  return new GraphError(
    status,
    code,
    whole(field(error, 'error_subcode')),
    redact(words).replace(/\s+/g, ' ').trim().slice(0, MAX_WORDS),
    field(error, 'is_transient') === true,
    redact(trace).slice(0, 100),
  );
}

function whole(value: unknown): number | null {
  const number = Number(text(value));
  return Number.isSafeInteger(number) ? number : null;
}
