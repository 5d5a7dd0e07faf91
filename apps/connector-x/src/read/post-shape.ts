import { idOf, type Json, listOf, objectOf, textOf } from '@app/connector-host';
import type { Includes } from './includes';
import { mediaByKeys, mediaInline, type ReadMedia } from './media';
import { shownText } from './shown-text';
import { toldTime } from './times';

/** A post, whichever of the APIs told of it and whatever it called the fields. */
export interface Post {
  readonly id: string;
  /** Ids of all its versions, the first first. */
  readonly history: readonly string[];
  readonly authorId: string | undefined;
  readonly author: Json | undefined;
  /** Id of the post that began the conversation; the older API tells it only where that is this one. */
  readonly conversationId: string | undefined;
  /** Ids of the post that this one answers, as answered first. */
  readonly parents: readonly string[];
  /** Who wrote what it answers. */
  readonly answeredUser: string | undefined;
  readonly isRepost: boolean;
  /** As told, milliseconds. */
  readonly at: number | undefined;
  readonly text: string;
  readonly media: ReadMedia;
  readonly raw: Json;
}

/** Most versions kept; X allows five edits. */
const MAX_VERSIONS = 20;

/** @returns undefined where there is nothing by which it could be known. */
export function postOf(raw: Json, includes: Includes): Post | undefined {
  const id = idOf(raw['id_str']) ?? idOf(raw['id']);
  if (id === undefined) return undefined;
  const inline = objectOf(raw['user']);
  const authorId = idOf(raw['author_id']) ?? idOf(inline?.['id_str']) ?? idOf(inline?.['id']);
  const history = historyOf(raw, id);
  const parent = parentOf(raw);
  const parentPost = parent === undefined ? undefined : includes.post(parent);
  const media = mediaOf(raw, includes);
  return {
    id,
    history,
    authorId,
    author: (authorId === undefined ? undefined : includes.user(authorId)) ?? inline,
    conversationId:
      idOf(raw['conversation_id']) ??
      idOf(raw['conversation_id_str']) ??
      (parent === undefined ? history[0] : idOf(parentPost?.['conversation_id'])),
    parents: parent === undefined ? [] : [parent, ...(parentPost ? historyOf(parentPost, parent) : [])],
    answeredUser: idOf(raw['in_reply_to_user_id_str']) ?? idOf(raw['in_reply_to_user_id']),
    isRepost:
      references(raw).some(({ type }) => type === 'retweeted') || objectOf(raw['retweeted_status']) !== undefined,
    at: toldTime(raw['created_at']) ?? toldTime(raw['timestamp_ms']),
    text: textIn(raw, history, media.files.length + media.problems.length > 0),
    media,
    raw,
  };
}

function historyOf(raw: Json, id: string): string[] {
  const older = objectOf(raw['edit_history']);
  const told = [
    raw['edit_history_tweet_ids'],
    raw['edit_history_post_ids'],
    older?.['edit_tweet_ids'] ?? older?.['initial_tweet_id'],
  ].flatMap((list) => listOf(list).flatMap((value) => idOf(value) ?? []));
  const versions = [...new Set(told)].slice(0, MAX_VERSIONS);
  return versions.includes(id) ? versions : [...versions, id];
}

function references(raw: Json): { type: string | undefined; id: string | undefined }[] {
  return [...listOf(raw['referenced_tweets']), ...listOf(raw['referenced_posts'])].map((value) => {
    const reference = objectOf(value);
    return { type: textOf(reference?.['type']), id: idOf(reference?.['id']) };
  });
}

function parentOf(raw: Json): string | undefined {
  return (
    references(raw).find(({ type, id }) => type === 'replied_to' && id !== undefined)?.id ??
    idOf(raw['in_reply_to_tweet_id']) ??
    idOf(raw['in_reply_to_post_id']) ??
    idOf(raw['in_reply_to_status_id_str']) ??
    idOf(raw['in_reply_to_status_id'])
  );
}

function mediaOf(raw: Json, includes: Includes): ReadMedia {
  const attachments = objectOf(raw['attachments']);
  const extended = objectOf(raw['extended_tweet']);
  const inline = [extended?.['extended_entities'], raw['extended_entities'], extended?.['entities'], raw['entities']]
    .map((entities) => listOf(objectOf(entities)?.['media']))
    .find((list) => list.length > 0);
  const { files, problems } = attachments?.['media_keys']
    ? mediaByKeys(attachments['media_keys'], includes)
    : mediaInline(inline ?? []);
  const poll = listOf(attachments?.['poll_ids']).length > 0;
  return { files, problems: poll ? [...problems, 'It holds a poll, which can only be seen on X.'] : problems };
}

/** Long posts stand in a note, or in an extended tweet; `text` holds their beginning. */
function textIn(raw: Json, history: readonly string[], hasFiles: boolean): string {
  const extended = objectOf(raw['extended_tweet']);
  const short = textOf(extended?.['full_text']) ?? textOf(raw['full_text']) ?? textOf(raw['text']) ?? '';
  const note = objectOf(raw['note_tweet']) ?? objectOf(raw['note_post']);
  const entities = [extended, raw, note].map((holder) => objectOf(holder?.['entities']));
  const inline = [objectOf(extended?.['extended_entities']), objectOf(raw['extended_entities']), ...entities];
  const own = new Set(inline.flatMap((holder) => listOf(holder?.['media']).map((file) => objectOf(file)?.['url'])));
  return shownText({
    text: textOf(note?.['text']) ?? short,
    entities: [...entities, { urls: [...own].map((url) => ({ url })) }],
    range: extended?.['display_text_range'] ?? raw['display_text_range'],
    rangeOf: short,
    isOwnFile: (url) => hasFiles && (own.has(url['url']) || isOfPost(url, history)),
  });
}

/** The short address that X puts behind the text for its own pictures and video. */
function isOfPost(url: Json, history: readonly string[]): boolean {
  if (url['media_key'] !== undefined || /^pic\.(?:x|twitter)\.com\//.test(textOf(url['display_url']) ?? ''))
    return true;
  const page = /\/status\/(\d+)\/(?:photo|video)\/\d+$/.exec(textOf(url['expanded_url']) ?? '')?.[1];
  return page !== undefined && history.includes(page);
}
