import type { Rules } from './rules';

/** Old name -> new name (OpenAPI since 2026-08-07), of everything that was renamed. */
const RENAMED: Readonly<Record<string, string>> = {
  referenced_tweets: 'referenced_posts',
  edit_history_tweet_ids: 'edit_history_post_ids',
  note_tweet: 'note_post',
  retweet_count: 'repost_count',
  tweet_count: 'post_count',
  most_recent_tweet_id: 'most_recent_post_id',
  pinned_tweet_id: 'pinned_post_id',
  tweets: 'posts',
};

/** Names by dialect, as they are asked for; what is answered is written in old names and translated at the end. */
const OLD_POST_FIELDS = 'article attachments author_id card_uri community_id conversation_id created_at display_text_range edit_controls edit_history_tweet_ids entities id in_reply_to_user_id lang note_tweet possibly_sensitive public_metrics referenced_tweets reply_settings source text withheld'.split(' '); // prettier-ignore
const NEW_POST_FIELDS = 'article attachments card_uri community_id conversation_id created_at display_text_range edit_controls entities id lang note_post paid_partnership possibly_sensitive public_metrics reply_settings source text withheld'.split(' '); // prettier-ignore
const OLD_EXPANSIONS = 'author_id in_reply_to_user_id referenced_tweets.id referenced_tweets.id.author_id attachments.media_keys entities.mentions.username edit_history_tweet_ids sender_id participant_ids'.split(' '); // prettier-ignore
const NEW_EXPANSIONS = 'author_id in_reply_to_user_id referenced_posts referenced_posts.author_id attachments.media_keys entities.mentions.username edit_history_post_ids sender_id participant_ids'.split(' '); // prettier-ignore
const USER_FIELDS = 'connection_status created_at description entities id is_identity_verified location name parody pinned_tweet_id most_recent_tweet_id profile_image_url protected public_metrics receives_your_dm subscription_type url username verified verified_followers_count verified_type withheld'.split(' '); // prettier-ignore
const MEDIA_FIELDS = 'alt_text duration_ms height media_key preview_image_url public_metrics type url variants width'.split(' '); // prettier-ignore
const DIRECT_FIELDS = 'attachments created_at dm_conversation_id entities event_type id text'.split(' ');
/** Only the older list has these; the newer one asks for them as expansions. */
const OLD_DIRECT_FIELDS = ['sender_id', 'participant_ids', 'referenced_tweets'];

const DEFAULT_POST_FIELDS = ['id', 'text', 'edit_history_tweet_ids'];
const DEFAULT_DIRECT_FIELDS = ['id', 'text', 'event_type'];

/** What an answer shall hold, in old names, whatever dialect was asked in. */
export interface Wish {
  readonly post: ReadonlySet<string>;
  readonly user: ReadonlySet<string>;
  readonly media: ReadonlySet<string>;
  readonly direct: ReadonlySet<string>;
  readonly expansions: ReadonlySet<string>;
  /** Names in which the answer is written. */
  readonly names: 'old' | 'new';
}

/** What a call asks for. Names that its dialect does not know are dropped without a word, as X does. */
export function wishOf(query: Readonly<Record<string, string>>, dialects: Rules['dialects']): Wish {
  const list = (name: string): string[] => (query[name] ?? '').split(',').filter((part) => part !== '');
  const [knowsOld, knowsNew] = [dialects !== 'new', dialects !== 'old'];
  const oldFields = knowsOld ? kept(list('tweet.fields'), OLD_POST_FIELDS) : [];
  const newFields = knowsNew ? kept(list('post.fields'), NEW_POST_FIELDS) : [];
  const oldExpansions = knowsOld ? kept(list('expansions'), OLD_EXPANSIONS) : [];
  const newExpansions = knowsNew ? kept(list('expansions'), NEW_EXPANSIONS) : [];
  const asksNew = newFields.length > 0 || newExpansions.some((name) => !OLD_EXPANSIONS.includes(name));
  const expansions = new Set([...oldExpansions, ...newExpansions.map(oldExpansion)]);
  const direct = [...DIRECT_FIELDS, ...(knowsOld ? OLD_DIRECT_FIELDS : [])];
  return {
    post: new Set([
      ...DEFAULT_POST_FIELDS,
      ...[...oldFields, ...newFields].map(oldName),
      // what is expanded is told, too
      ...[...expansions].map((name) => name.split('.')[0]!),
    ]),
    user: new Set(['id', 'name', 'username', ...kept(list('user.fields').map(oldName), USER_FIELDS)]),
    media: new Set(['media_key', 'type', ...kept(list('media.fields'), MEDIA_FIELDS)]),
    direct: new Set([
      ...DEFAULT_DIRECT_FIELDS,
      ...kept(list('dm_event.fields'), direct),
      ...[...expansions].map((name) => name.split('.')[0]!),
    ]),
    expansions,
    names: dialects === 'new' || (dialects === 'both' && asksNew) ? 'new' : 'old',
  };
}

/** An answer that was written in old names, in those of the wish. */
export function inDialect(value: unknown, names: Wish['names']): unknown {
  if (names === 'old' || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => inDialect(item, names));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [RENAMED[name] ?? name, inDialect(inner, names)]),
  );
}

function kept(asked: readonly string[], known: readonly string[]): string[] {
  return asked.filter((name) => known.includes(name));
}

function oldName(name: string): string {
  return Object.entries(RENAMED).find(([, renamed]) => renamed === name)?.[0] ?? name;
}

function oldExpansion(name: string): string {
  if (name === 'referenced_posts') return 'referenced_tweets.id';
  if (name === 'referenced_posts.author_id') return 'referenced_tweets.id.author_id';
  return oldName(name);
}
