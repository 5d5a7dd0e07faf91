import type { MessengerPlatform } from '../platform';
import type { Act } from './words';

const HOUR = 3_600_000;

/** The switches of the page. */
export const PAGE_ACTS: Readonly<Record<Act, (simulator: MessengerPlatform, pageId: string) => void>> = {
  'expire-token': (simulator, pageId) => {
    for (const token of Array.from(simulator.world.tokens.values())) {
      if (token.pageId === pageId && token.invalid === undefined) simulator.expireToken(token.id);
    }
  },
  'break-webhooks': (simulator) => simulator.faults.set({ ...simulator.faults.get(), webhooks: [{ kind: 'cut' }] }),
  'heal-webhooks': (simulator) => simulator.faults.set({ ...simulator.faults.get(), webhooks: [] }),
  unsubscribe: (simulator, pageId) => {
    const { subscriptions } = simulator.world.page(pageId);
    for (const appId of Object.keys(subscriptions)) simulator.unsubscribePage(appId, pageId);
  },
  'advance-hour': (simulator) => simulator.world.clock.advance(61 * 60_000),
  'advance-day': (simulator) => simulator.world.advance(25 * HOUR),
  'advance-week': (simulator) => simulator.world.advance(7 * 24 * HOUR),
  'policy-warning': (simulator, pageId) => simulator.policy(pageId, 'warning', 'Too many people hid these messages'),
  'policy-block': (simulator, pageId) => simulator.policy(pageId, 'block', 'Too many people hid these messages'),
  'policy-unblock': (simulator, pageId) => simulator.policy(pageId, 'unblock'),
  'graph-down': (simulator) => simulator.faults.set({ ...simulator.faults.get(), graph: [{ kind: 'html' }] }),
  'graph-silent': (simulator) =>
    simulator.faults.set({
      ...simulator.faults.get(),
      graph: [{ kind: 'no-answer', on: '/messages', often: 1 }],
    }),
  'graph-heal': (simulator) => simulator.faults.set({ ...simulator.faults.get(), graph: [] }),
};
