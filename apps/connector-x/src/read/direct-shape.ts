import { idOf, type Json, listOf, objectOf, textOf } from '@app/connector-host';
import type { Includes } from './includes';
import { mediaByKeys, mediaInline, type ReadMedia } from './media';
import { shownText } from './shown-text';
import { toldTime, withMilliseconds } from './times';

/** A direct message that is not encrypted, whichever of the APIs told of it. */
export interface Direct {
  readonly id: string;
  readonly sender: string;
  /** Told by the older API only, of messages to one person. */
  readonly recipient: string | undefined;
  readonly conversation: string | undefined;
  /** Milliseconds. */
  readonly at: number | undefined;
  readonly text: string;
  readonly media: ReadMedia;
}

/** @returns a name of the kind where it is no message; undefined where it makes no sense. */
export function directOf(raw: Json, includes: Includes): Direct | { readonly other: string } | undefined {
  const create = objectOf(raw['message_create']);
  const type = textOf(raw['event_type']) ?? textOf(raw['type']) ?? 'MessageCreate';
  if (type !== 'MessageCreate' && type !== 'message_create') return { other: type };
  const id = idOf(raw['id']);
  const sender = idOf(create?.['sender_id']) ?? idOf(raw['sender_id']);
  if (id === undefined || sender === undefined) return undefined;
  const data = objectOf(create?.['message_data']) ?? raw;
  const attachment = objectOf(data['attachment']);
  const media = mediaOf(raw, attachment, includes);
  const place = placeOf(attachment);
  const text = writtenIn(data, attachment, media);
  return {
    id,
    sender,
    recipient: idOf(objectOf(create?.['target'])?.['recipient_id']),
    conversation: conversationOf(raw) ?? (create === undefined ? undefined : conversationOf(create)),
    at: withMilliseconds(toldTime(raw['created_timestamp']) ?? toldTime(raw['created_at']), id),
    text: [text, place].filter(Boolean).join('\n'),
    media,
  };
}

function conversationOf(raw: Json): string | undefined {
  return idOf(raw['dm_conversation_id']) ?? idOf(raw['conversation_id']);
}

function mediaOf(raw: Json, attachment: Json | undefined, includes: Includes): ReadMedia {
  const keys = objectOf(raw['attachments'])?.['media_keys'];
  if (keys !== undefined) return mediaByKeys(keys, includes);
  return attachment?.['media'] === undefined ? { files: [], problems: [] } : mediaInline([attachment['media']]);
}

function writtenIn(data: Json, attachment: Json | undefined, { files, problems }: ReadMedia): string {
  const own = textOf(objectOf(attachment?.['media'])?.['url']);
  return shownText({
    text: textOf(data['text']) ?? '',
    entities: [{ urls: own === undefined ? [] : [{ url: own }] }, objectOf(data['entities'])],
    isOwnFile: (url) => files.length + problems.length > 0 && (url['url'] === own || isOfMessage(url)),
  });
}

/** The short address that X puts behind the text for a file. */
function isOfMessage(url: Json): boolean {
  if (url['media_key'] !== undefined || /^pic\.(?:x|twitter)\.com\//.test(textOf(url['display_url']) ?? ''))
    return true;
  return /^https:\/\/(?:[\w-]+\.)*(?:x|twitter)\.com\/messages\/media\//.test(textOf(url['expanded_url']) ?? '');
}

/** A place that was shared; a sign and coordinates, without words of ours. */
function placeOf(attachment: Json | undefined): string | undefined {
  const location = objectOf(attachment?.['location']);
  const shared = objectOf(objectOf(location?.['shared_coordinate'])?.['coordinates']);
  const place = objectOf(objectOf(location?.['shared_place'])?.['place']);
  const [longitude, latitude] = listOf(shared?.['coordinates']).flatMap((number) => textOf(number) ?? []);
  const name = textOf(place?.['full_name']) ?? textOf(place?.['name']);
  const shown = name ?? (latitude === undefined ? undefined : `${latitude}, ${longitude}`);
  return shown === undefined ? undefined : `📍 ${shown}`;
}
