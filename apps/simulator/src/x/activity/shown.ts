import type { Call } from '../api/call';
import type { ApiParts } from '../api/parts';
import { Rendering } from '../api/render';
import type { Post, User } from '../model';
import { DEFAULT_RULES } from '../rules';

/** What events are written from. */
export type TellingParts = Pick<ApiParts, 'world' | 'media'> & { origin: string };

/** Events hold every field, asked or not, under the names of before 2026-08-07 (platforms.md §4.4, §4.9). */
const EVERYTHING = {
  'tweet.fields':
    'attachments,author_id,conversation_id,created_at,display_text_range,edit_controls,entities,in_reply_to_user_id,lang,' +
    'note_tweet,possibly_sensitive,public_metrics,referenced_tweets,reply_settings',
  expansions:
    'author_id,in_reply_to_user_id,referenced_tweets.id,referenced_tweets.id.author_id,attachments.media_keys,entities.mentions.username',
  'user.fields':
    'created_at,description,location,profile_image_url,protected,public_metrics,verified,verified_type,verified_followers_count',
  'media.fields': 'alt_text,duration_ms,height,preview_image_url,type,url,variants,width',
};

/** A post as the API shows it, with what it refers to beside it. Replies name what they answer in a field of their own. */
export function shownInEvent(post: Post, parts: TellingParts): { payload: object; includes: Record<string, object[]> } {
  const rendering = renderingOf(parts);
  const reply = post.inReplyTo === undefined ? {} : { in_reply_to_tweet_id: post.inReplyTo };
  const { data, includes = {} } = rendering.answer({ ...rendering.post(post), ...reply }) as {
    data: object;
    includes?: Record<string, object[]>;
  };
  return { payload: data, includes };
}

/** A user as the API shows them. */
export function userInEvent(user: User, parts: TellingParts): object {
  return renderingOf(parts).user(user);
}

function renderingOf({ world, media, origin }: TellingParts): Rendering {
  const parts = { world, media, origin: () => origin, rules: () => ({ ...DEFAULT_RULES, dialects: 'old' }) };
  // nobody calls: what is told is what anybody may see
  const call = { query: EVERYTHING, caller: undefined };
  return new Rendering(parts as unknown as ApiParts, call as unknown as Call);
}
