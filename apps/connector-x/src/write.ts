import { Refused, type FileRef, type OutboundMessage } from '@app/channel';
import { xLimits } from './capabilities';
import { xId, type HandleSettings } from './config';
import { longestPost, weightedLength } from './weighted-length';

/** What X takes a file as; there is nothing else. */
export type FileKind = 'image' | 'gif' | 'video';

export interface PreparedFile extends Pick<FileRef, 'sha256' | 'name' | 'mime'> {
  readonly as: FileKind;
}

/** One request, but for what is only known when it is sent: the token, and the ids that uploaded files get. */
export type PreparedRequest =
  | {
      readonly kind: 'post';
      readonly inReplyTo: string;
      readonly text: string;
      readonly files: readonly PreparedFile[];
    }
  | {
      readonly kind: 'direct';
      /** A person, or a conversation of several. */
      readonly to: { readonly person: string } | { readonly group: string };
      readonly text: string;
      readonly files: readonly PreparedFile[];
    };

const GROUP = 'dm-group:';

/**
 * What an outbound message becomes on X. A direct message carries one file: the text goes with the first, each other file by
 * itself. A public answer is always one post; whether it fits is said by `prepareRequest`.
 */
export function splitReply(outbound: OutboundMessage): Pick<OutboundMessage, 'text' | 'attachments'>[] {
  const { text, attachments } = outbound;
  const [first, ...more] = attachments;
  if (outbound.visibility === 'public' || first === undefined) return [{ text, attachments }];
  return [{ text, attachments: [first] }, ...more.map((file) => ({ text: '', attachments: [file] }))];
}

/**
 * The request for one part, as it is kept and sent at every attempt.
 * @throws Refused for what X cannot carry, in words for an agent.
 */
export function prepareRequest(outbound: OutboundMessage, settings: Pick<HandleSettings, 'longPosts'>): Buffer {
  const request = outbound.visibility === 'public' ? post(outbound, settings) : direct(outbound);
  return Buffer.from(JSON.stringify(request));
}

/** Reads what `prepareRequest` wrote. */
export function preparedRequest(prepared: Buffer): PreparedRequest {
  return JSON.parse(prepared.toString('utf8')) as PreparedRequest;
}

/** The body of a request, once its files have ids. */
export function bodyOf(request: PreparedRequest, mediaIds: readonly string[]): Record<string, unknown> {
  const { text } = request;
  const written = text === '' ? {} : { text };
  if (request.kind === 'post') {
    return {
      ...written,
      reply: { in_reply_to_tweet_id: request.inReplyTo },
      ...(mediaIds.length === 0 ? {} : { media: { media_ids: mediaIds } }),
    };
  }
  return {
    ...written,
    ...(mediaIds.length === 0 ? {} : { attachments: mediaIds.map((id) => ({ media_id: id })) }),
  };
}

function post(outbound: OutboundMessage, settings: Pick<HandleSettings, 'longPosts'>): PreparedRequest {
  const inReplyTo = outbound.inReplyTo ?? '';
  if (!xId.safeParse(inReplyTo).success) throw new Refused('REFUSED', 'The post that is answered is not known.');
  const text = outbound.text.trim();
  const files = outbound.attachments.map(fileOf);
  if (text === '' && files.length === 0) throw empty();
  const most = longestPost(settings);
  const length = weightedLength(text);
  if (length > most) {
    throw new Refused(
      'TOO_LONG',
      `The text is too long: X counts ${length.toLocaleString('en')} of ${most.toLocaleString('en')} characters. Shorten it, or answer by direct message.`,
    );
  }
  const pictures = files.every(({ as }) => as === 'image');
  if (files.length > xLimits.filesPerPost || (files.length > 1 && !pictures)) {
    throw new Refused('REFUSED', 'A post carries four pictures, or one GIF, or one video. Leave the other files out.');
  }
  return { kind: 'post', inReplyTo, text, files };
}

function direct(outbound: OutboundMessage): PreparedRequest {
  const text = outbound.text.trim();
  const files = outbound.attachments.map(fileOf);
  if (text === '' && files.length === 0) throw empty();
  if (text.length > xLimits.directLength) {
    const most = xLimits.directLength.toLocaleString('en');
    throw new Refused('TOO_LONG', `The text is too long: a direct message may have ${most} characters.`);
  }
  if (files.length > 1) throw new Refused('REFUSED', 'A direct message carries one file. Leave the others out.');
  return { kind: 'direct', to: recipientOf(outbound), text, files };
}

function recipientOf({ threadKey, to }: OutboundMessage): { person: string } | { group: string } {
  const group = threadKey?.startsWith(GROUP) === true ? threadKey.slice(GROUP.length) : undefined;
  const id = group ?? to[0]!.value;
  // a group is one number, too
  if (!xId.safeParse(id).success) throw new Refused('REFUSED', 'The person who is answered is not known on X.');
  return group === undefined ? { person: id } : { group };
}

const MB = 1024 * 1024;
const KINDS: readonly { readonly mime: RegExp; readonly as: FileKind; readonly bytes: number }[] = [
  { mime: /^image\/gif$/, as: 'gif', bytes: xLimits.gifBytes },
  { mime: /^image\/(?:jpe?g|png|webp)$/, as: 'image', bytes: xLimits.imageBytes },
  { mime: /^video\/(?:mp4|quicktime|webm)$/, as: 'video', bytes: xLimits.videoBytes },
];

function fileOf({ sha256, name, mime, size }: FileRef): PreparedFile {
  const kind = KINDS.find((one) => one.mime.test(mime));
  if (kind === undefined) {
    throw new Refused(
      'REFUSED',
      `The file ${name} cannot be sent: X takes pictures (JPEG, PNG, WebP), GIFs and videos (MP4, MOV) only.`,
    );
  }
  if (size === 0) throw new Refused('REFUSED', `The file ${name} is empty; X takes no empty files.`);
  if (size > kind.bytes) {
    const most = `${kind.bytes / MB} MB`;
    throw new Refused('REFUSED', `The file ${name} is too large: X takes up to ${most} of this kind.`);
  }
  return { sha256, name, mime, as: kind.as };
}

function empty(): Refused {
  return new Refused('REFUSED', 'There is nothing to send: the message has no text and no file.');
}
