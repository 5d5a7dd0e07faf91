import { LIMITS } from '../limits';
import { DAY, HOUR, MINUTE } from '../world';
import type { PushingPlatform } from '../pushing-platform';
import type { Act } from './words';

/** The switches of the page. */
export const PAGE_ACTS: Readonly<Record<Act, (simulator: PushingPlatform, handleId: string) => void>> = {
  'expire-tokens': (simulator, handleId) => simulator.expireTokens(handleId),
  revoke: (simulator, handleId) => {
    for (const appId of appsOf(simulator)) simulator.revoke(handleId, appId);
  },
  outage: (simulator) => simulator.outage(10 * MINUTE),
  'outage-end': (simulator) => simulator.outage(0),
  'limit-writes': (simulator) => exhaust(simulator, /^POST \/2\/(tweets|dm_conversations)/),
  'limit-reads': (simulator) => exhaust(simulator, /^GET \/2\/(users\/:id\/|tweets|dm_events|dm_conversations)/),
  'credit-out': (simulator) => {
    for (const appId of appsOf(simulator)) simulator.setCredit(appId, 0);
  },
  'credit-back': (simulator) => {
    for (const appId of appsOf(simulator)) simulator.setCredit(appId, null);
  },
  'summoned-on': (simulator) => simulator.setRules({ summonedOnly: true }),
  'summoned-off': (simulator) => simulator.setRules({ summonedOnly: false }),
  'break-webhooks': (simulator) => simulator.setFaults({ webhooks: [{ kind: 'cut' }] }),
  'heal-webhooks': (simulator) => simulator.setFaults({ webhooks: [] }),
  'stall-streams': (simulator) => simulator.setFaults({ webhooks: [{ kind: 'stall' }] }),
  'api-down': (simulator) => simulator.setFaults({ calls: [{ kind: 'html' }] }),
  'api-silent': (simulator) =>
    simulator.setFaults({
      calls: ['POST /2/tweets', 'POST /2/dm_conversations'].map((on) => ({ kind: 'answer-503', on, often: 1 })),
    }),
  'api-heal': (simulator) => simulator.setFaults({ calls: [] }),
  'advance-quarter': (simulator) => simulator.world.advance(16 * MINUTE),
  'advance-day': (simulator) => simulator.world.advance(25 * HOUR),
  'advance-month': (simulator) => simulator.world.advance(31 * DAY),
};

function appsOf({ world }: PushingPlatform): string[] {
  return Array.from(world.apps.values(), ({ id }) => id);
}

function exhaust(simulator: PushingPlatform, which: RegExp): void {
  for (const endpoint of Object.keys(LIMITS)) {
    if (which.test(endpoint)) simulator.api.limits.exhaust(endpoint, 15 * MINUTE);
  }
}
