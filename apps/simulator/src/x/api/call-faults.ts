import type { HowOften } from '../../messenger/faults';
import type { Random } from '../../messenger/random';

/** What befalls a call of the API. */
export interface CallFault {
  kind:
    /** A problem of `status` (default 503) and `detail`; nothing is done. */
    | 'problem'
    /** HTTP 503 with a page of HTML, or with nothing; nothing is done. */
    | 'html'
    | 'empty-body'
    /** 401 although the token is fine. */
    | 'unauthorized'
    /** 429 from the edge, without headers; nothing is done. */
    | 'edge-limit'
    /** The connection is cut before anything is done. */
    | 'reset'
    /** Done, then the connection is cut instead of an answer. */
    | 'no-answer'
    /** Done, then HTTP 503. */
    | 'answer-503'
    /** Done, then the answer ends in its middle. */
    | 'half-answer'
    /** Done, and the answer waits until those who listen have been told. */
    | 'pushed-first'
    /** Answers after `ms` of real time. */
    | 'slow'
    /** A list gives fewer rows than it has, or none, and goes on. */
    | 'short-page'
    | 'empty-page';
  /** Default: true. */
  often?: HowOften;
  /** Only for calls whose endpoint (`GET /2/users/:id/mentions`) has this in it. */
  on?: string;
  ms?: number;
  status?: number;
  detail?: string;
}

const KINDS: readonly string[] =
  'problem html empty-body unauthorized edge-limit reset no-answer answer-503 half-answer pushed-first slow short-page empty-page'.split(' '); // prettier-ignore

/** The faults of calls in force. Chance comes by a seed of its own, so that the same faults strike in the same order. */
export class CallFaults {
  private current: CallFault[] = [];

  constructor(private readonly random: Random) {}

  /** Replaces all of them: `[]` heals. @throws RangeError that names what is wrong. */
  set(faults: readonly CallFault[]): void {
    this.current = checkCallFaults(faults);
  }

  /** Those in force; counts go down as they strike. */
  get(): readonly CallFault[] {
    return this.current;
  }

  /** The first fault that happens now to a call of this endpoint, counted down. */
  strike(endpoint: string): CallFault | undefined {
    return this.current.find((fault) => (fault.on === undefined || endpoint.includes(fault.on)) && this.happens(fault));
  }

  private happens(fault: CallFault): boolean {
    const { often = true } = fault;
    if (typeof often === 'boolean') return often;
    if (typeof often === 'object') return this.random.next() < often.rate;
    if (often <= 0) return false;
    fault.often = often - 1;
    return true;
  }
}

/** Checks faults that came from outside. */
export function checkCallFaults(given: unknown): CallFault[] {
  if (!Array.isArray(given) || given.length > 100) {
    throw new RangeError('Faults: "calls" must be a list, 100 at most, such as [{"kind": "html", "often": 3}].');
  }
  for (const [n, fault] of (given as unknown[]).entries()) {
    const where = `calls[${n}]`;
    if (typeof fault !== 'object' || fault === null) throw new RangeError(`Faults: "${where}" must be an object.`);
    const { kind, often, on, ms, status } = fault as Record<string, unknown> & { often?: { rate?: unknown } | null };
    if (!KINDS.includes(kind as string)) throw new RangeError(`Faults: "${where}.kind" must be one of ${KINDS.join(', ')}.`); // prettier-ignore
    if (on !== undefined && typeof on !== 'string') throw new RangeError(`Faults: "${where}.on" must be a text.`);
    if (ms !== undefined) within(`${where}.ms`, ms, 0, 600_000);
    if (status !== undefined) within(`${where}.status`, status, 400, 599);
    if (often === undefined || typeof often === 'boolean') continue;
    if (typeof often === 'number') within(`${where}.often`, often, 0, 1_000_000);
    else within(`${where}.often.rate`, often?.rate, 0, 1);
  }
  return structuredClone(given) as CallFault[];
}

function within(name: string, value: unknown, least: number, most: number): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  throw new RangeError(`Faults: "${name}" must be a number from ${least} to ${most}.`);
}
