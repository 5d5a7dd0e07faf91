import type { Request } from 'express';
import { readBody, type RequestBody, type UploadedFile } from '../../messenger/request-body';
import type { App, User } from '../model';
import { forbidden, invalid, Problem } from './problem';

/** In whose name a call is made. */
export interface Caller {
  readonly kind: 'app' | 'oauth2' | 'oauth1';
  readonly app: App;
  /** None: the app for itself. */
  readonly user?: User;
  readonly scopes: readonly string[];
}

/** A call of the API: its route's parameters, its query, its body, and in whose name it is made. */
export class Call {
  caller: Caller | undefined;

  private constructor(
    readonly request: Request,
    readonly method: string,
    /** Without query, as it was called: what OAuth 1.0a signs. */
    readonly url: string,
    readonly params: Readonly<Record<string, string>>,
    readonly query: Readonly<Record<string, string>>,
    private readonly body: RequestBody,
  ) {}

  /** @throws Problem 400 for a body that cannot be read. */
  static async read(request: Request, params: Readonly<Record<string, string>>): Promise<Call> {
    const url = `${request.protocol}://${request.headers.host}${request.originalUrl.split('?', 1)[0]}`;
    const query = Object.fromEntries(new URLSearchParams(request.originalUrl.split('?')[1] ?? ''));
    try {
      const body = await readBody(request.body, request.headers['content-type']);
      return new Call(request, request.method, url, params, query, body);
    } catch (cause) {
      throw Object.assign(invalid('body', '', 'The request body could not be read.'), { cause });
    }
  }

  /** Fields of the body. */
  get fields(): Readonly<Record<string, unknown>> {
    return this.body.fields;
  }

  get file(): UploadedFile | undefined {
    return this.body.file;
  }

  /** Whether the body's fields count for an OAuth 1.0a signature: those of a form only. */
  get isForm(): boolean {
    return (this.request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  }

  /** The caller, once it is known. */
  get who(): Caller {
    if (!this.caller) throw new Error('Nobody has been asked who calls.');
    return this.caller;
  }

  /** The user in whose name the call is made. */
  get user(): User {
    const { user } = this.who;
    if (!user) throw forbidden();
    return user;
  }

  /** A parameter of the route that must be an id. */
  id(name = 'id'): string {
    const value = this.params[name] ?? '';
    if (/^\d{1,19}$/.test(value)) return value;
    throw invalid(name, value, `The \`${name}\` query parameter value [${value}] is not valid`);
  }

  /** A whole number of the query. */
  number(name: string, least: number, most: number, fallback: number): number {
    const text = this.query[name];
    if (text === undefined) return fallback;
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw invalid(name, text, `The \`${name}\` query parameter value [${text}] is not between ${least} and ${most}`);
  }

  /** A time of the query, in milliseconds. */
  time(name: string): number | undefined {
    const text = this.query[name];
    if (text === undefined) return undefined;
    const value = Date.parse(text);
    if (Number.isFinite(value) && /^\d{4}-\d{2}-\d{2}T/.test(text)) return value;
    throw invalid(name, text, `The \`${name}\` query parameter value [${text}] is not a valid time (RFC 3339)`);
  }

  /** An id of the query. */
  queriedId(name: string): string | undefined {
    const value = this.query[name];
    if (value === undefined || /^\d{1,19}$/.test(value)) return value;
    throw invalid(name, value, `The \`${name}\` query parameter value [${value}] is not a valid id`);
  }

  /** A list of the query, separated by commas. */
  list(name: string): string[] {
    return (this.query[name] ?? '').split(',').filter((part) => part !== '');
  }

  /** A text of the body. */
  text(name: string): string | undefined {
    const value = this.fields[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') return value;
    throw invalid(name, value, `$.${name}: a string is expected`);
  }

  /** An object of the body. */
  object(name: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.fields[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
    throw invalid(name, value, `$.${name}: an object is expected`);
  }
}

/** Whether an error is an answer. */
export function isProblem(error: unknown): error is Problem {
  return error instanceof Problem;
}
