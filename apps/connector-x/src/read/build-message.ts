import {
  guessLanguage,
  MAX_ATTACHMENTS,
  MAX_BODY_LENGTH,
  type FileRequest,
  type MessageEvent,
  type Participant,
  type Party,
} from '@app/channel';
import { cut, type Json, textOf } from '@app/connector-host';
import type { ReadMedia } from './media';

/** What a message is made of, whichever way it came; all else follows. */
export interface MessageParts {
  readonly externalId: string;
  readonly nativeIds: readonly string[];
  readonly direction: MessageEvent['direction'];
  readonly visibility: MessageEvent['visibility'];
  readonly author: Party;
  /** Whom it was written to, where that is one person. */
  readonly to?: string | undefined;
  /** ISO 8601. */
  readonly at: string;
  readonly text: string;
  readonly media: ReadMedia;
  readonly threadKey?: string | undefined;
  /** Platform ids of the message that this one answers. */
  readonly replyTo?: readonly string[];
  readonly fingerprint?: string | undefined;
  readonly permalink?: string | undefined;
  readonly history: boolean;
  readonly encrypted?: boolean;
}

const MAX_PROBLEMS = 50;
const MAX_NAME = 500;
const MAX_NATIVE_IDS = 5;
const MAX_PARENTS = 20;

/** A message within the bounds of events, and the files that are to be fetched for it. */
export function buildMessage(parts: MessageParts): { message: MessageEvent; files: FileRequest[] } {
  const problems = [...parts.media.problems];
  if (parts.text.length > MAX_BODY_LENGTH) problems.push('The text is too long; its end is not shown.');
  const files = parts.media.files.slice(0, MAX_ATTACHMENTS);
  if (files.length < parts.media.files.length) {
    problems.push(`The message has ${parts.media.files.length} files; the first ${MAX_ATTACHMENTS} are kept.`);
  }
  const encrypted = parts.encrypted ?? false;
  if (!encrypted && parts.text === '' && files.length === 0 && problems.length === 0) {
    problems.push('The message came without content.');
  }
  const language = guessLanguage(parts.text);
  const message: MessageEvent = {
    kind: 'message',
    externalId: parts.externalId,
    direction: parts.direction,
    visibility: parts.visibility,
    author: parts.author,
    participants: participantsOf(parts),
    at: parts.at,
    class: 'ordinary',
    history: parts.history,
    text: cut(parts.text, MAX_BODY_LENGTH),
    ...(language === undefined ? {} : { language }),
    attachments: [],
    pendingFiles: files.map(({ kind }, position) => ({ position, kind })),
    threading: {
      ...(parts.threadKey === undefined ? {} : { threadKey: parts.threadKey }),
      references: [...new Set(parts.replyTo)].slice(0, MAX_PARENTS).map((id) => ({ kind: 'native', id, direct: true })),
    },
    ...(parts.fingerprint === undefined ? {} : { fingerprint: parts.fingerprint }),
    nativeIds: newestKept(parts.nativeIds),
    problems: problems.slice(0, MAX_PROBLEMS),
    unreadable: false,
    encrypted,
    ...(parts.permalink === undefined ? {} : { permalink: parts.permalink }),
    commitments: {},
  };
  return {
    message,
    files: files.map(({ kind, url }, position) => ({ target: parts.externalId, position, kind, url })),
  };
}

/** Somebody by their id, with the name they gave themselves. Nothing else of what X tells of them is read. */
export function partyOf(value: string, person: Json | undefined): Party {
  const name = textOf(person?.['name'])
    ?.replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return name === undefined || name === '' ? { value } : { value, name: cut(name, MAX_NAME) };
}

/** The first id names the message, the newest are what others answer. */
function newestKept(ids: readonly string[]): string[] {
  const distinct = [...new Set(ids)];
  return distinct.length <= MAX_NATIVE_IDS
    ? distinct
    : [...distinct.slice(0, 1), ...distinct.slice(1 - MAX_NATIVE_IDS)];
}

function participantsOf({ author, to }: MessageParts): Participant[] {
  const from: Participant = { ...author, role: 'from' };
  return to === undefined ? [from] : [from, { value: to, role: 'to' }];
}
