import type { Visibility } from './channel-kind';

/** What can be done on a channel, as data. The platform's own wording stands beside each limit in `capabilities.ts`
 * of the connector. */
export interface Capabilities {
  readonly visibilities: readonly Visibility[];
  /** Longest text in the platform's own counting; null: no limit. */
  readonly maxLength: number | null;
  /** Bytes of all attachments together; null: no limit. */
  readonly maxAttachmentBytes: number | null;
  readonly typingIndicator: boolean;
  readonly readReceipts: boolean;
  readonly privateReply: boolean;
}
