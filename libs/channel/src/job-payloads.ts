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

/** Fetch a file that the platform keeps. Key: account, message and position. */
export const fileFetchJob = z.object({
  workspaceId: z.uuid(),
  accountId: z.uuid(),
  target: z.string().max(998),
  position: z.number().int().nonnegative(),
  kind: z.enum(['image', 'audio', 'video', 'file', 'sticker']),
  url: z.string().max(10_000),
  name: z.string().max(255).optional(),
});
export type FileFetchJob = z.infer<typeof fileFetchJob>;

export function fileFetchJobName(channel: z.infer<typeof channelKind>): string {
  return `${channel}.fileFetch`;
}

/** Ask the platform what somebody calls themselves. Key: account and person. */
export const personNameJob = z.object({
  workspaceId: z.uuid(),
  accountId: z.uuid(),
  value: z.string().max(998),
  /** External id of the message by which they became known. */
  about: z.string().max(998),
});
export type PersonNameJob = z.infer<typeof personNameJob>;

export function personNameJobName(channel: z.infer<typeof channelKind>): string {
  return `${channel}.personName`;
}

/** Hide, show or delete a customer's public message. Key: message. */
export const messageModerateJob = z.object({
  workspaceId: z.uuid(),
  accountId: z.uuid(),
  /** External id of the message, by which the change comes back. */
  target: z.string().max(998),
  /** The platform's id of it. */
  nativeId: z.string().max(998),
  action: z.enum(['hide', 'show', 'delete']),
});
export type MessageModerateJob = z.infer<typeof messageModerateJob>;

export function messageModerateJobName(channel: z.infer<typeof channelKind>): string {
  return `${channel}.messageModerate`;
}

/** Begin an erasure: the inbox's part. Key: the erasure. Served by triage. */
export const customerEraseJob = z.object({
  workspaceId: z.uuid(),
  /** Row of `inbox.erasures`. */
  erasureId: z.uuid(),
});
export type CustomerEraseJob = z.infer<typeof customerEraseJob>;
export const CUSTOMER_ERASE = 'customer.erase';

/** A step of an erasure is done. Key: erasure and step. Served by triage. */
export const eraseStepJob = customerEraseJob.extend({
  /** One of those the erasure waits for. */
  step: z.string().max(100),
  /** Sealed values that went, from the step that counts them. */
  sealedValues: z.number().int().nonnegative().default(0),
});
export type EraseStepJob = z.infer<typeof eraseStepJob>;
export const ERASE_STEP = 'customer.eraseStep';

/** Delete files of an erased customer that nobody else refers to. Key: erasure and step. Served by triage. */
export const filesForgetJob = customerEraseJob.extend({
  step: z.string().max(100),
  files: z.array(z.string().length(64)).max(5_000),
});
export type FilesForgetJob = z.infer<typeof filesForgetJob>;
export const FILES_FORGET = 'customer.filesForget';

/**
 * Erase what a connector keeps of a person: raw bytes, events, prepared messages, jobs. Leaves hashes by which what comes again
 * is recognised. When it is done the connector enqueues `customer.eraseStep`. Key: erasure and step.
 */
export const customerForgetJob = customerEraseJob.extend({
  step: z.string().max(100),
  /** The platform's ids of the person on this channel. */
  values: z.array(z.string().max(998)).max(1_000),
  conversationIds: z.array(z.uuid()).max(5_000),
  /**
   * Messages of theirs and to them, by account: external ids, platform ids of what Evenhand sent (which would come back under
   * them), and the ids of messages that Evenhand sent.
   */
  messages: z
    .array(
      z.object({ accountId: z.uuid(), externalIds: z.array(z.string().max(1_010)), outboundIds: z.array(z.uuid()) }),
    )
    .max(1_000),
});
export type CustomerForgetJob = z.infer<typeof customerForgetJob>;

export function customerForgetJobName(channel: z.infer<typeof channelKind>): string {
  return `${channel}.customerForget`;
}

/**
 * Somebody asked a platform to be forgotten: erase them where the inbox knows them as a customer. Key: the request. Served by
 * triage, which comes back until nothing is left; then the connector notes that it is done.
 */
export const forgetAskedJob = z.object({
  workspaceId: z.uuid(),
  channel: channelKind,
  /** The platform's id of the person. */
  value: z.string().min(1).max(998),
  /** Code that the person was given, and the id of the erasure if there is to be one. */
  requestId: z.uuid(),
  askedAt: z.iso.datetime({ precision: 3 }),
});
export type ForgetAskedJob = z.infer<typeof forgetAskedJob>;
export const FORGET_ASKED = 'customer.forgetAsked';

/** Step of `customerForget` after which nothing of a person who asked the platform is left anywhere. No erasure waits for it. */
export const ASKED_STEP = 'asked';

/** Erase what is sealed about a person. Key: erasure and step. Served by the audit, which alone may read it. */
export const sealedForgetJob = customerEraseJob.extend({
  step: z.string().max(100),
  people: z.array(z.object({ channel: channelKind, value: z.string().max(998) })).max(1_000),
  /** What is sealed later belongs to somebody new. */
  until: z.iso.datetime({ precision: 3 }),
});
export type SealedForgetJob = z.infer<typeof sealedForgetJob>;
export const SEALED_FORGET = 'sealed.customerForget';

/** Gather what is held about a customer, for the customer. Key: the export. Served by the audit. */
export const customerExportJob = z.object({
  workspaceId: z.uuid(),
  /** Row of `inbox.customer_exports`. */
  exportId: z.uuid(),
});
export type CustomerExportJob = z.infer<typeof customerExportJob>;
export const CUSTOMER_EXPORT = 'customer.export';

/** Send the customer the link to the file. Key: the export. Served by triage; nowhere but here does the link stand in the clear. */
export const exportDeliverJob = customerExportJob.extend({ link: z.url().max(2_000) });
export type ExportDeliverJob = z.infer<typeof exportDeliverJob>;
export const EXPORT_DELIVER = 'customer.exportDeliver';

/** Stop reading and sending on an account for good. Key: the account. Served by the connector of its channel. */
export const accountDisconnectJob = z.object({ workspaceId: z.uuid(), accountId: z.uuid() });
export type AccountDisconnectJob = z.infer<typeof accountDisconnectJob>;

export function accountDisconnectJobName(channel: z.infer<typeof channelKind>): string {
  return `${channel}.accountDisconnect`;
}

/**
 * Erase all that came through an account and all that was sent on it: the inbox's part, which then asks the audit
 * (`sealed.accountForget`) and the connector (`<channel>.accountForget`) for theirs. Key: the account. Served by triage.
 */
export const accountPurgeJob = accountDisconnectJob.extend({ channel: channelKind });
export type AccountPurgeJob = z.infer<typeof accountPurgeJob>;
export const ACCOUNT_PURGE = 'account.purge';

/** Delete files of a purged account that nobody else refers to. Served by triage. */
export const accountFilesForgetJob = accountDisconnectJob.extend({ files: z.array(z.string().length(64)).max(5_000) });
export type AccountFilesForgetJob = z.infer<typeof accountFilesForgetJob>;
export const ACCOUNT_FILES_FORGET = 'account.filesForget';

/** Erase what is sealed of what came through an account. Key: the account. Served by the audit. */
export const SEALED_ACCOUNT_FORGET = 'sealed.accountForget';

/** Erase what the connector keeps of an account, its credentials included; the row stays, by which the purge is known. */
export function accountForgetJobName(channel: z.infer<typeof channelKind>): string {
  return `${channel}.accountForget`;
}
