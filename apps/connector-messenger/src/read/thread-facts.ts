import { idOf, millisOf } from '@app/connector-host';
import { keyOf } from './keys';
import type { PrivateUpdate } from './private-update';
import type { OwnApp, Reading } from './reading';

/** What we wrote before the watermark has reached the customer. Often the only time there is. */
export function readDelivered(update: PrivateUpdate, reading: Reading): void {
  const upTo = watermark(update);
  if (upTo !== undefined) tellReceipt(update, 'deliveredUpTo', upTo, reading);
  else reading.malformed(update.where);
}

/** What we wrote up to the watermark was read; without one, what was there when it was read. */
export function readRead(update: PrivateUpdate, reading: Reading): void {
  const upTo = watermark(update) ?? update.ownTime;
  if (upTo !== undefined) tellReceipt(update, 'readUpTo', upTo, reading);
  else reading.malformed(update.where);
}

function watermark({ body }: PrivateUpdate): number | undefined {
  return millisOf(body['watermark']);
}

function tellReceipt(
  { person, kind, ownTime, byPage, where }: PrivateUpdate,
  what: 'deliveredUpTo' | 'readUpTo',
  upTo: number,
  reading: Reading,
): void {
  if (person === undefined) return reading.malformed(where);
  // that we read what a customer wrote is nothing to tell
  if (byPage) return;
  reading.add({
    kind: 'thread',
    externalId: keyOf(kind, person, upTo),
    threadKey: person,
    at: new Date(ownTime ?? upTo).toISOString(),
    [what]: new Date(upTo).toISOString(),
  });
}

/** The thread was handed from one program to another; without a new owner it is idle. */
export function readOwner({ body, person, kind, at, where }: PrivateUpdate, reading: Reading, app: OwnApp): void {
  if (person === undefined) return reading.malformed(where);
  const owner = idOf(body['new_owner_app_id']);
  reading.add({
    kind: 'thread',
    externalId: keyOf(kind, person, at, owner),
    threadKey: person,
    at: new Date(at).toISOString(),
    handledBy: {
      who: owner === undefined ? 'nobody' : owner === app.appId ? 'us' : 'other',
      app: owner !== undefined && app.pageInboxAppIds.includes(owner) ? 'page-inbox' : (owner ?? '').slice(0, 200),
    },
  });
}
