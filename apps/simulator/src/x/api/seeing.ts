import type { Post } from '../model';
import type { World } from '../world';
import type { Call } from './call';
import type { partial } from './problem';

/** Whether whoever calls may see a post now. Nobody is told of posts of protected accounts but their author. */
export function canSee(post: Post, call: Call, world: World): boolean {
  const author = world.user(post.authorId);
  const own = call.caller?.user?.id === author.id;
  if (post.deletedAt !== undefined || author.suspended) return false;
  return own || !author.protected;
}

/** Why a post cannot be shown. */
export function problemOf(post: Post | undefined): Parameters<typeof partial>[0] {
  return post === undefined || post.deletedAt !== undefined ? 'resource-not-found' : 'not-authorized-for-resource';
}
