import type { Response } from 'express';
import type { Charge } from '../credits';
import type { Call } from './call';
import type { CallFault } from './call-faults';

/** What a route answers with. */
export interface Answer {
  /** Default 200. */
  readonly status?: number;
  /** As JSON; a Buffer as it is. */
  readonly body: unknown;
  /** Of a Buffer. */
  readonly mime?: string;
  readonly charges?: readonly Charge[];
  /** Takes the response over, after the status and the headers are set (a stream). `body` is not sent then. */
  readonly stream?: (response: Response) => void;
}

/** One thing the API can do. */
export interface Route {
  /** `GET /2/users/:id/mentions`: what is called, and the bucket of its limits. */
  readonly endpoint: string;
  /** Who may call it. Empty: the route asks for itself. */
  readonly access: readonly ('app' | 'user')[];
  /** What a user must have allowed. */
  readonly scopes?: readonly string[];
  /** Costs nothing and goes on without credit. */
  readonly free?: boolean;
  handle(call: Call, fault: CallFault | undefined): Answer | Promise<Answer>;
}

/** One call of the API, for tests and for the page. No tokens, no secrets. */
export interface CallEntry {
  readonly at: number;
  readonly method: string;
  readonly endpoint: string;
  readonly path: string;
  readonly appId?: string;
  readonly userId?: string;
  readonly status: number;
  readonly problem?: string;
  readonly fault?: string;
  /** Millionths of a dollar. */
  readonly cost: number;
  /** Was called between a 429 and its reset. */
  readonly tooEarly: boolean;
}
