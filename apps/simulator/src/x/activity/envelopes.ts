import { randomUUID } from 'node:crypto';
import type { Random } from '../../messenger/random';
import type { ActivitySubscription } from '../model';
import { wireJson } from './wire-json';

/** What an event of the X Activity API tells, before it is anybody's. */
export interface Told {
  eventType: string;
  payload: unknown;
  includes?: Record<string, unknown>;
}

/** An event for one subscription, as it goes on the wire. */
export function activityEnvelope(
  { eventType, payload, includes }: Told,
  { filter, tag }: Pick<ActivitySubscription, 'filter' | 'tag'>,
  uuid: string,
): string {
  return wireJson({
    data: {
      event_uuid: uuid,
      filter,
      event_type: eventType,
      ...(tag !== undefined && { tag }),
      payload,
      ...(includes && { includes }),
    },
  });
}

/** An id as X gives events: mostly a 64-bit number, half of them negative; here and there a UUID. */
export function eventUuid(random: Random): string {
  if (random.below(8) === 0) return randomUUID();
  const bits = BigInt(random.below(2 ** 31)) * 2n ** 32n + BigInt(random.below(2 ** 32));
  return (random.below(2) === 0 ? bits : -bits).toString();
}

/** An event of the old Account Activity API for one user. */
export function accountEnvelope(userId: string | undefined, event: Record<string, unknown>): string {
  return wireJson({ ...(userId !== undefined && { for_user_id: userId }), ...event });
}
