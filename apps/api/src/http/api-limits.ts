import { defaultLimits, type QueryLimits } from '../graphql/limits';
import { socketLimits, type SocketLimits } from '../live/live-socket';

/** How much one caller may take. */
export interface ApiLimits {
  readonly query: QueryLimits;
  readonly sockets: SocketLimits;
  /** An operation is given up after so long. Milliseconds. */
  readonly timeoutMs: number;
}

export const apiLimits: ApiLimits = { query: defaultLimits, sockets: socketLimits, timeoutMs: 20_000 };
