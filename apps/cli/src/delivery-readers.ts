import type { RawDelivery, ReadResult } from '@app/channel';
import * as messenger from '../../connector-messenger/src';
import * as x from '../../connector-x/src';

/** What an operator says of the files. */
export interface DeliveryFacts {
  /** Our app, by which our own messages are known; empty where it is not known. */
  readonly appId: string;
  /** Whose the files are that name nobody; empty where it is not known. */
  readonly account: string;
}

/** How the deliveries of a channel are read without a database. */
export interface DeliveryReader {
  /** The accounts that a body concerns. */
  addresses(raw: Buffer): readonly string[];
  /** @param address of the account; empty: nobody's. */
  read(delivery: RawDelivery, address: string, facts: DeliveryFacts): ReadResult;
}

/** By the channel's name. */
export const DELIVERY_READERS = {
  messenger: {
    addresses: messenger.addressesIn,
    read: (delivery, address, { appId }) =>
      messenger.readDelivery(delivery, { address }, { appId, pageInboxAppIds: messenger.PAGE_INBOX_APP_IDS }),
  },
  x: {
    addresses: x.addressesIn,
    read: (delivery, address) => x.readDelivery(delivery, { userId: address, username: '' }),
  },
} as const satisfies Record<string, DeliveryReader>;

export type ReadableChannel = keyof typeof DELIVERY_READERS;
