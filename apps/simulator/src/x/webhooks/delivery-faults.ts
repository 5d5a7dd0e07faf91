import type { HowOften } from '../../messenger/faults';
import type { Random } from '../../messenger/random';

/** What befalls what X pushes. */
export interface DeliveryFault {
  kind: WebhookFaultKind | StreamFaultKind;
  /** Default: true. */
  often?: HowOften;
  /** Only for events whose type has this in it, such as `dm.`. */
  on?: string;
  /** Of product time for `delay`, of real time for `slow-body`. */
  ms?: number;
}

/** What befalls a delivery on its way to the receiver. */
type WebhookFaultKind =
  /** Never reaches the receiver: a failure. */
  | 'cut'
  /** The connection ends in the middle of the body: a failure. */
  | 'half-body'
  /** Half of the body, complete and signed as if it were all; the right one follows. */
  | 'truncated'
  /** Is never sent, and nobody is told. */
  | 'lose'
  /** Comes `ms` of product time later. */
  | 'delay'
  /** Others that came after it overtake it. */
  | 'reorder'
  /** The same body comes again after it was accepted. */
  | 'duplicate'
  /** The same body on two connections at once. */
  | 'twice'
  | 'slow-body'
  | 'wrong-secret'
  | 'no-signature'
  /** The signature as hex. */
  | 'hex-signature'
  /** One byte of the body is another than was signed. */
  | 'changed-byte'
  /** An envelope of an unknown type stands before the right one. */
  | 'odd-event';

/** What befalls a stream. */
type StreamFaultKind =
  /** Nothing comes any more, no keep-alive either. */
  | 'stall'
  /** Says that it ends, then ends. */
  | 'operational-disconnect'
  /** The connection is cut in the middle of a line. */
  | 'stream-cut'
  /** This event is left out of the stream alone. */
  | 'stream-lose';

/** Faults that befall a single try of a delivery. */
export const ATTEMPT_FAULTS = [
  'cut',
  'half-body',
  'truncated',
  'duplicate',
  'twice',
  'slow-body',
  'wrong-secret',
  'no-signature',
  'hex-signature',
  'changed-byte',
  'odd-event',
] as const satisfies DeliveryFault['kind'][];

export const STREAM_FAULTS = [
  'stall',
  'operational-disconnect',
  'stream-cut',
  'stream-lose',
] as const satisfies DeliveryFault['kind'][];

const KINDS: readonly unknown[] = [...ATTEMPT_FAULTS, 'lose', 'delay', 'reorder', ...STREAM_FAULTS];
const MOST = 100;
const MONTH_MS = 30 * 86_400_000;

/** The faults of pushing that are in force. Chance comes by a seed, so that the same ones strike in the same order. */
export class DeliveryFaults {
  private current: DeliveryFault[] = [];

  constructor(private readonly random: Random) {}

  /** Replaces all of them: `[]` heals. Throws a RangeError that names what is wrong. */
  set(faults: unknown): void {
    this.current = checked(faults);
  }

  /** Those in force; counts go down as they strike. */
  get(): readonly DeliveryFault[] {
    return this.current;
  }

  /** The first fault of these kinds that happens now to an event of this type, counted down. */
  strike(eventType: string, kinds: readonly DeliveryFault['kind'][]): DeliveryFault | undefined {
    return this.current.find(
      (fault) =>
        kinds.includes(fault.kind) && (fault.on === undefined || eventType.includes(fault.on)) && this.happens(fault),
    );
  }

  private happens(fault: DeliveryFault): boolean {
    const { often = true } = fault;
    if (typeof often === 'boolean') return often;
    if (typeof often === 'object') return this.random.next() < often.rate;
    if (often <= 0) return false;
    fault.often = often - 1;
    return true;
  }
}

function checked(given: unknown): DeliveryFault[] {
  if (!Array.isArray(given) || given.length > MOST) {
    throw new RangeError(`Faults: "webhooks" must be a list, ${MOST} at most, such as [{"kind": "cut", "often": 3}].`);
  }
  for (const [n, fault] of (given as unknown[]).entries()) {
    const where = `webhooks[${n}]`;
    const { kind, often, on, ms } = (fault ?? {}) as Record<string, unknown>;
    if (!KINDS.includes(kind)) throw new RangeError(`Faults: "${where}.kind" must be one of ${KINDS.join(', ')}.`);
    if (on !== undefined && typeof on !== 'string') throw new RangeError(`Faults: "${where}.on" must be a text.`);
    if (ms !== undefined) within(`${where}.ms`, ms, MONTH_MS);
    if (often === undefined || typeof often === 'boolean') continue;
    if (typeof often === 'number') within(`${where}.often`, often, 1_000_000);
    else within(`${where}.often.rate`, Object.entries(often ?? {}).find(([name]) => name === 'rate')?.[1], 1);
  }
  return structuredClone(given) as DeliveryFault[];
}

function within(name: string, value: unknown, most: number): void {
  if (typeof value === 'number' && value >= 0 && value <= most) return;
  throw new RangeError(`Faults: "${name}" must be a number from 0 to ${most}.`);
}
