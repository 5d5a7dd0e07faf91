import {
  inboundEvent,
  MalformedPayload,
  Transient,
  UnsupportedEvent,
  type Connector,
  type ConnectorAccount,
  type InboundEvent,
  type RawDelivery,
  type ReadResult,
} from '@app/channel';
import type { Logger } from '@app/runtime';

/** What became of reading one delivery; the state under which it is kept. */
export interface ReadDelivery {
  readonly delivery: RawDelivery;
  readonly state: 'read' | 'ignored' | 'unreadable';
  /** Why it could not be read, in words for an operator. */
  readonly problem: string | null;
  readonly result: ReadResult;
  /** The app of ours by which it came, where it was pushed. */
  readonly appId?: string;
}

const NOTHING: ReadResult = { events: [], reach: [], unsupported: [] };
/** Reads under way at once; the connector's own workers bound the rest. */
const CONCURRENCY = 8;
/** Of a fault, in the log. */
const MAX_FRAMES = 10;

/**
 * Reads deliveries. Whatever a delivery holds, it ends in a state under which it is kept: bad bytes, and faults of our
 * own in reading them, never stop what stands behind them.
 * @throws Transient when the means of reading fail (a full disk); nothing is wrong with the delivery then.
 */
export async function readDeliveries(
  connector: Connector,
  account: ConnectorAccount,
  deliveries: readonly RawDelivery[],
  logger: Logger,
): Promise<ReadDelivery[]> {
  const results: ReadDelivery[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < deliveries.length; i = next++) {
      results[i] = await readOne(connector, account, deliveries[i]!, logger);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, deliveries.length) }, worker));
  return results;
}

async function readOne(
  connector: Connector,
  account: ConnectorAccount,
  delivery: RawDelivery,
  logger: Logger,
): Promise<ReadDelivery> {
  try {
    const result = await connector.read(delivery, account);
    const wrong = firstWrong(result.events);
    if (wrong !== undefined) {
      logger.error('an event was read in a shape that nobody takes', { accountId: account.id, fault: wrong });
      return unreadable(delivery, `it was read wrongly (${wrong}); this is a fault of Evenhand`);
    }
    if (result.unreadable !== undefined) {
      return { delivery, state: 'unreadable', problem: result.unreadable.slice(0, 500), result };
    }
    return { delivery, state: result.events.length > 0 ? 'read' : 'ignored', problem: null, result };
  } catch (error) {
    if (error instanceof Transient) throw error;
    if (error instanceof UnsupportedEvent) return { delivery, state: 'ignored', problem: null, result: NOTHING };
    if (error instanceof MalformedPayload) return unreadable(delivery, error.message);
    logger.error('reading a delivery failed by a fault of ours', { accountId: account.id, ...faultIn(error) });
    return unreadable(delivery, 'reading it failed by a fault of Evenhand; the log has the details');
  }
}

/** Where it failed. Not its message: that may repeat what was read, which may tell of fame. */
function faultIn(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { fault: typeof error };
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return { fault: error.name, stack: frames.slice(0, MAX_FRAMES).join('\n') };
}

function unreadable(delivery: RawDelivery, problem: string): ReadDelivery {
  return { delivery, state: 'unreadable', problem: problem.slice(0, 500), result: NOTHING };
}

function firstWrong(events: readonly InboundEvent[]): string | undefined {
  for (const event of events) {
    const checked = inboundEvent.safeParse(event);
    if (!checked.success) {
      const issue = checked.error.issues[0];
      return `${event.kind}.${issue?.path.join('.') ?? ''}: ${issue?.code ?? 'invalid'}`;
    }
  }
  return undefined;
}
