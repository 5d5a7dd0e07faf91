/*
 * What exists on the simulated X. Times are milliseconds of product time. Ids of users, posts and direct messages are
 * snowflakes, as decimal text.
 */

export type Language = 'fr' | 'en';

/** What a user's profile tells of fame. X adds it to nearly every answer, asked or not. */
export interface Reach {
  followers: number;
  following: number;
  posts: number;
  listed: number;
  likes: number;
  media: number;
  verified: boolean;
  verifiedType: 'none' | 'blue' | 'business' | 'government';
  verifiedFollowers: number;
}

/** Whoever writes: a customer, or a handle of ours. X makes no difference between them. */
export interface User {
  id: string;
  /** Without `@`. */
  username: string;
  name: string;
  language: Language;
  at: number;
  bio: string;
  location: string;
  /** Address of a picture; nothing may ever fetch it. */
  pictureUrl: string;
  reach: Reach;
  /** Only followers see the posts. */
  protected: boolean;
  suspended: boolean;
  /** Premium: posts of up to 25,000 units, and edits. */
  longPosts: boolean;
  /** From whom direct messages are taken. Whoever was written to may always answer. */
  directs: 'everyone' | 'nobody';
  /** Users whom this one has blocked. */
  blocks: string[];
  /** Somebody at this machine runs it: it can be chosen at the login of an app. */
  operated: boolean;
}

/** What a post tells of fame. */
export interface PostMetrics {
  likes: number;
  reposts: number;
  replies: number;
  quotes: number;
  bookmarks: number;
  views: number;
}

export type ReplySettings = 'everyone' | 'following' | 'mentionedUsers' | 'subscribers' | 'verified';

/** One version of a post: an edit makes a new one with an id of its own. */
export interface Post {
  id: string;
  /** Id of the first version; its own where it was never edited. */
  originalId: string;
  authorId: string;
  /** As it was typed: neither escaped nor with shortened links. */
  text: string;
  /** Usernames that the platform puts before the text of a reply. */
  leading: string[];
  at: number;
  /** Original id of the post that the thread began with. */
  conversationId: string;
  /** The version that is answered, and by whom it is. */
  inReplyTo?: string;
  inReplyToUserId?: string;
  quotes?: string;
  /** A repost (retweet) of this one; has no text of its own. */
  reposts?: string;
  mediaIds: string[];
  replySettings: ReplySettings;
  /** By whoever the thread belongs to. */
  hidden: boolean;
  language: string;
  metrics: PostMetrics;
  /** From when lists and the search know it; the platform indexes some posts late. */
  indexedAt: number;
  deletedAt?: number;
  /** App through which it was written; none: in X's own program. */
  appId?: string;
}

/** Who writes to each other directly. One-to-one: `smaller-larger` id; a group has one number. */
export interface Conversation {
  id: string;
  group: boolean;
  participantIds: string[];
  /** By user: the newest direct message they have read. */
  readUpTo: Record<string, string>;
}

/** One event of a conversation, unencrypted. */
export interface Direct {
  id: string;
  conversationId: string;
  kind: 'MessageCreate' | 'ParticipantsJoin' | 'ParticipantsLeave';
  senderId: string;
  at: number;
  text: string;
  mediaIds: string[];
  /** Joined or left. */
  participantIds: string[];
  /** Users who deleted it for themselves. */
  deletedFor: string[];
  appId?: string;
}

/** An encrypted message (XChat). Nobody but its two people can read it: apps are given `encoded`. */
export interface Chat {
  /** A UUID. */
  id: string;
  /** `a:b`, as X writes it for these. */
  conversationId: string;
  senderId: string;
  recipientId: string;
  at: number;
  /** What its people see; never given to an app. */
  text: string;
  /** Base64 of what nobody can read. */
  encoded: string;
  keyVersion: string;
}

/** An app of a developer. */
export interface App {
  id: string;
  name: string;
  /** Developer account, named in problems of credit. */
  developerId: string;
  clientId: string;
  /** None: a public client. */
  clientSecret?: string;
  consumerKey: string;
  consumerSecret: string;
  bearerToken: string;
  /** Where a login may lead back to, exactly; empty: any address on this machine. */
  redirectUris: string[];
  plan: 'pay-per-use' | 'enterprise';
  /** User whose own data costs less. */
  ownerId?: string;
  /** Millionths of a dollar left; null: it is not looked at. */
  credit: number | null;
  /** Millionths of a dollar that calls have cost so far. */
  spent: number;
}

/** OAuth 2.0 user token. Its refresh token is good once. */
export interface Token {
  /** The token itself. */
  id: string;
  appId: string;
  userId: string;
  scopes: string[];
  issuedAt: number;
  expiresAt: number;
  /** All tokens that came of one login. */
  family: string;
  revoked: boolean;
}

export interface RefreshToken {
  /** The token itself. */
  id: string;
  accessToken: string;
  family: string;
  issuedAt: number;
  used: boolean;
}

/** OAuth 1.0a user token; does not expire. */
export interface OldToken {
  /** The token itself. */
  id: string;
  secret: string;
  appId: string;
  userId: string;
  revoked: boolean;
}

/** What was uploaded. */
export interface Media {
  id: string;
  /** `3_…` picture, `7_…` video, `16_…` GIF. */
  key: string;
  userId: string;
  category: string;
  mime: string;
  name: string;
  size: number;
  at: number;
  /** Until when it can be attached. */
  expiresAt: number;
  state: 'uploading' | 'pending' | 'in_progress' | 'succeeded' | 'failed';
  /** When processing ends. */
  readyAt: number;
  /** Whether it ends badly. */
  fails?: boolean;
  /** Announced, while it is uploaded in pieces. */
  declaredBytes?: number;
  altText?: string;
  /** In no post or message yet. */
  attached: boolean;
}

/** Where an app's events go, once the check succeeded. */
export interface Webhook {
  id: string;
  appId: string;
  url: string;
  valid: boolean;
  createdAt: number;
  /** Last time the check succeeded. */
  checkedAt: number;
  /** Since when checks fail for reasons that may pass. */
  failingSince?: number;
}

/** Subscription of the X Activity API. */
export interface ActivitySubscription {
  id: string;
  appId: string;
  eventType: string;
  filter: Record<string, string>;
  tag?: string;
  /** None: stream only. */
  webhookId?: string;
  createdAt: number;
  updatedAt: number;
}

/** Subscription of the deprecated Account Activity API: everything about one user. */
export interface AccountSubscription {
  /** `webhook/user`. */
  id: string;
  appId: string;
  webhookId: string;
  userId: string;
  createdAt: number;
}
