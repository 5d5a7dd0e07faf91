import {
  AccountHeld,
  ConnectorError,
  RateLimited,
  Refused,
  type ConnectorAccount,
  type InboundEvent,
} from '@app/channel';
import type { Database, Job, Jobs } from '@app/runtime';
import type { Accounts } from '../accounts';
import type { Intake } from '../intake';

export interface ErrandParts {
  readonly database: Database;
  readonly accounts: Accounts;
  readonly intake: Intake;
  readonly jobs: Jobs;
}

/** Something asked of a platform beside sending. What came of it goes to the inbox as events. */
export interface Errand {
  /** External id of the message it is about: nothing is asked about one that was erased. */
  readonly about?: string;
  /** Throws what a connector throws. */
  ask(account: ConnectorAccount, signal: AbortSignal): Promise<readonly InboundEvent[]>;
  /** What there is to tell when it is refused or given up; `problem` is in words for an agent. */
  failed(problem: string): readonly InboundEvent[];
}

/** Attempts before an errand is given up; with the back-off of jobs more than an hour. */
export const ERRAND_ATTEMPTS = 14;
/** Longest one errand may take, milliseconds. */
const LIMIT_MS = 120_000;

/** Runs an errand and ends its job, or lets it come again: later where the platform asks for patience, else by its back-off. */
export async function runErrand(
  parts: ErrandParts,
  job: Job<{ readonly accountId: string }>,
  errand: Errand,
): Promise<void> {
  const { database, accounts, intake } = parts;
  const row = await accounts.find(job.payload.accountId);
  const erased = row !== undefined && errand.about !== undefined && (await intake.isErased(row.id, errand.about));
  if (row === undefined || erased) return;
  const { pausedUntil, pauseReason } = row;
  if (pauseReason !== '' && pausedUntil !== null && pausedUntil > database.clock.now()) {
    return database.transaction('system', (tx) => job.postpone(tx, pausedUntil, 'RATE_LIMITED'));
  }
  let events: readonly InboundEvent[];
  try {
    const signal = AbortSignal.any([job.signal, AbortSignal.timeout(LIMIT_MS)]);
    events = await errand.ask(await accounts.open(row.id), signal);
  } catch (error) {
    if (error instanceof RateLimited) {
      return database.transaction('system', async (tx) => {
        if (error.scope === 'app') await accounts.pause(tx, row.id, error);
        await job.postpone(tx, error.until, 'RATE_LIMITED');
      });
    }
    const refused = error instanceof Refused || error instanceof AccountHeld;
    if (!refused && job.attempt < ERRAND_ATTEMPTS) throw error;
    events = errand.failed(error instanceof ConnectorError ? error.message : 'It failed by a fault of Evenhand.');
  }
  await database.transaction('system', async (tx) => {
    await intake.append(tx, row, events);
    await job.complete(tx);
  });
}

/** An id within the bounds of events, however long what it is made of. */
export function errandId(what: string, of: string): string {
  return `${what}:${of}`.slice(0, 998);
}
