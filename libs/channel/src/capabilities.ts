import type { LengthCounting, Visibility } from './channel-kind';

/** What can be done on a channel, as data. The platform's own wording stands beside each limit in `capabilities.ts`
 * of the connector. */
export interface Capabilities {
  readonly visibilities: readonly Visibility[];
  /** Longest reply in the platform's own counting, all its parts together; null: no limit. */
  readonly maxLength: number | null;
  /** Bytes of all attachments together; null: no limit. */
  readonly maxAttachmentBytes: number | null;
  readonly typingIndicator: boolean;
  readonly readReceipts: boolean;
  /** What was written in public can be answered in private. */
  readonly privateReply: boolean;
  /** Longest text of one message; a longer reply goes out as several. Null: never in parts. */
  readonly partLength: number | null;
  /** What a public answer may be, where it is less than a private one; null: the same. */
  readonly inPublic: {
    readonly maxLength: number;
    readonly files: boolean;
    /** How the platform counts `maxLength`. */
    readonly counting: LengthCounting;
  } | null;
  /** Public messages of customers can be hidden and deleted. */
  readonly moderates: boolean;
  /** What the platform tells of fame. For each inbound message each of these is sealed and committed to, also where it tells nothing. */
  readonly reachFields: readonly string[];
  /** All that came through an account is erased this many business days (Monday to Friday, UTC) after it was disconnected; null: never. */
  readonly purgeAfterBusinessDays: number | null;
}
