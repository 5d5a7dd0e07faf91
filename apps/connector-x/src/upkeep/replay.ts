import { Refused } from '@app/channel';
import type { XClient } from '../client';
import type { XApp } from '../config';

const MINUTE = 60_000;
/** X replays what is at least this old at its beginning, */
const FROM_AT_LEAST_MS = 31 * MINUTE;
/** not older than this, */
const FROM_AT_MOST_MS = 24 * 60 * MINUTE;
/** and at its end at least this old. */
const TO_AT_LEAST_MS = 10 * MINUTE;

/** From when to when X is asked to deliver again. */
export interface Replay {
  readonly from: Date;
  readonly to: Date;
}

/**
 * What is worth asking for after a time in which nothing of what X delivers may have come: undefined where the gap is too short for
 * X, whose own repeats and our polling close it then.
 * @param heardAt when X was last known to deliver to us.
 */
export function replayAfter(heardAt: Date, now: Date): Replay | undefined {
  if (now.getTime() - heardAt.getTime() <= FROM_AT_LEAST_MS) return undefined;
  // a minute inside X's limits: the call takes a while, and X counts whole minutes
  const from = Math.max(heardAt.getTime(), now.getTime() - FROM_AT_MOST_MS + MINUTE);
  return { from: new Date(from), to: new Date(now.getTime() - TO_AT_LEAST_MS - MINUTE) };
}

/** Asks X to deliver again. @returns false where X refuses, such as when another handle of the app has asked already. */
export async function askReplay(
  client: Pick<XClient, 'asApp'>,
  app: XApp,
  webhookId: string,
  { from, to }: Replay,
  signal: AbortSignal,
): Promise<boolean> {
  const json = { webhook_id: webhookId, from_date: minuteOf(from), to_date: minuteOf(to) };
  const endpoint = 'POST /2/webhooks/replay';
  try {
    await client.asApp(app, { method: 'POST', path: '/2/webhooks/replay', endpoint, json, signal });
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

/** As X writes minutes: `yyyymmddHHMM`, UTC. */
function minuteOf(at: Date): string {
  return at.toISOString().slice(0, 16).replaceAll(/\D/g, '');
}
