export { Accounts, defineDisconnect, type DisconnectAnswer, type DisconnectRequest } from './accounts/accounts';
export { PurgeAccounts, type PurgeParts } from './accounts/purge-accounts';
export {
  Changes,
  CHANGES_TABLE,
  readChanges,
  type Change,
  type ChangeKind,
  type ChangesSince,
} from './changes/changes';
export { Attachments, type Attachment } from './conversations/attachments';
export { type Message, type ReplyKind, type SendFailure, type SendState } from './conversations/message';
export { MAX_NOTE_LENGTH, Notes } from './conversations/notes';
export { Drafts, MAX_DRAFT_LENGTH, type Draft } from './drafts/drafts';
export { defineErase, Erasures, type EraseAnswer, type EraseRequest } from './erasure/erasures';
export { ErasureSteps, type ErasureParts } from './erasure/erasure-steps';
export { PlatformAsks } from './erasure/platform-asks';
export { DeliverExports } from './erasure/deliver-export';
export { defineExport, Exports, type ExportAnswer, type ExportRequest } from './erasure/exports';
export { findCustomer, type FoundCustomer } from './erasure/find-customer';
export { Ingest } from './ingest/ingest';
export { type IngestReport, type StoredEvent } from './ingest/stored-event';
export { inboxMigrations } from './migrations/inbox-migrations';
export { Moderation } from './moderation/moderation';
export { inboxEntities } from './entities';
export { IdempotencyKeyReused, once } from './once';
export { mayOpen, readAccess, type AgentRole, type ConversationAccess, type Viewer } from './people/access';
export { Agents, type Agent, type SignInLookup } from './people/agents';
export { setLocale } from './people/locale';
export { Sessions, type Session } from './people/sessions';
export { Workspaces, type Installation } from './people/workspaces';
export { DECLINE_REASONS, LEASE_MS, type DeclineReason, type Offer, type OfferState } from './queue/offer';
export { InvalidCursor, type PageOf, type QueueEntry, type QueuePage } from './queue/queue-entries';
export { Queue, type QueueState } from './queue/queue';
export { textLength } from './replies/text-length';
export { MAX_REPLY_LENGTH, Replies, type ReplyInput, type ReplyRefusal } from './replies/replies';
export { DISMISSAL_REASONS, type DismissalReason, type Wait } from './waits/wait';
export { UNDO_MS, Waits } from './waits/waits';
export { listAccounts, readAccounts, type AccountFacts } from './reads/account-facts';
export {
  findConversationId,
  findConversationOfWait,
  listDoneConversations,
  listHeldConversations,
  listTroubledConversations,
  readConversations,
  type ConversationFacts,
} from './reads/conversation-facts';
export {
  countRecentUploads,
  readAttachments,
  readAttachmentsOf,
  readDrafts,
  type AttachmentFacts,
  type DraftFacts,
} from './reads/file-facts';
export {
  readErasures,
  readExports,
  readIdentities,
  readIdentitiesOf,
  type ErasureFacts,
  type ExportFacts,
  type IdentityFacts,
} from './reads/erasure-facts';
export {
  readMessages,
  readNewerItems,
  readPartsOf,
  readTimelines,
  timelineKey,
  type MessageFacts,
  type ModerationFacts,
  type PartFacts,
} from './reads/message-facts';
export { findNodeKind, type NodeKind } from './reads/node-kind';
export { type Page, type PageItem, type PageRequest } from './reads/page';
export {
  readActiveAgents,
  readAgents,
  readCustomers,
  readKnownCustomers,
  readWorkspace,
  type AgentFacts,
  type CustomerFacts,
  type WorkspaceFacts,
} from './reads/people-facts';
export {
  findLastAnswerAt,
  readCounters,
  readOffers,
  readOffersHeldBy,
  readQueuePlaces,
  readWaits,
  type CounterFacts,
  type OfferFacts,
  type WaitFacts,
} from './reads/queue-facts';
export { PRIVATE_REPLY_MS, replyWindowAt, type ReplyWindowNow, type WindowFacts } from './reads/reply-window';
export { findSession } from './reads/session-facts';
