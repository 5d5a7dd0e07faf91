export { channelKind, visibility, type ChannelKind, type Visibility } from './channel-kind';
export {
  fileRef,
  inboundEvent,
  MAX_ATTACHMENTS,
  MAX_BODY_LENGTH,
  MAX_PARTICIPANTS,
  MAX_REFERENCES,
  messageClass,
  messageEvent,
  participant,
  party,
  reach,
  reference,
  sendEvent,
  sendFailureCode,
  type FileRef,
  type InboundEvent,
  type MessageClass,
  type MessageEvent,
  type Participant,
  type Party,
  type Reach,
  type Reference,
  type SendEvent,
  type SendFailureCode,
} from './inbound-event';
export { outboundMessage, type OutboundMessage } from './outbound-message';
export { messageSendJob, messageSendJobName, type MessageSendJob } from './job-payloads';
export {
  ConnectorError,
  CredentialsRejected,
  MalformedPayload,
  RateLimited,
  Refused,
  Transient,
  Uncertain,
  UnsupportedEvent,
} from './connector-error';
export type { Capabilities } from './capabilities';
export {
  looksUp,
  polls,
  type Connector,
  type ConnectorAccount,
  type CursorMove,
  type LookUpResult,
  type LooksUp,
  type Polls,
  type PollSession,
  type RawDelivery,
  type ReadResult,
  type SendReceipt,
} from './connector';
