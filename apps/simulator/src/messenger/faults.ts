import type { Random } from './random';

/** How often a fault happens: `true` until it is taken back, a number that many times, `{rate}` by chance (0 to 1). */
export type HowOften = boolean | number | { rate: number };

interface Fault {
  /** Default: true. */
  often?: HowOften;
  /** Only for webhooks of this field, Graph calls with this in their path, files whose id this is. */
  on?: string;
}

/** What befalls a delivery on its way to the receiver. */
export interface WebhookFault extends Fault {
  kind:
    /** Never reaches the receiver: a failure, tried again. */
    | 'cut'
    /** The connection ends in the middle of the body: a failure, tried again. */
    | 'half-body'
    /** Half of the body, complete and signed as if it were all; the right one follows. */
    | 'truncated'
    /** Is never sent, and nobody is told: what happened while webhooks were off. */
    | 'lose'
    /** Comes `ms` of product time later. */
    | 'delay'
    /** Others that came after it overtake it, of the same conversation too. */
    | 'reorder'
    /** The same body comes again after it was accepted. */
    | 'duplicate'
    /** The same body on two connections at once. */
    | 'twice'
    /** The same update comes again in another body. */
    | 'repeat'
    /** An entry without anything and one with an unknown key stand beside the right ones. */
    | 'odd-entries'
    /** In the form of the dashboard's test button: as a change whose value is the messaging element. */
    | 'test-form'
    /** The body trickles in for `ms` of real time. */
    | 'slow-body'
    | 'wrong-secret'
    | 'no-signature'
    /** SHA-1 alone. */
    | 'sha1-only'
    | 'upper-case-signature'
    /** One byte of the body is another than was signed. */
    | 'changed-byte';
  ms?: number;
}

/** What befalls a call of the Graph API. */
export interface GraphFault extends Fault {
  kind:
    /** The error object of `code` and `subcode`; nothing is done. */
    | 'error'
    /** HTTP 500 with a page of HTML; nothing is done. */
    | 'html'
    /** The connection is cut before anything is done. */
    | 'reset'
    /** Done, then the connection is cut instead of an answer. */
    | 'no-answer'
    /** Done, then HTTP 500 with a page of HTML. */
    | 'answer-500'
    /** Done, then the answer ends in its middle. */
    | 'half-answer'
    /** Done, and the answer waits until the echo was delivered. */
    | 'echo-first'
    /** Answers after `ms` of real time. */
    | 'slow'
    /** A list gives fewer rows than it has, or none, and goes on. */
    | 'short-page'
    | 'empty-page';
  ms?: number;
  code?: number;
  subcode?: number;
  status?: number;
  message?: string;
}

/** What befalls whoever fetches a file. */
export interface FileFault extends Fault {
  kind:
    | 'expired'
    | 'gone'
    | 'redirect'
    /** Redirects to an address inside: the metadata server of a cloud. */
    | 'redirect-inside'
    | 'endless-redirect'
    /** Says `image/png` whatever it is. */
    | 'lie'
    /** Goes on past every limit, without saying how long it is. */
    | 'huge'
    /** A byte each second. */
    | 'slow'
    | 'cut'
    | 'server-error';
}

/** What the platform does wrong. Every fault is honest about the messages: what was accepted is in the truth. */
export interface MessengerFaults {
  webhooks?: WebhookFault[];
  graph?: GraphFault[];
  files?: FileFault[];
  /** Updates in one delivery at most; default 1, most 1,000. */
  batch?: number;
  /**
   * Share of the limits used, in percent, as the usage headers tell it; grows by `climb` with each call. At 100 calls are refused
   * with 80006 until `regainMinutes` of product time have passed.
   */
  usage?: { percent: number; climb?: number; regainMinutes?: number };
}

type FaultOf<K extends keyof typeof KINDS> = NonNullable<MessengerFaults[K]>[number];

/** Faults of a call as a whole; the others are of a list. */
export const CALL_FAULTS = [
  'error',
  'html',
  'reset',
  'no-answer',
  'answer-500',
  'half-answer',
  'echo-first',
  'slow',
] as const satisfies GraphFault['kind'][];

