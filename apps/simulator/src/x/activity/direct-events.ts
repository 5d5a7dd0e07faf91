import type { Chat, Conversation, Direct } from '../model';
import { shown } from '../shown-text';
import { type Entity, firstApiEntities, firstApiMedia } from './first-api';
import type { TellingParts } from './shown';

/** A direct message as webhooks of both APIs show it: the form of the first API, HTML-escaped, times in text. */
export function directEvent(direct: Direct, conversation: Conversation, parts: TellingParts): object {
  const others = conversation.participantIds.filter((id) => id !== direct.senderId);
  return {
    type: 'message_create',
    id: direct.id,
    created_timestamp: String(direct.at),
    message_create: {
      target: { recipient_id: conversation.group ? conversation.id : others[0] },
      sender_id: direct.senderId,
      ...(direct.appId !== undefined && { source_app_id: direct.appId }),
      message_data: messageData(direct, parts),
    },
  };
}

function messageData(direct: Direct, parts: TellingParts): object {
  const { world, media, origin } = parts;
  const said = shown(direct.text, world);
  const { entities } = firstApiEntities(said, parts);
  const [file] = media.of(direct);
  if (!file) return { text: said.text, entities };
  // the link of the file stands at the end of the text, as X puts it there
  const url = `https://t.co/${BigInt(file.id).toString(36).slice(-10)}`;
  const text = said.text === '' ? url : `${said.text} ${url}`;
  const end = Array.from(text).length;
  const link: Entity = {
    start: end - url.length,
    end,
    url,
    expanded_url: `https://twitter.com/messages/media/${direct.id}`,
    display_url: `pic.twitter.com/${url.slice(-10)}`,
  };
  // to be had by its people only, with their token
  const address = `${origin}/sim/x/api/2/dm_conversations/media/${direct.id}/${file.id}/${encodeURIComponent(file.name)}`;
  const { url: short, expanded_url, display_url } = link;
  const urls = [...(entities as { urls: object[] }).urls, { url: short, expanded_url, display_url, indices: [link.start, link.end] }]; // prettier-ignore
  return {
    text,
    entities: { ...entities, urls },
    attachment: { type: 'media', media: firstApiMedia(file, address, link) },
  };
}

/** Whoever reads tells up to which message. */
export function readEvent(sign: { readerId: string; otherId: string; upTo: string; at: number }): object {
  const { readerId, otherId, upTo, at } = sign;
  return {
    created_timestamp: String(at),
    sender_id: readerId,
    target: { recipient_id: otherId },
    last_read_event_id: upTo,
  };
}

export function typingEvent({ userId, otherId, at }: { userId: string; otherId: string; at: number }): object {
  return { created_timestamp: String(at), sender_id: userId, target: { recipient_id: otherId } };
}

/** An encrypted message: all that anybody but its people has of it. */
export function chatPayload(chat: Chat): object {
  return {
    id: chat.id,
    conversation_token: Buffer.from(`token:${chat.conversationId}`).toString('base64'),
    created_at_msec: String(chat.at),
    sender_id: chat.senderId,
    conversation_id: chat.conversationId,
    conversation_key_version: chat.keyVersion,
    encoded_event: chat.encoded,
    conversation_key_change_event: Buffer.from(chat.keyVersion).toString('base64'),
    message_event_signature: {
      signature: Buffer.from(chat.id).toString('base64'),
      public_key_version: chat.keyVersion,
      signature_version: '5',
    },
  };
}
