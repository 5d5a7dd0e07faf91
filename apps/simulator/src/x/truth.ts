import { compareIds, timeOfId } from './ids';
import { mentionsIn } from './mentions';
import type { Post, User } from './model';
import type { World } from './world';

/** One post or message as a person would see it on the platform. Nothing of fame. */
export interface TruthEntry {
  kind: 'post' | 'direct' | 'chat';
  /** Of a post the id of its first version. */
  id: string;
  /** Every id by which it is known: those of all versions. */
  nativeIds: string[];
  direction: 'inbound' | 'outbound';
  /** Why it is the user's: what it does to them. Outbound: whether it answers, or stands alone. */
  why: 'mention' | 'reply' | 'quote' | 'thread' | 'direct' | 'answer' | 'own';
  /** Whoever wrote it, or to whom it goes. */
  person: string;
  /** Of the thread or the direct conversation. */
  conversationId: string;
  /** As its author typed it last; empty once it is deleted, and of encrypted messages. */
  text: string;
  /** As it was typed first. */
  written: string;
  edits: number;
  /** Deleted by its author. */
  withdrawn: boolean;
  hidden: boolean;
  attachments: number;
  /** Original id of the post it answers. */
  replyTo?: string;
  quotes?: string;
  appId?: string;
  /** Milliseconds of the platform's clock. */
  at: number;
}

/** Everything that concerns a user, oldest first. Posts of protected accounts are seen by nobody who asks through an app. */
export function truthOf(user: User, world: World): TruthEntry[] {
  return [...postsOf(user, world), ...directsOf(user, world), ...chatsOf(user, world)].sort(
    (a, b) => a.at - b.at || compareIds(a.id, b.id),
  );
}

function postsOf(user: User, world: World): TruthEntry[] {
  const own = world.postsBy(user.id);
  const threads = new Set(own.map(({ conversationId }) => conversationId));
  const found = new Map<string, Post>();
  const candidates = [...own, ...world.postsMentioning(user.id), ...[...threads].flatMap((id) => world.postsIn(id))];
  for (const post of candidates) found.set(post.originalId, post);
  for (const post of world.posts.values()) {
    if (post.quotes !== undefined && world.posts.get(post.quotes)?.authorId === user.id) {
      found.set(post.originalId, world.latest(post));
    }
  }
  return [...found.values()].flatMap((post) => {
    if (post.reposts !== undefined) return [];
    if (post.authorId !== user.id && world.user(post.authorId).protected) return [];
    const versions = world.versionsOf(post);
    const gone = post.deletedAt !== undefined;
    return {
      kind: 'post' as const,
      id: post.originalId,
      nativeIds: versions.map(({ id }) => id),
      direction: post.authorId === user.id ? ('outbound' as const) : ('inbound' as const),
      why: whyOf(post, user, world),
      person: post.authorId === user.id ? (post.inReplyToUserId ?? user.id) : post.authorId,
      conversationId: post.conversationId,
      text: gone ? '' : post.text,
      written: versions[0]?.text ?? post.text,
      edits: versions.length - 1,
      withdrawn: gone,
      hidden: post.hidden,
      attachments: post.mediaIds.length,
      ...(post.inReplyTo !== undefined && { replyTo: world.post(post.inReplyTo).originalId }),
      ...(post.quotes !== undefined && { quotes: world.post(post.quotes).originalId }),
      ...(post.appId !== undefined && { appId: post.appId }),
      at: timeOfId(post.originalId),
    };
  });
}

function whyOf(post: Post, user: User, world: World): TruthEntry['why'] {
  if (post.authorId === user.id) return post.inReplyToUserId === undefined ? 'own' : 'answer';
  if (post.inReplyToUserId === user.id) return 'reply';
  const named = [...post.leading, ...mentionsIn(post.text).map(({ username }) => username)];
  if (named.some((name) => name.toLowerCase() === user.username.toLowerCase())) return 'mention';
  return post.quotes !== undefined && world.post(post.quotes).authorId === user.id ? 'quote' : 'thread';
}

function directsOf(user: User, world: World): TruthEntry[] {
  return world.conversationsOf(user.id).flatMap(({ id, participantIds, group }) =>
    world
      .directsOf(id)
      .filter(({ kind }) => kind === 'MessageCreate')
      .map((direct): TruthEntry => {
        const outbound = direct.senderId === user.id;
        const other = group ? undefined : participantIds.find((participant) => participant !== user.id);
        return {
          kind: 'direct',
          id: direct.id,
          nativeIds: [direct.id],
          direction: outbound ? 'outbound' : 'inbound',
          why: 'direct',
          person: outbound ? (other ?? id) : direct.senderId,
          conversationId: id,
          text: direct.text,
          written: direct.text,
          edits: 0,
          withdrawn: false,
          hidden: false,
          attachments: direct.mediaIds.length,
          ...(direct.appId !== undefined && { appId: direct.appId }),
          at: direct.at,
        };
      }),
  );
}

function chatsOf(user: User, world: World): TruthEntry[] {
  return [...world.chats.values()]
    .filter(({ senderId, recipientId }) => senderId === user.id || recipientId === user.id)
    .map(({ id, senderId, recipientId, conversationId, at }) => ({
      kind: 'chat',
      id,
      nativeIds: [id],
      direction: senderId === user.id ? 'outbound' : 'inbound',
      why: 'direct',
      person: senderId === user.id ? recipientId : senderId,
      conversationId,
      text: '',
      written: '',
      edits: 0,
      withdrawn: false,
      hidden: false,
      attachments: 0,
      at,
    }));
}

/** Something of a user that stands on the platform. */
export interface VisibleEntry {
  kind: 'post' | 'direct';
  id: string;
  text: string;
  replyTo?: string;
  files: number;
  at: number;
}

/** What one user sees of another: posts that stand, and what was written to them directly. Oldest first. */
export function visibleOf(user: User, reader: User, world: World): VisibleEntry[] {
  const posts = world
    .postsBy(user.id)
    .filter(({ deletedAt, reposts }) => deletedAt === undefined && reposts === undefined)
    .map(({ id, text, inReplyTo, mediaIds, at }): VisibleEntry => ({
      kind: 'post',
      id,
      text,
      ...(inReplyTo !== undefined && { replyTo: inReplyTo }),
      files: mediaIds.length,
      at,
    }));
  const directs = world
    .conversationsOf(user.id)
    .filter(({ participantIds }) => participantIds.includes(reader.id))
    .flatMap(({ id }) => world.directsOf(id))
    .filter((d) => d.kind === 'MessageCreate' && d.senderId === user.id && !d.deletedFor.includes(reader.id))
    .map(({ id, text, mediaIds, at }): VisibleEntry => ({ kind: 'direct', id, text, files: mediaIds.length, at }));
  return [...posts, ...directs].sort((a, b) => a.at - b.at || compareIds(a.id, b.id));
}
