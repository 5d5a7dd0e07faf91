import type { Chat, Conversation, Direct, Post } from './model';

/** Something that happened on the platform and of which apps may be told. Is told after it was stored. */
export type Happening =
  | { readonly kind: 'post.created'; readonly post: Post }
  /** `post` is the new version. X tells of it as of a new post. */
  | { readonly kind: 'post.edited'; readonly post: Post; readonly before: Post }
  | { readonly kind: 'post.deleted'; readonly post: Post }
  | { readonly kind: 'post.hidden'; readonly post: Post }
  | { readonly kind: 'post.liked'; readonly post: Post; readonly userId: string }
  | { readonly kind: 'direct.written'; readonly direct: Direct; readonly conversation: Conversation }
  | {
      readonly kind: 'direct.read';
      readonly conversation: Conversation;
      readonly readerId: string;
      /** Newest direct message they have read. */
      readonly upTo: string;
      readonly at: number;
    }
  | {
      readonly kind: 'direct.typing';
      readonly conversation: Conversation;
      readonly userId: string;
      readonly at: number;
    }
  | { readonly kind: 'chat.written'; readonly chat: Chat }
  /** Somebody removed an app in their settings. */
  | { readonly kind: 'access.revoked'; readonly userId: string; readonly appId: string; readonly at: number };
