import { MAX_BODY_LENGTH } from '@app/channel';
import { cut, idOf, objectOf } from '@app/connector-host';
import { postFingerprint } from '../fingerprint';
import { timeOfId } from '../ids';
import { buildMessage, partyOf } from './build-message';
import type { Includes } from './includes';
import { keyOf, publicThread } from './keys';
import { postOf, type Post } from './post-shape';
import { reachOf } from './reach';
import type { Reading } from './reading';
import { instantOf, wholeSecond } from './times';

/** Nobody's name stands in it, and it leads to the newest version. */
export function permalinkOf(id: string): string | undefined {
  return /^\d{1,19}$/.test(id) ? `https://x.com/i/web/status/${id}` : undefined;
}

/**
 * Reads a post: of a customer a message in the public conversation of theirs, of ours an answer to what it stands below.
 * A post has a new id with each edit; all of them are one message, under the first.
 */
export function readPost(value: unknown, includes: Includes, where: string, reading: Reading): void {
  const post = postOf(objectOf(value) ?? {}, includes);
  if (post?.authorId === undefined) return reading.malformed(where);
  if (post.isRepost) return reading.skip('repost');
  const { own } = reading.reader;
  if (post.authorId === own) {
    if (answersNobody(post, own)) return reading.skip('own-post');
    ownReply(post, reading);
  } else {
    customerPost(post, post.authorId, reading);
  }
  editOf(post, reading);
}

/** News for everybody, and what goes on right below it; quotes too. */
function answersNobody({ parents, answeredUser, conversationId }: Post, own: string): boolean {
  return parents.length === 0 || (answeredUser === own && parents[0] === conversationId);
}

function customerPost(post: Post, author: string, reading: Reading): void {
  const { message, files } = buildMessage({
    ...common(post, reading),
    direction: 'inbound',
    author: partyOf(author, post.author),
    threadKey: post.conversationId === undefined ? undefined : publicThread(post.conversationId, author),
  });
  reading.add(message, files, reachOf(post.author, post.raw));
}

function ownReply(post: Post, reading: Reading): void {
  const [inReplyTo] = post.parents;
  const { message, files } = buildMessage({
    ...common(post, reading),
    direction: 'outbound',
    author: { value: reading.reader.own },
    fingerprint: inReplyTo === undefined ? undefined : postFingerprint({ inReplyTo, text: post.text }),
  });
  reading.add(message, files);
}

function common(post: Post, reading: Reading) {
  const { arrivedAt, history } = reading.reader;
  const first = post.history[0] ?? post.id;
  return {
    externalId: first,
    nativeIds: post.history,
    visibility: 'public',
    // of an edited post X tells when the edit was made; when it was written its first id knows
    at: instantOf(first === post.id ? post.at : firstWritten(first, post.at), first, arrivedAt),
    text: post.text,
    media: post.media,
    replyTo: post.parents,
    permalink: permalinkOf(first),
    history,
  } as const;
}

function firstWritten(first: string, edited: number | undefined): number | undefined {
  const millis = timeOfId(first)?.getTime();
  return millis === undefined ? edited : wholeSecond(millis);
}

/** The text of a later version. It comes beside the message, so that the order of arrival is no matter. */
function editOf(post: Post, reading: Reading): void {
  const number = post.history.indexOf(post.id);
  const [target] = post.history;
  if (number < 1 || target === undefined) return;
  reading.add({
    kind: 'change',
    externalId: keyOf('edit', target, number),
    target,
    at: instantOf(post.at, post.id, reading.reader.arrivedAt),
    change: { type: 'edited', text: cut(post.text, MAX_BODY_LENGTH), number },
  });
}

/** A post is gone: by whom it was written. X tells no time, or the time of the deletion. */
export function readDeletion(
  { id, author, at }: { readonly id: unknown; readonly author: unknown; readonly at?: number | undefined },
  where: string,
  reading: Reading,
): void {
  const target = idOf(id);
  if (target === undefined) return reading.malformed(where);
  const { own, arrivedAt } = reading.reader;
  reading.add({
    kind: 'change',
    externalId: keyOf('delete', target),
    target,
    at: new Date(Math.min(at ?? arrivedAt.getTime(), arrivedAt.getTime())).toISOString(),
    change: { type: 'withdrawn', by: idOf(author) === own ? 'us' : 'author' },
  });
}
