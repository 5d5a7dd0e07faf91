import { createHash } from 'node:crypto';
import twitterText from 'twitter-text';
import { mentionsIn } from './mentions';
import type { Media, Post } from './model';
import type { World } from './world';

/** Units after which a text is cut where it stands in a list; the whole is in the note. */
const SHORT = 280;

/** A text as X hands it over: escaped for HTML, with shortened links. Places are code points of it. */
export interface Shown {
  text: string;
  entities: Record<string, object[]>;
}

export interface ShownPost extends Shown {
  /** What X's own program shows: neither the names before a reply nor the link of its files. */
  range: [number, number];
  /** The whole of a long post; `text` is cut then. */
  note?: Shown;
}

/** A post as X hands it over. */
export function shownPost(post: Post, world: World, files: readonly Media[] = []): ShownPost {
  if (post.reposts !== undefined) return shownRepost(post, world);
  const before = post.leading.map((name) => `@${name} `).join('');
  const whole = shown(`${before}${post.text}`, world);
  const start = lengthOf(before);
  const end = lengthOf(whole.text);
  if (weightOf(post.text) > SHORT) {
    const cut = Array.from(whole.text)
      .slice(0, SHORT - 1)
      .join('');
    const short = { text: `${cut.replace(/&[a-z]{0,4}$/, '')}…`, entities: within(whole.entities, lengthOf(cut)) };
    return { ...short, range: [start, lengthOf(short.text)], note: whole };
  }
  if (files.length === 0) return { ...whole, range: [start, end] };
  const link = shortened(`file ${post.id}`);
  const text = whole.text === '' ? link : `${whole.text} ${link}`;
  const at = lengthOf(text) - link.length;
  const urls = files.map(({ key }) => ({
    start: at,
    end: at + link.length,
    url: link,
    expanded_url: `https://x.com/i/status/${post.id}/photo/1`,
    display_url: `pic.x.com/${link.slice(-10)}`,
    media_key: key,
  }));
  const entities = { ...whole.entities, urls: [...(whole.entities['urls'] ?? []), ...urls] };
  return { text, entities, range: [start, end] };
}

/** Any other text as X hands it over, such as that of a direct message. */
export function shown(typed: string, world: World): Shown {
  const links = twitterText.extractUrlsWithIndices(typed, { extractUrlsWithoutProtocol: true });
  let text = '';
  let from = 0;
  const urls: object[] = [];
  for (const { url, indices } of links) {
    text += escaped(typed.slice(from, indices[0]));
    const short = shortened(url);
    const start = lengthOf(text);
    text += short;
    const expanded = /^https?:\/\//i.test(url) ? url : `http://${url}`;
    urls.push({ start, end: start + short.length, url: short, expanded_url: expanded, display_url: displayed(url) });
    from = indices[1];
  }
  text += escaped(typed.slice(from));
  const mentions = mentionsIn(text).flatMap((mention) => {
    const user = world.findUser(mention.username);
    return user ? { ...mention, username: user.username, id: user.id } : [];
  });
  const hashtags = [...text.matchAll(/(?<![\w&/])#(\p{L}[\p{L}\p{N}_]*)/gu)].map((match) => {
    const start = lengthOf(text.slice(0, match.index));
    return { start, end: start + lengthOf(match[0]), tag: match[1]! };
  });
  const entities: Record<string, object[]> = {};
  if (urls.length > 0) entities['urls'] = urls;
  if (mentions.length > 0) entities['mentions'] = mentions;
  if (hashtags.length > 0) entities['hashtags'] = hashtags;
  return { text, entities };
}

/** How long a post is, as X counts: a link is 23, most scripts count double. */
export function weightOf(text: string): number {
  return twitterText.parseTweet(text.normalize('NFC')).weightedLength;
}

/** Whether there is a link in a text; such posts cost more. */
export function hasLink(text: string): boolean {
  return twitterText.extractUrls(text, { extractUrlsWithoutProtocol: true }).length > 0;
}

function shownRepost(post: Post, world: World): ShownPost {
  const of = world.post(post.reposts!);
  const author = world.user(of.authorId);
  const start = 'RT '.length;
  const { text } = shown(of.text, world);
  const all = Array.from(`RT @${author.username}: ${text}`);
  const cut = all.length > 140 ? `${all.slice(0, 139).join('')}…` : all.join('');
  const mention = { start, end: start + author.username.length + 1, username: author.username, id: author.id };
  return { text: cut, entities: { mentions: [mention] }, range: [0, lengthOf(cut)] };
}

function within(entities: Record<string, object[]>, end: number): Record<string, object[]> {
  const pairs = Object.entries(entities).map(
    ([kind, list]) => [kind, list.filter((entity) => (entity as { end: number }).end <= end)] as const,
  );
  return Object.fromEntries(pairs.filter(([, list]) => list.length > 0));
}

/** The same address gives the same short one. */
function shortened(url: string): string {
  const code = createHash('sha256').update(url).digest('base64').replace(/[+/=]/g, '').slice(0, 10);
  return `https://t.co/${code}`;
}

function displayed(url: string): string {
  const bare = url.replace(/^https?:\/\/(www\.)?/i, '');
  return bare.length > 26 ? `${bare.slice(0, 26)}…` : bare;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}
