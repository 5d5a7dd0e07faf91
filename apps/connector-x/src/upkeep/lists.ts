import { pathOf, type XCall } from '../client';
import type { XAppSettings } from '../config';

type Dialect = XAppSettings['dialect'];

/** A page of a list: where it begins, and how much of it. */
export interface PageOf {
  readonly dialect: Dialect;
  /** Continues the page before. */
  readonly token?: string;
  readonly signal: AbortSignal;
  readonly size: number;
}

/** Where a list of posts begins: after an id, or at a time. */
export interface Since {
  readonly sinceId?: string;
  readonly startTime?: Date;
}

/** Never a picture, a place, or what people say of themselves: nobody here has a use for it, and each would show who is known. */
const USER_FIELDS = 'id,name,username,protected,public_metrics,verified,verified_followers_count,verified_type';
const MEDIA_FIELDS = 'alt_text,duration_ms,height,preview_image_url,type,url,variants,width';

/** What is asked of each post. Names of one dialect only: those of the other are ignored without a word, and paid for. */
const POST_FIELDS: Record<Dialect, Readonly<Record<string, string>>> = {
  tweet: {
    'tweet.fields':
      'attachments,author_id,conversation_id,created_at,display_text_range,edit_history_tweet_ids,entities,in_reply_to_user_id,lang,note_tweet,public_metrics,referenced_tweets,reply_settings',
    expansions: 'attachments.media_keys,author_id,referenced_tweets.id',
  },
  post: {
    'post.fields':
      'attachments,conversation_id,created_at,display_text_range,entities,id,lang,note_post,public_metrics,reply_settings,text',
    // since the change of names these are asked for as expansions
    expansions: 'attachments.media_keys,author_id,edit_history_post_ids,in_reply_to_user_id,referenced_posts',
  },
};

const DIRECT_FIELDS: Record<Dialect, Readonly<Record<string, string>>> = {
  tweet: {
    'dm_event.fields':
      'attachments,created_at,dm_conversation_id,entities,event_type,id,participant_ids,referenced_tweets,sender_id,text',
    expansions: 'attachments.media_keys,sender_id,referenced_tweets.id',
  },
  post: {
    'dm_event.fields': 'attachments,created_at,dm_conversation_id,entities,event_type,id,text',
    expansions: 'attachments.media_keys,participant_ids,sender_id,referenced_posts',
  },
};

/** Posts that mention somebody, newest first; of these the platform tells the newest 800. */
export function mentionsOf(userId: string, since: Since, page: PageOf): XCall {
  return posts(pathOf('2', 'users', userId, 'mentions'), 'GET /2/users/:id/mentions', {}, since, page);
}

/** What somebody posted, newest first. */
export function postsOf(userId: string, since: Since, page: PageOf): XCall {
  return posts(pathOf('2', 'users', userId, 'tweets'), 'GET /2/users/:id/tweets', {}, since, page);
}

/** What others wrote in a conversation, newest first, of the last seven days. */
export function conversation(id: string, username: string, since: Since, page: PageOf): XCall {
  const query = { query: `conversation_id:${id} -from:${username}` };
  const call = posts('/2/tweets/search/recent', 'GET /2/tweets/search/recent', query, since, page);
  const { pagination_token: next, ...rest } = call.query ?? {};
  return { ...call, query: next === undefined ? rest : { ...rest, next_token: next } };
}

/** Direct messages of the last thirty days, newest first; own ones among them. */
export function directEvents({ dialect, token, signal, size }: PageOf): XCall {
  return {
    method: 'GET',
    path: '/2/dm_events',
    endpoint: 'GET /2/dm_events',
    query: {
      ...DIRECT_FIELDS[dialect],
      'user.fields': USER_FIELDS,
      'media.fields': MEDIA_FIELDS,
      event_types: 'MessageCreate',
      max_results: String(size),
      ...(token === undefined ? {} : { pagination_token: token }),
    },
    signal,
  };
}

function posts(
  path: string,
  endpoint: string,
  more: Readonly<Record<string, string>>,
  { sinceId, startTime }: Since,
  { dialect, token, signal, size }: PageOf,
): XCall {
  return {
    method: 'GET',
    path,
    endpoint,
    query: {
      ...POST_FIELDS[dialect],
      'user.fields': USER_FIELDS,
      'media.fields': MEDIA_FIELDS,
      max_results: String(size),
      ...more,
      ...(sinceId === undefined ? {} : { since_id: sinceId }),
      ...(startTime === undefined ? {} : { start_time: startTime.toISOString() }),
      ...(token === undefined ? {} : { pagination_token: token }),
    },
    signal,
  };
}
