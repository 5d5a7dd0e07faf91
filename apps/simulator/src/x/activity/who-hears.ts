import { mentionsIn } from '../mentions';
import type { Post } from '../model';
import type { World } from '../world';

/** An event of the X Activity API and the user whose subscribers hear of it. */
export interface Audience {
  eventType: string;
  userId: string;
}

/**
 * Whom a new post concerns, and how. One post can be several events at once: who answers us and names us is a mention and a
 * reply. A name that the platform put before a reply is no mention, only one that was typed (platforms.md §4.9).
 */
export function audienceOf(post: Post, world: World): Audience[] {
  const found: Audience[] = [{ eventType: 'post.create', userId: post.authorId }];
  const others = (eventType: string, userId: string | undefined): void => {
    if (userId !== undefined && userId !== post.authorId) found.push({ eventType, userId });
  };
  const authorOf = (id: string | undefined): string | undefined =>
    id === undefined ? undefined : world.posts.get(id)?.authorId;
  for (const userId of namedIn(post, world)) others('post.mention.create', userId);
  others('post.reply.create', post.inReplyToUserId);
  others('post.quote.create', authorOf(post.quotes));
  others('post.repost.create', authorOf(post.reposts));
  return found;
}

/** Users whose accounts the old API would tell of a post, the author among them. */
export function concernedBy(post: Post, world: World): string[] {
  const led = post.leading.flatMap((name) => world.findUser(name)?.id ?? []);
  return [...new Set([...audienceOf(post, world).map(({ userId }) => userId), ...led])];
}

/** Users whose name the author typed, each once. */
function namedIn(post: Post, world: World): string[] {
  const ids = mentionsIn(post.text).flatMap(({ username }) => world.findUser(username)?.id ?? []);
  return [...new Set(ids)];
}
