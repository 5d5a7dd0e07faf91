import type { Happening } from '../happening';
import type { Post } from '../model';
import type { World } from '../world';
import { directEvent, readEvent, typingEvent } from './direct-events';
import { firstApiParticipant, firstApiPost, firstApiUser } from './first-api';
import { concernedBy } from './who-hears';
import type { TellingParts } from './shown';

/** What the old Account Activity API tells one of its users. */
export interface AccountTold {
  userId: string;
  /** The one array or object of the event. */
  key: string;
  event: Record<string, unknown>;
  lane: string;
  about: string[];
}

/** What users with a subscription of the old API would hear of something that happened. */
export function accountTelling(happening: Happening, parts: TellingParts): AccountTold[] {
  const { world } = parts;
  switch (happening.kind) {
    case 'post.created':
    case 'post.edited':
      return postTold(happening.post, parts);
    case 'post.deleted': {
      const { id, authorId, deletedAt = 0 } = happening.post;
      const gone = { status: { id, user_id: authorId }, timestamp_ms: String(deletedAt) };
      return [told(authorId, 'tweet_delete_events', [gone], {}, authorId, id)];
    }
    case 'post.liked': {
      const { post, userId } = happening;
      const like = {
        id: `${post.id}-${userId}`,
        created_at: new Date(world.now()).toUTCString(),
        timestamp_ms: String(world.now()),
        favorited_status: firstApiPost(post, parts),
        user: firstApiUser(world.user(userId)),
      };
      return [told(post.authorId, 'favorite_events', [like], {}, post.authorId, post.id)];
    }
    case 'direct.written': {
      const { direct, conversation } = happening;
      // the old API knows no groups
      if (conversation.group || direct.kind !== 'MessageCreate') return [];
      const event = directEvent(direct, conversation, parts);
      const more = { ...participants(conversation.participantIds, world), apps: appsOf(direct.appId, world) };
      return conversation.participantIds.map((userId) =>
        told(userId, 'direct_message_events', [event], more, conversation.id, direct.id),
      );
    }
    case 'direct.read':
    case 'direct.typing': {
      const { conversation, at } = happening;
      const userId = happening.kind === 'direct.read' ? happening.readerId : happening.userId;
      const otherId = conversation.participantIds.find((id) => id !== userId);
      if (conversation.group || otherId === undefined) return [];
      const more = participants(conversation.participantIds, world);
      if (happening.kind === 'direct.typing') {
        const key = 'direct_message_indicate_typing_events';
        return [told(otherId, key, [typingEvent({ userId, otherId, at })], more, conversation.id, userId)];
      }
      const event = readEvent({ readerId: userId, otherId, upTo: happening.upTo, at });
      return [told(otherId, 'direct_message_mark_read_events', [event], more, conversation.id, happening.upTo)];
    }
    default:
      return [];
  }
}

function postTold(post: Post, parts: TellingParts): AccountTold[] {
  const { world } = parts;
  if (world.user(post.authorId).protected) return [];
  const event = firstApiPost(post, parts);
  return concernedBy(post, world).map((userId) => {
    const blocked = world.user(userId).blocks.includes(post.authorId);
    // a flag in text, as X sends it, with mentions only
    const more = userId === post.authorId ? {} : { user_has_blocked: String(blocked) };
    return told(userId, 'tweet_create_events', [event], more, post.conversationId, post.id);
  });
}

function told(userId: string, key: string, items: object[], more: object, lane: string, about: string): AccountTold {
  return { userId, key, event: { ...more, [key]: items }, lane, about: [about] };
}

function participants(ids: readonly string[], world: World): { users: Record<string, unknown> } {
  return { users: Object.fromEntries(ids.map((id) => [id, firstApiParticipant(world.user(id))])) };
}

function appsOf(appId: string | undefined, world: World): Record<string, unknown> {
  const app = appId === undefined ? undefined : world.apps.get(appId);
  return app ? { [app.id]: { id: app.id, name: app.name, url: 'http://localhost' } } : {};
}