export const FILE_FAULTS = [
  'expired',
  'gone',
  'redirect',
  'redirect-inside',
  'endless-redirect',
  'lie',
  'huge',
  'slow',
  'cut',
  'server-error',
] as const satisfies FileFault['kind'][];

const KINDS: Readonly<Record<'webhooks' | 'graph' | 'files', readonly string[]>> = {
  webhooks: (
    'cut half-body truncated lose delay reorder duplicate twice repeat odd-entries test-form slow-body ' +
    'wrong-secret no-signature sha1-only upper-case-signature changed-byte'
  ).split(' '),
  graph: [...CALL_FAULTS, 'short-page', 'empty-page'],
  files: FILE_FAULTS,
};

/** The faults in force. Chance comes by a seed of its own, so that the same faults strike in the same order. */
export class Faults {
  private current: MessengerFaults = {};

  constructor(private readonly random: Random) {}

  /** Replaces all of them: `{}` heals. Throws a RangeError that names what is wrong. */
  set(faults: MessengerFaults): void {
    this.current = checkFaults(faults);
  }

  /** Those in force; counts go down as they strike. */
  get(): Readonly<MessengerFaults> {
    return this.current;
  }

  /** The first fault of these kinds that happens now to the thing of this name, counted down. */
  strike<K extends 'webhooks' | 'graph' | 'files'>(
    where: K,
    name: string,
    kinds: readonly FaultOf<K>['kind'][],
  ): FaultOf<K> | undefined {
    for (const fault of (this.current[where] ?? []) as FaultOf<K>[]) {
      if (!kinds.includes(fault.kind)) continue;
      if (fault.on !== undefined && !name.includes(fault.on)) continue;
      if (this.happens(fault)) return fault;
    }
    return undefined;
  }

  private happens(fault: Fault): boolean {
    const { often = true } = fault;
    if (typeof often === 'boolean') return often;
    if (typeof often === 'object') return this.random.next() < often.rate;
    if (often <= 0) return false;
    fault.often = often - 1;
    return true;
  }
}

/** Checks faults that came from outside. */
export function checkFaults(given: unknown): MessengerFaults {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new RangeError('Faults: expected an object such as {"webhooks": [{"kind": "cut", "often": 3}]}.');
  }
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    if (name === 'webhooks' || name === 'graph' || name === 'files') checkList(name, value);
    else if (name === 'batch') expectNumber(name, value, 1, 1_000);
    else if (name === 'usage') {
      const { percent, climb = 0, regainMinutes = 0 } = fieldsOf(name, value);
      expectNumber('usage.percent', percent, 0, 1_000);
      expectNumber('usage.climb', climb, 0, 1_000);
      expectNumber('usage.regainMinutes', regainMinutes, 0, 100_000);
    } else throw new RangeError(`Faults: "${name}" is unknown. Known: webhooks, graph, files, batch, usage.`);
  }
  return structuredClone(given);
}

function checkList(name: keyof typeof KINDS, value: unknown): void {
  if (!Array.isArray(value) || value.length > 100)
    throw new RangeError(`Faults: "${name}" must be a list, 100 at most.`);
  for (const [n, fault] of (value as unknown[]).entries()) {
    const where = `${name}[${n}]`;
    const { kind, often, ms, on } = fieldsOf(where, fault);
    const kinds: readonly unknown[] = KINDS[name];
    if (!kinds.includes(kind)) throw new RangeError(`Faults: "${where}.kind" must be one of ${kinds.join(', ')}.`);
    if (on !== undefined && typeof on !== 'string') throw new RangeError(`Faults: "${where}.on" must be a text.`);
    if (ms !== undefined) expectNumber(`${where}.ms`, ms, 0, 30 * 86_400_000);
    if (often === undefined || typeof often === 'boolean') continue;
    if (typeof often === 'number') expectNumber(`${where}.often`, often, 0, 1_000_000);
    else expectNumber(`${where}.often.rate`, fieldsOf(`${where}.often`, often)['rate'], 0, 1);
  }
}

function expectNumber(name: string, value: unknown, least: number, most: number): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  throw new RangeError(`Faults: "${name}" must be a number from ${least} to ${most}.`);
}

function fieldsOf(name: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new RangeError(`Faults: "${name}" must be an object.`);
}
