import { readOffers, readQueuePlaces, readWaits } from '@app/inbox';
import { byId, byKey } from '../graphql/batch';
import type { ReadTransaction } from '../graphql/read-transaction';

export function queueLoaders(reads: ReadTransaction) {
  return {
    waits: byId((ids) => reads.run((tx) => readWaits(tx, ids))),
    queuePlaces: byKey((ids) => reads.run((tx) => readQueuePlaces(tx, ids))),
    offers: byId((ids) => reads.run((tx) => readOffers(tx, ids))),
  };
}
