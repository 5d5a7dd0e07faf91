import type { Random } from '../../messenger/random';
import type { Happening } from '../happening';
import type { Post } from '../model';
import type { World } from '../world';
import { chatPayload, directEvent, readEvent, typingEvent } from './direct-events';
import type { Told } from './envelopes';
import { shownInEvent, type TellingParts, userInEvent } from './shown';
import { withTwins } from './twins';
import { audienceOf } from './who-hears';

/** What happened, as one event for those who have subscribed to it about one user. */
export interface ActivityTold extends Told {
  userId: string;
  lane: string;
  about: string[];
}

/** Everything that the X Activity API tells of something that happened. */
export function activityTelling(happening: Happening, parts: TellingParts, random: Random): ActivityTold[] {
  const { world } = parts;
  switch (happening.kind) {
    case 'post.created':
    case 'post.edited':
      return postTold(happening.post, parts, random);
    case 'post.deleted':
      return deletionTold(happening.post, world);
    case 'direct.written':
      return directTold(happening, parts, random);
    case 'direct.read':
    case 'direct.typing':
      return signTold(happening, parts, random);
    case 'chat.written': {
      const { chat } = happening;
      const [payload, lane, about] = [chatPayload(chat), chat.conversationId, [chat.id]];
      return [
        { eventType: 'chat.received', userId: chat.recipientId, payload, lane, about },
        { eventType: 'chat.sent', userId: chat.senderId, payload, lane, about },
      ];
    }
    default:
      return [];
  }
}

function postTold(post: Post, parts: TellingParts, random: Random): ActivityTold[] {
  const { world } = parts;
  // what only followers see is never delivered
  if (world.user(post.authorId).protected) return [];
  const { payload, includes } = shownInEvent(post, parts);
  const { users = [], ...others } = includes;
  return audienceOf(post, world).map(({ eventType, userId }) => ({
    eventType,
    userId,
    payload: withTwins(payload),
    includes: withTwins({ users: users.map(wrapping(random)), ...others }) as Record<string, unknown>,
    lane: post.conversationId,
    about: [post.id],
  }));
}

/** The author's subscribers hear of it. So do those of whom the post concerned, since X leaves open whose event it is. */
function deletionTold(post: Post, world: World): ActivityTold[] {
  const payload = { id: post.id, author_id: post.authorId };
  const users = new Set(audienceOf(post, world).map(({ userId }) => userId));
  return [...users].map((userId) => ({
    eventType: 'post.delete',
    userId,
    payload,
    lane: post.conversationId,
    about: [post.id],
  }));
}

function directTold(
  { direct, conversation }: Extract<Happening, { kind: 'direct.written' }>,
  parts: TellingParts,
  random: Random,
): ActivityTold[] {
  if (direct.kind !== 'MessageCreate') return [];
  const event = directEvent(direct, conversation, parts);
  const payload = {
    direct_message_events: [event],
    users: usersOf(conversation.participantIds, parts, wrapping(random)),
  };
  return conversation.participantIds.map((userId) => ({
    eventType: userId === direct.senderId ? 'dm.sent' : 'dm.received',
    userId,
    payload,
    includes: {},
    lane: conversation.id,
    about: [direct.id],
  }));
}

/** Reading and typing: those who take part hear of it, whoever does it. */
function signTold(
  happening: Extract<Happening, { kind: 'direct.read' | 'direct.typing' }>,
  parts: TellingParts,
  random: Random,
): ActivityTold[] {
  const { conversation, at } = happening;
  const by = happening.kind === 'direct.read' ? happening.readerId : happening.userId;
  const otherId = conversation.participantIds.find((id) => id !== by);
  if (otherId === undefined) return [];
  const sign =
    happening.kind === 'direct.read'
      ? { direct_message_mark_read_events: [readEvent({ readerId: by, otherId, upTo: happening.upTo, at })] }
      : { direct_message_indicate_typing_events: [typingEvent({ userId: by, otherId, at })] };
  const payload = { ...sign, users: usersOf(conversation.participantIds, parts, wrapping(random)) };
  return conversation.participantIds.map((userId) => ({
    eventType: happening.kind === 'direct.read' ? 'dm.read' : 'dm.indicate_typing',
    userId,
    payload,
    lane: conversation.id,
    about: happening.kind === 'direct.read' ? [happening.upTo] : [by],
  }));
}

function usersOf(ids: readonly string[], parts: TellingParts, wrap: (user: object) => object): Record<string, unknown> {
  const users = ids.map((id) => [id, wrap(userInEvent(parts.world.user(id), parts))] as const);
  return withTwins(Object.fromEntries(users)) as Record<string, unknown>;
}

/** X prints users in events bare, or in an object with `data`. */
function wrapping(random: Random): (user: object) => object {
  return random.below(2) === 0 ? (user) => user : (data) => ({ data });
}
