import type { Chats } from './chats';
import type { Feed } from './feed';
import type { Message, Thread } from './model';
import type { World } from './world';

/** One message or comment as a person would see it on the platform. */
export interface TruthEntry {
  kind: 'message' | 'comment';
  /** The mid, or the id of the comment. */
  id: string;
  direction: 'inbound' | 'outbound';
  /** PSID of the conversation; of a comment the id of who wrote it. */
  person: string;
  /** As it reads now; empty once it is withdrawn. */
  text: string;
  /** As it was written first. */
  written: string;
  edits: number;
  /** Unsent or removed. */
  withdrawn: boolean;
  hidden: boolean;
  attachments: number;
  /** By the person; null: none. */
  reaction: string | null;
  appId?: string;
  metadata?: string;
  replyTo?: string;
  /** Milliseconds of the platform's clock. */
  at: number;
}

/** Everything that stands on a Page, oldest first: what an inbox must show in the end. */
export function truthOf(pageId: string, world: World, feed: Feed): TruthEntry[] {
  const messages = world
    .threadsOf(pageId)
    .flatMap((thread) => world.messagesOf(thread).map((message) => entryOf(message, thread)));
  const comments = world.postsOf(pageId).flatMap(({ id }) =>
    world.commentsOf(id).map((comment): TruthEntry => ({
      kind: 'comment',
      id: comment.id,
      direction: comment.personId === null ? 'outbound' : 'inbound',
      person: feed.authorOf(comment).id,
      text: comment.removed ? '' : feed.textOf(comment),
      written: comment.text,
      edits: comment.edits.length,
      withdrawn: comment.removed,
      hidden: comment.hidden,
      attachments: comment.photoId === undefined ? 0 : 1,
      reaction: null,
      ...(comment.appId !== undefined && { appId: comment.appId }),
      ...(comment.parentId !== comment.postId && { replyTo: comment.parentId }),
      at: comment.at,
    })),
  );
  return [...messages, ...comments].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

function entryOf(message: Message, thread: Thread): TruthEntry {
  const { id, direction, text, edits, withdrawn, attachments, appId, metadata, replyTo, at } = message;
  return {
    kind: 'message',
    id,
    direction,
    person: thread.psid,
    text: withdrawn ? '' : (edits.at(-1)?.text ?? text),
    written: text,
    edits: edits.length,
    withdrawn,
    hidden: false,
    attachments: attachments.length,
    reaction: message.reactions[thread.psid] ?? null,
    ...(appId !== undefined && { appId }),
    ...(metadata !== undefined && { metadata }),
    ...(replyTo !== undefined && { replyTo }),
    at,
  };
}

/** What a person sees of a Page: its messages in their chat, oldest first. */
export function visibleTo(psid: string, pageId: string, world: World, chats: Chats): VisibleMessage[] {
  const thread = world.findThread(pageId, psid);
  if (!thread) return [];
  return world
    .messagesOf(thread)
    .filter(({ direction, withdrawn }) => direction === 'outbound' && !withdrawn)
    .map(({ id, text, at, metadata, attachments }) => ({
      mid: id,
      text,
      at,
      ...(metadata !== undefined && { metadata }),
      files: attachments.flatMap(({ fileId }) =>
        fileId === undefined || !chats.origin ? [] : [chats.address(fileId)],
      ),
      attachments: attachments.length,
    }));
}

export interface VisibleMessage {
  mid: string;
  text: string;
  at: number;
  metadata?: string;
  /** Addresses of its files, where the simulator knows its own. */
  files: string[];
  attachments: number;
}
