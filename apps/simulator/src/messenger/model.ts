/*
 * What exists on the platform. Times are milliseconds of product time; ids are decimal text as the platform shows them
 * (some are greater than 2^53), message ids are opaque.
 */

export type Language = 'fr' | 'en';

/** A program registered with the platform. */
export interface App {
  id: string;
  name: string;
  secret: string;
  /** "Require App Secret": calls without `appsecret_proof` are refused. */
  requireProof: boolean;
  /** Where webhooks of Pages go, once the handshake succeeded. */
  webhook?: { url: string; verifyToken: string; fields: string[] };
  deauthorizeUrl?: string;
  deletionUrl?: string;
}

export interface Page {
  id: string;
  name: string;
  /** Apps that are subscribed to the Page, with the fields they hear of. */
  subscriptions: Record<string, string[]>;
  /** What a policy decision left it with: `restricted` refuses sends for a while, `blocked` until it is unblocked. */
  standing: 'good' | 'restricted' | 'blocked';
}

/** Somebody who runs Pages and logs in to apps. */
export interface Operator {
  id: string;
  name: string;
  /** Tasks by Page id. */
  pages: Record<string, string[]>;
}

export type TokenKind = 'user' | 'page';

export interface Token {
  /** The token itself. */
  id: string;
  kind: TokenKind;
  appId: string;
  userId: string;
  pageId?: string;
  scopes: string[];
  issuedAt: number;
  /** 0: never. */
  expiresAt: number;
  dataAccessExpiresAt: number;
  /** Subcode of error 190 with which it is refused from now on. */
  invalid?: number;
}

/** A customer. */
export interface Person {
  id: string;
  name: string;
  language: Language;
  /** Id by Page: a person is somebody else to each. */
  psids: Record<string, string>;
  /** Id under which comments are written; no PSID. */
  commenterIds: Record<string, string>;
  /** Pages that may not write to them. */
  blocks: string[];
  /** What a Page may know of them, or how the question is refused. */
  profile: 'full' | 'partial' | 'empty' | 'refused' | 'forbidden';
}

/** What one person and one Page have written to each other. */
export interface Thread {
  /** `t_…`, known to the Conversations API only. */
  id: string;
  pageId: string;
  personId: string;
  psid: string;
  /** Last act of the person that opens the window for answers. */
  openedAt?: number;
  /** Length of that window: 24 hours, after an ad 7 days. */
  openForMs: number;
  /** Last message of the person, from which a human may answer for 7 days. */
  wroteAt?: number;
  /** App that has taken the thread; none: idle. */
  ownerAppId?: string;
  ownedUntil?: number;
  /** Time of the newest message. */
  updatedAt: number;
  /** How far the person has seen and read what the Page wrote. */
  deliveredUpTo: number;
  readUpTo: number;
  /** Until when the Page shows that it types. */
  typingUntil?: number;
}

export interface Attachment {
  type: string;
  /** A file of ours, to be had at an address that expires. */
  fileId?: string;
  /** Whatever else stands in `payload`. Left out with a file. Null is sent as null. */
  payload?: unknown;
  /** Keys beside `type` and `payload`. */
  beside?: Record<string, unknown>;
}

export interface Message {
  /** The mid. */
  id: string;
  threadId: string;
  pageId: string;
  direction: 'inbound' | 'outbound';
  at: number;
  text: string;
  attachments: Attachment[];
  /** Outbound: the app that sent it; none where the platform does not say. */
  appId?: string;
  metadata?: string;
  replyTo?: string;
  quickReply?: string;
  /** A tapped button instead of a written message. */
  postback?: { title: string; payload: string };
  edits: { text: string; at: number }[];
  withdrawn: boolean;
  /** Newest reaction by whoever reacted: a PSID or the Page's id. */
  reactions: Record<string, string>;
}

export interface Post {
  /** `PAGEID_POSTID`. */
  id: string;
  pageId: string;
  text: string;
  at: number;
}

export interface Comment {
  /** `POSTID_COMMENTID`. */
  id: string;
  postId: string;
  pageId: string;
  /** The post, or the comment it answers. */
  parentId: string;
  /** Null: by the Page. */
  personId: string | null;
  appId?: string;
  text: string;
  at: number;
  edits: { text: string; at: number }[];
  hidden: boolean;
  removed: boolean;
  photoId?: string;
  /** The one private reply to it. */
  privateReply?: string;
}

/** Bytes that the platform keeps. */
export interface StoredFile {
  id: string;
  name: string;
  mime: string;
  size: number;
  at: number;
  /** Uploaded for sending: by which Page. */
  pageId?: string;
  /** `image`, `audio`, `video` or `file` as it was uploaded. */
  type?: string;
}
