import { timeOfId } from '../ids';
import type { Post } from '../model';
import { DAY, type World } from '../world';
import type { Call } from './call';
import type { CallFault } from './call-faults';
import { between, metaOf, pageOf } from './paging';
import type { ApiParts } from './parts';
import { invalid, notFound, partial } from './problem';
import { Rendering } from './render';
import type { Answer, Route } from './route';
import { queryOf } from './search-query';
import { canSee, problemOf } from './seeing';

/** Posts of one user that can be had at most. */
const MOST_OWN = 3_200;
/** How far back the search goes. */
const SEARCH_MS = 7 * DAY;
const MOST_QUERY = 512;
const READ = ['tweet.read', 'users.read'];

/** Lists of posts: mentions of a user, posts of a user, the search, and posts by id. */
export function timelineRoutes(parts: ApiParts): Route[] {
  const { world } = parts;
  const both = ['app', 'user'] as const;
  return [
    {
      endpoint: 'GET /2/users/:id/mentions',
      access: both,
      scopes: READ,
      handle: (call, fault) => {
        const userId = userOf(call, world);
        const posts = listed(world.postsMentioning(userId), call, world).filter(
          ({ authorId, reposts }) => authorId !== userId && reposts === undefined,
        );
        return list(posts.slice(-parts.rules().mostMentions), call, fault, parts, 5);
      },
    },
    {
      endpoint: 'GET /2/users/:id/tweets',
      access: both,
      scopes: READ,
      handle: (call, fault) => {
        const left = call.list('exclude');
        const posts = listed(world.postsBy(userOf(call, world)), call, world).filter(
          ({ inReplyTo, reposts }) =>
            !(left.includes('replies') && inReplyTo !== undefined) &&
            !(left.includes('retweets') && reposts !== undefined),
        );
        return list(posts.slice(-MOST_OWN), call, fault, parts, 5);
      },
    },
    {
      endpoint: 'GET /2/tweets/search/recent',
      access: both,
      scopes: READ,
      handle: (call, fault) => {
        const query = call.query['query'] ?? '';
        if (query === '' || query.length > MOST_QUERY) {
          throw invalid('query', query, `Invalid value of 'query': its length must be from 1 to ${MOST_QUERY}.`);
        }
        const oldest = world.now() - SEARCH_MS;
        notBefore(call, oldest);
        const fits = queryOf(query, world);
        const posts = listed([...world.posts.values()], call, world).filter(
          (post) => post.at >= oldest && world.latest(post) === post && fits(post),
        );
        return list(posts, call, fault, parts, 10, 'next_token');
      },
    },
    {
      endpoint: 'GET /2/tweets/:id',
      access: both,
      scopes: READ,
      handle: (call) => {
        const post = world.posts.get(call.id());
        const rendering = new Rendering(parts, call);
        if (!post || !canSee(post, call, world)) {
          rendering.missing(partial(problemOf(post), 'tweet', 'id', call.id()));
          return { body: rendering.answer(undefined) };
        }
        return { body: rendering.answer(rendering.post(post)), charges: rendering.charges([post]) };
      },
    },
    {
      endpoint: 'GET /2/tweets',
      access: both,
      scopes: READ,
      handle: (call) => {
        const ids = call.list('ids');
        if (ids.length === 0 || ids.length > 100 || ids.some((id) => !/^\d{1,19}$/.test(id))) {
          throw invalid('ids', call.query['ids'] ?? '', `The \`ids\` query parameter must hold 1 to 100 ids`);
        }
        const rendering = new Rendering(parts, call);
        const posts = ids.flatMap((id) => {
          const post = world.posts.get(id);
          if (post && canSee(post, call, world)) return post;
          rendering.missing(partial(problemOf(post), 'tweet', 'ids', id));
          return [];
        });
        const body = rendering.answer(posts.map((post) => rendering.post(post)));
        return { body, charges: rendering.charges(posts) };
      },
    },
  ];
}

/** What lists know of now, and whoever calls may see; in ascending order. */
function listed(posts: readonly Post[], call: Call, world: World): Post[] {
  const now = world.now();
  return posts.filter((post) => post.indexedAt <= now && canSee(post, call, world));
}

function list(
  posts: readonly Post[],
  call: Call,
  fault: CallFault | undefined,
  parts: ApiParts,
  least: number,
  token?: string,
): Answer {
  const size = call.number('max_results', least, 100, 10);
  const { rows, tokens } = pageOf(between(posts, call), call, size, fault, token === undefined ? {} : { token });
  const rendering = new Rendering(parts, call);
  const data = rows.map((post) => rendering.post(post));
  return { body: rendering.answer(data, metaOf(rows, tokens)), charges: rendering.charges(rows) };
}

function userOf(call: Call, world: World): string {
  const user = world.users.get(call.id());
  if (!user) throw notFound();
  return user.id;
}

/** The search refuses what it cannot reach instead of leaving it out. */
function notBefore(call: Call, oldest: number): void {
  const from = call.time('start_time');
  const since = call.queriedId('since_id');
  const limit = new Date(oldest).toISOString();
  if (from !== undefined && from < oldest) {
    throw invalid('start_time', call.query['start_time'], `Invalid 'start_time'. 'start_time' must be on or after ${limit}.`); // prettier-ignore
  }
  if (since !== undefined && timeOfId(since) < oldest) {
    throw invalid('since_id', since, `'since_id' must be a tweet id created after ${limit}.`);
  }
}
