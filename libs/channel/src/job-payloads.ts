import { z } from 'zod';
import { channelKind } from './channel-kind';
import { outboundMessage } from './outbound-message';

/*
 * Jobs that cross from one process to another, with their payloads. `jobs.enqueue` checks them on the way in, the
 * handler on the way out. Message text is in PostgreSQL only; Redis ever sees ids alone.
 */

/**
 * Send a reply. Key: the outbound id. Lane: the account; one that must wait goes on in the lane of its conversation, so that the
 * order in which a customer reads is kept and nobody else is held up.
 */
export const messageSendJob = z.object({
  outbound: outboundMessage,
  /** Set when a person decided to repeat an `uncertain` or failed message: the same bytes go out again. */
  again: z.boolean().default(false),
});
export type MessageSendJob = z.infer<typeof messageSendJob>;

/** Name of the job by which a connector of one channel is asked to send. One handler per channel. */
export function messageSendJobName(channel: z.infer<typeof channelKind>): string {
  return `${channel}.messageSend`;
}

/** Read a stored delivery again ("Reprocess"). */
export const deliveryReprocessJob = z.object({ workspaceId: z.uuid(), accountId: z.uuid(), deliveryId: z.uuid() });
export type DeliveryReprocessJob = z.infer<typeof deliveryReprocessJob>;

/** Name of the job by which a connector of one channel is asked to read a delivery again. */
export function deliveryReprocessJobName(channel: z.infer<typeof channelKind>): string {
  return `${channel}.deliveryReprocess`;
}
