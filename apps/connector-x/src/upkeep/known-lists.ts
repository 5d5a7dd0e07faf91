import { cutDirect, cutPosts } from '../read/cut-pages';
import { directEvents, mentionsOf, postsOf } from './lists';
import type { List } from './read-list';

/** So many mentions are told and no more; a few of them may be gone or protected, and are left out of the count. */
const MENTIONS_TOLD = 800;
const PAGE = 100;

/** Posts that mention us. */
export function mentions(userId: string): List {
  return {
    stream: 'mentions',
    call: (since, page) => mentionsOf(userId, since, page),
    cut: cutPosts,
    sizes: [PAGE, PAGE],
    // one more than hold them all: the last may be empty
    maxPages: MENTIONS_TOLD / PAGE + 1,
    maxEmpty: 2,
    cap: MENTIONS_TOLD - 20,
  };
}

/** What we posted ourselves, here or elsewhere. */
export function ownPosts(userId: string): List {
  return {
    stream: 'own-posts',
    call: (since, page) => postsOf(userId, since, page),
    cut: cutPosts,
    sizes: [PAGE, PAGE],
    maxPages: 10,
    maxEmpty: 2,
    cap: null,
  };
}

/** Direct messages to us and from us. The platform charges for each it tells, known ones too: so it is asked for few at first. */
export function directMessages(): List {
  return {
    stream: 'direct',
    call: (_since, page) => directEvents(page),
    cut: cutDirect,
    sizes: [20, PAGE],
    maxPages: 100,
    // the last page has a token, too, and of the fifteen calls in a quarter of an hour each counts
    maxEmpty: 1,
    cap: null,
  };
}
