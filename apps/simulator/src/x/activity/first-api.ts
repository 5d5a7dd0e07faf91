import type { Media, Post, User } from '../model';
import { type Shown, shownPost } from '../shown-text';
import { HOUR } from '../world';
import type { TellingParts } from './shown';

/** Longer texts are cut, and whole in `extended_tweet`. */
const SHORT = 140;

/** A post in the form of the first API (v1.1), as the old Account Activity API sends it: times and names of long ago. */
export function firstApiPost(post: Post, parts: TellingParts, nested = false): Record<string, unknown> {
  const { world, media } = parts;
  const files = media.of(post);
  const shown = shownPost(post, world, files);
  const whole = shown.note ?? shown;
  const letters = Array.from(whole.text);
  const truncated = letters.length > SHORT;
  // of a long post the range is that of the cut text; the names before it are as long in the whole
  const range = shown.note ? [shown.range[0], letters.length] : shown.range;
  const versions = world.versionsOf(post).map(({ id }) => id);
  const { inReplyTo: parent, inReplyToUserId: answered } = post;
  const related = (id: string | undefined): Post | undefined => (id === undefined ? undefined : world.posts.get(id));
  const [quoted, reposted] = [related(post.quotes), related(post.reposts)];
  const entities = firstApiEntities(whole, parts, files);
  return {
    created_at: firstApiTime(post.at),
    // greater than 2^53: whoever reads it as a number has another
    id: BigInt(post.id),
    id_str: post.id,
    text: truncated ? `${letters.slice(0, SHORT - 1).join('')}…` : whole.text,
    source: '<a href="http://twitter.com" rel="nofollow">Twitter Web Client</a>',
    truncated,
    display_text_range: truncated ? [0, SHORT] : range,
    in_reply_to_status_id: parent === undefined ? null : BigInt(parent),
    in_reply_to_status_id_str: parent ?? null,
    in_reply_to_user_id: answered === undefined ? null : BigInt(answered),
    in_reply_to_user_id_str: answered ?? null,
    in_reply_to_screen_name: answered === undefined ? null : world.user(answered).username,
    user: firstApiUser(world.user(post.authorId)),
    is_quote_status: quoted !== undefined,
    ...(quoted && {
      quoted_status_id: BigInt(quoted.id),
      quoted_status_id_str: quoted.id,
      ...(!nested && { quoted_status: firstApiPost(quoted, parts, true) }),
    }),
    ...(reposted && !nested && { retweeted_status: firstApiPost(reposted, parts, true) }),
    ...(truncated && {
      extended_tweet: { full_text: whole.text, display_text_range: range, ...entities },
    }),
    ...entities,
    quote_count: post.metrics.quotes,
    reply_count: post.metrics.replies,
    retweet_count: post.metrics.reposts,
    favorite_count: post.metrics.likes,
    favorited: false,
    retweeted: false,
    filter_level: 'low',
    lang: post.language,
    edit_history: { initial_tweet_id: post.originalId, edit_tweet_ids: versions },
    edit_controls: { editable_until_ms: String(post.at + HOUR), edits_remaining: '5', edit_tweet_ids: versions },
    editable: true,
    timestamp_ms: String(post.at),
  };
}

export function firstApiUser(user: User): Record<string, unknown> {
  const { id, name, username, bio, location, pictureUrl, reach } = user;
  return {
    id: BigInt(id),
    id_str: id,
    name,
    screen_name: username,
    location: location || null,
    description: bio || null,
    protected: user.protected,
    verified: reach.verified,
    followers_count: reach.followers,
    friends_count: reach.following,
    listed_count: reach.listed,
    favourites_count: reach.likes,
    statuses_count: reach.posts,
    created_at: firstApiTime(user.at),
    profile_image_url: pictureUrl.replace(/^https:/, 'http:'),
    profile_image_url_https: pictureUrl,
    default_profile: false,
  };
}

/** Users of direct messages in the old API: ids in text, times in milliseconds as text, and no wrapper. */
export function firstApiParticipant(user: User): Record<string, unknown> {
  const { id_str: _, listed_count: __, favourites_count: ___, default_profile: ____, ...rest } = firstApiUser(user);
  return { ...rest, id: user.id, created_timestamp: String(user.at) };
}

/** Such as `Mon Mar 26 16:33:26 +0000 2018`. */
export function firstApiTime(ms: number): string {
  const [week, day, month, year, time] = new Date(ms).toUTCString().replace(',', '').split(' ');
  return `${week} ${month} ${day} ${time} +0000 ${year}`;
}

/** Entities in the names of the first API, where files stand apart from links. */
export function firstApiEntities(
  { entities }: Shown,
  { world, origin }: Pick<TellingParts, 'world' | 'origin'>,
  files: readonly Media[] = [],
): { entities: object; extended_entities?: object } {
  const of = (kind: string): Entity[] => (entities[kind] ?? []) as Entity[];
  const links = of('urls');
  const media = links.flatMap((link) => {
    const file = files.find(({ key }) => key === link.media_key);
    if (!file) return [];
    const address = `${origin}/sim/x/cdn/${file.id}/${encodeURIComponent(file.name)}`;
    return firstApiMedia(file, address, link);
  });
  const mentions = of('mentions').map(({ start, end, id, username }) => {
    const { name } = world.user(id!);
    return { screen_name: username, name, id: BigInt(id!), id_str: id, indices: [start, end] };
  });
  return {
    entities: {
      hashtags: of('hashtags').map(({ start, end, tag }) => ({ text: tag, indices: [start, end] })),
      urls: links.filter((link) => link.media_key === undefined).map(linkOf),
      user_mentions: mentions,
      symbols: [],
      ...(media.length > 0 && { media: media.slice(0, 1) }),
    },
    ...(media.length > 0 && { extended_entities: { media } }),
  };
}

/** A file as the first API shows it, at an address. */
export function firstApiMedia(file: Media, address: string, link: Entity): object {
  const type = file.mime.startsWith('video/') ? 'video' : file.mime === 'image/gif' ? 'animated_gif' : 'photo';
  const size = { w: 640, h: 480, resize: 'fit' };
  return {
    id: BigInt(file.id),
    id_str: file.id,
    media_url: address,
    media_url_https: address,
    ...linkOf(link),
    type,
    sizes: { thumb: { w: 150, h: 150, resize: 'crop' }, small: size, medium: size, large: size },
    ...(type !== 'photo' && {
      video_info: { duration_millis: 4_000, variants: [{ bitrate: 832_000, content_type: file.mime, url: address }] },
    }),
  };
}

/** A link, a mention or a hashtag, as v2 has it. */
export interface Entity {
  start: number;
  end: number;
  url?: string;
  expanded_url?: string;
  display_url?: string;
  media_key?: string;
  username?: string;
  id?: string;
  tag?: string;
}

function linkOf({ start, end, url, expanded_url, display_url }: Entity): object {
  return { url, expanded_url, display_url, indices: [start, end] };
}
