import { Refused, type FileRef, type OutboundMessage } from '@app/channel';
import { messengerLimits } from './capabilities';
import { splitText } from './split-text';

/** Kinds of file that Messenger shows as what they are; all others are sent as `file`. */
export type FileKind = 'image' | 'audio' | 'video' | 'file';

/**
 * One request, but for what is only known when it is sent: the token, the id that the uploaded file gets, and whether it goes
 * as a response or as a person's late answer.
 */
export type PreparedRequest =
  | {
      readonly kind: 'message';
      /** A person of this Page, or the comment whose author is answered in private. */
      readonly recipient: { readonly id: string } | { readonly comment_id: string };
      /** Comes back in the echo, by which the message is known as ours. */
      readonly metadata: string;
      readonly content:
        { readonly text: string } | { readonly file: Pick<FileRef, 'sha256' | 'name' | 'mime'>; readonly as: FileKind };
    }
  | { readonly kind: 'comment'; readonly commentId: string; readonly text: string };

/**
 * What an outbound message becomes on Messenger: its text in pieces, then each file by itself, so that each has its own
 * state. In public and in answer to a comment there is only one message; whether it fits is said by `prepareRequest`.
 */
export function splitReply(outbound: OutboundMessage): Pick<OutboundMessage, 'text' | 'attachments'>[] {
  const { text, attachments } = outbound;
  if (onlyOne(outbound)) return [{ text, attachments }];
  const pieces = text.trim() === '' ? [] : splitText(text, messengerLimits.messageText);
  const parts = [
    ...pieces.map((piece) => ({ text: piece, attachments: [] })),
    ...attachments.map((file) => ({ text: '', attachments: [file] })),
  ];
  return parts.length === 0 ? [{ text: '', attachments: [] }] : parts;
}

/**
 * The request for one part, as it is kept and sent at every attempt. No message names the one it answers: our replies go to
 * the whole conversation, and to a customer a quotation of the wrong message would look odd.
 * @throws Refused for what Messenger cannot carry, in words for an agent.
 */
export function prepareRequest(outbound: OutboundMessage): Buffer {
  return Buffer.from(JSON.stringify(outbound.visibility === 'public' ? comment(outbound) : message(outbound)));
}

/** Reads what `prepareRequest` wrote. */
export function preparedRequest(prepared: Buffer): PreparedRequest {
  return JSON.parse(prepared.toString('utf8')) as PreparedRequest;
}

function onlyOne(outbound: OutboundMessage): boolean {
  return outbound.visibility === 'public' || outbound.privateReplyTo !== null;
}

function comment(outbound: OutboundMessage): PreparedRequest {
  const text = outbound.text.trim();
  if (outbound.inReplyTo === null) throw new Refused('REFUSED', 'The comment that is answered is not known.');
  if (outbound.attachments.length > 0) {
    throw new Refused('REFUSED', 'Files cannot be sent in a comment. Answer in private, or leave the files out.');
  }
  if (text === '') throw empty();
  if (text.length > messengerLimits.commentText) throw tooLong('comment', messengerLimits.commentText);
  return { kind: 'comment', commentId: outbound.inReplyTo, text };
}

function message(outbound: OutboundMessage): PreparedRequest {
  const text = outbound.text.trim();
  const [file, ...more] = outbound.attachments;
  if (more.length > 0 || (file !== undefined && text !== '')) {
    throw new Refused('REFUSED', 'The first private answer to a comment can be one message only: a text or one file.');
  }
  const base = { kind: 'message', recipient: recipientOf(outbound), metadata: outbound.id } as const;
  if (file !== undefined) {
    checkSize(file);
    const { sha256, name, mime } = file;
    return { ...base, content: { file: { sha256, name, mime }, as: fileKindOf(mime) } };
  }
  if (text === '') throw empty();
  if (text.length > messengerLimits.messageText) throw tooLong('message', messengerLimits.messageText);
  return { ...base, content: { text } };
}

function recipientOf({ privateReplyTo, to }: OutboundMessage): { id: string } | { comment_id: string } {
  if (privateReplyTo !== null) return { comment_id: privateReplyTo };
  return { id: to[0]!.value };
}

function checkSize({ name, size }: FileRef): void {
  if (size === 0) throw new Refused('REFUSED', `The file ${name} is empty; Facebook takes no empty files.`);
  if (size > messengerLimits.fileBytes) {
    throw new Refused('REFUSED', `The file ${name} is too large: Facebook takes up to 25 MB each.`);
  }
}

/** Only what Messenger shows as a picture is an image to it; it refuses others under that name. */
function fileKindOf(mime: string): FileKind {
  if (/^image\/(png|jpeg|jpg|gif|webp)$/.test(mime)) return 'image';
  if (mime.startsWith('audio/')) return 'audio';
  return mime.startsWith('video/') ? 'video' : 'file';
}

function empty(): Refused {
  return new Refused('REFUSED', 'There is nothing to send: the message has no text and no file.');
}

function tooLong(what: string, limit: number): Refused {
  return new Refused('TOO_LONG', `The text is too long: a ${what} may have ${limit.toLocaleString('en')} characters.`);
}
