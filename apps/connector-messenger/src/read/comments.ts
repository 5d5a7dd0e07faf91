import { MAX_BODY_LENGTH, type Party } from '@app/channel';
import { cut, idOf, type Json, listOf, millisOf, objectOf, textOf, webAddressOf } from '@app/connector-host';
import type { PlatformFile } from './attachments';
import { buildMessage } from './build-message';
import type { Update } from './envelope';
import { commentFingerprint } from '../fingerprint';
import { hashOf, keyOf } from './keys';
import type { Reading } from './reading';

/** A comment, whichever way it came. */
export interface Comment {
  readonly id: string;
  /** The comment that this one answers; absent for one on a post itself. */
  readonly parent: string | undefined;
  /** Absent where the platform hides who wrote. Their id is none by which they could be written to in private. */
  readonly author: Party | undefined;
  readonly text: string;
  readonly files: readonly PlatformFile[];
  readonly problems: readonly string[];
  /** Milliseconds. */
  readonly at: number;
  readonly history?: boolean;
}

type Change = 'edited' | 'withdrawn' | 'hidden' | 'shown';

const CHANGES: Readonly<Record<string, Change>> = {
  edited: 'edited',
  edit: 'edited',
  remove: 'withdrawn',
  delete: 'withdrawn',
  hide: 'hidden',
  unhide: 'shown',
};

/** Reads one change of the feed of a Page: comments; all else there is not for us. */
export function readFeed({ value, entryTime, where }: Update, page: string, arrivedAt: Date, reading: Reading): void {
  const change = objectOf(objectOf(value)?.['value']);
  if (!change) return reading.malformed(where);
  const item = textOf(change['item']) ?? 'unknown';
  const verb = textOf(change['verb']) ?? 'unknown';
  if (item !== 'comment') return reading.skip('feed', item);
  if (verb !== 'add' && !Object.hasOwn(CHANGES, verb)) return reading.skip('feed', item, verb);
  const id = idOf(change['comment_id']);
  if (id === undefined) return reading.malformed(where);
  const created = millisOf(change['created_time']);
  const told = millisOf(entryTime);
  const author = authorOf(change['from']);
  const what = CHANGES[verb];
  if (what === undefined) {
    addComment(
      {
        id,
        parent: parentOf(change, id),
        author,
        text: textOf(change['message']) ?? '',
        files: filesOf(change),
        problems: [],
        at: created ?? told ?? arrivedAt.getTime(),
      },
      page,
      reading,
    );
  } else {
    // what the Page writes under its own posts is no message of ours, so neither is its next wording
    if (what === 'edited' && author?.value === page && parentOf(change, id) === undefined) {
      return reading.skip('feed', item, 'by-page');
    }
    // the time of the comment may stay what it was; that of the entry is the change's
    const at = Math.max(created ?? 0, told ?? 0) || arrivedAt.getTime();
    changeComment(id, what, { at, text: change['message'], byPage: author?.value === page, where }, reading);
  }
}

/** External id of a comment. */
export function commentKey(id: string): string {
  return keyOf('comment', id);
}

/** Ids of a comment of the Page. One that Evenhand sent is known by these alone, and changes name comments by their external id. */
export function commentIds(id: string): string[] {
  return [id, commentKey(id)];
}

/** A comment as a message: by a customer a public conversation of their own below the first comment, by the Page an answer. */
export function addComment(comment: Comment, page: string, reading: Reading): void {
  const { id, parent, author, text, files, at } = comment;
  const externalId = commentKey(id);
  const nothing = text === '' && files.length === 0 && comment.problems.length === 0;
  const parts = {
    externalId,
    visibility: 'public',
    class: 'ordinary',
    lines: text === '' ? [] : [text],
    files,
    problems: nothing ? ['The comment holds something that Facebook does not pass on.'] : comment.problems,
    at,
    replyTo: parent,
    history: comment.history ?? false,
  } as const;
  if (author?.value === page) {
    // what the Page writes under its own posts answers nobody
    if (parent === undefined) return reading.skip('feed', 'comment', 'by-page');
    const built = buildMessage({
      ...parts,
      nativeIds: commentIds(id),
      direction: 'outbound',
      author: { value: page },
      fingerprint: commentFingerprint(parent, text),
    });
    return reading.add(built.message, built.files);
  }
  const known = author ?? { value: externalId };
  const built = buildMessage({
    ...parts,
    nativeIds: [id],
    direction: 'inbound',
    author: known,
    threadKey: keyOf('comment', parent ?? id, known.value),
  });
  return reading.add(built.message, built.files);
}

/** Whether a comment is seen by its author only. */
export function hideComment(id: string, hidden: boolean, at: number, reading: Reading): void {
  reading.add({
    kind: 'change',
    externalId: keyOf('feed', id, hidden ? 'hide' : 'unhide', at),
    target: commentKey(id),
    at: new Date(at).toISOString(),
    change: { type: 'hidden', hidden },
  });
}

function changeComment(
  id: string,
  what: Change,
  { at, text, byPage, where }: { at: number; text: unknown; byPage: boolean; where: string },
  reading: Reading,
): void {
  if (what === 'hidden' || what === 'shown') return hideComment(id, what === 'hidden', at, reading);
  const change = { kind: 'change', target: commentKey(id), at: new Date(at).toISOString() } as const;
  if (what === 'withdrawn') {
    const by = byPage ? 'us' : 'author';
    return reading.add({ ...change, externalId: keyOf('feed', id, 'remove'), change: { type: 'withdrawn', by } });
  }
  if (typeof text !== 'string') return reading.malformed(where);
  const seconds = Math.floor(at / 1_000);
  return reading.add({
    ...change,
    externalId: keyOf('feed', id, 'edited', seconds, hashOf(text)),
    change: { type: 'edited', text: cut(text, MAX_BODY_LENGTH), number: seconds },
  });
}

function authorOf(from: unknown): Party | undefined {
  const value = idOf(objectOf(from)?.['id']);
  const name = textOf(objectOf(from)?.['name']);
  if (value === undefined) return undefined;
  return name === undefined ? { value } : { value, name };
}

/** The comment it answers. On a post itself the parent is the post, whose id comes with the Page's id before it or without. */
function parentOf(change: Json, id: string): string | undefined {
  const parent = idOf(change['parent_id']);
  const post = idOf(change['post_id']) ?? idOf(objectOf(change['post'])?.['id']);
  if (parent === undefined || parent === id || parent === post || post?.endsWith(`_${parent}`)) return undefined;
  return parent;
}

function filesOf(change: Json): PlatformFile[] {
  return (['photo', 'video'] as const).flatMap((what) =>
    listOf(change[what]).flatMap((value) => {
      const url = webAddressOf(value);
      return url === undefined ? [] : [{ kind: what === 'photo' ? 'image' : 'video', url } as const];
    }),
  );
}
