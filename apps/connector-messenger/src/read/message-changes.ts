import { MAX_BODY_LENGTH } from '@app/channel';
import { countOf, cut, idOf, textOf } from '@app/connector-host';
import { keyOf } from './keys';
import type { PrivateUpdate } from './private-update';
import type { Reading } from './reading';
import { windowFrom } from './reply-window';

/** A reaction that neither name nor sign tells. */
const UNNAMED = '❔';

/** Signs for reactions that come by name only. */
const EMOJI: Readonly<Record<string, string>> = {
  smile: '😆',
  angry: '😠',
  sad: '😢',
  wow: '😮',
  love: '❤️',
  like: '👍',
  dislike: '👎',
  other: UNNAMED,
};

/** Somebody reacted to a message, or took it back. A customer's reaction opens the window and no wait. */
export function readReaction(update: PrivateUpdate, reading: Reading): void {
  const { body, person, byPage, page, at } = update;
  const mid = idOf(body['mid']);
  const by = byPage ? page : person;
  if (mid === undefined || by === undefined) return reading.malformed(update.where);
  const taken = textOf(body['action']) === 'unreact';
  const name = textOf(body['reaction']);
  const emoji = textOf(body['emoji']) ?? (name && Object.hasOwn(EMOJI, name) ? EMOJI[name] : name) ?? UNNAMED;
  const externalId = keyOf('reaction', mid, by, taken ? 'unreact' : 'react', name, at);
  const instant = new Date(at).toISOString();
  reading.add({
    kind: 'change',
    externalId,
    target: mid,
    at: instant,
    change: { type: 'reaction', by, emoji: taken ? null : cut(emoji, 100) },
  });
  if (!taken && !byPage) {
    reading.add({ kind: 'thread', externalId, threadKey: by, at: instant, window: windowFrom(at) });
  }
}

/** Somebody changed what they wrote; may come before the message. */
export function readEdit({ body, at, where }: PrivateUpdate, reading: Reading): void {
  const mid = idOf(body['mid']);
  const text = body['text'];
  if (mid === undefined || typeof text !== 'string') return reading.malformed(where);
  const number = countOf(body['num_edit']) ?? 1;
  reading.add({
    kind: 'change',
    externalId: keyOf('edit', mid, number),
    target: mid,
    at: new Date(at).toISOString(),
    change: { type: 'edited', text: cut(text, MAX_BODY_LENGTH), number },
  });
}
