import {
  guessLanguage,
  MAX_ATTACHMENTS,
  MAX_BODY_LENGTH,
  type FileRequest,
  type MessageEvent,
  type Participant,
  type Party,
  type Reference,
  type ReplyWindow,
} from '@app/channel';
import { cut } from '@app/connector-host';
import type { PlatformFile } from './attachments';

/** What a message is made of, whichever way it came; all else follows. */
export interface MessageParts {
  readonly externalId: string;
  readonly nativeIds: readonly string[];
  readonly direction: MessageEvent['direction'];
  readonly visibility: MessageEvent['visibility'];
  readonly class: MessageEvent['class'];
  readonly author: Party;
  /** Whom it was written to, where that is one person. */
  readonly to?: string;
  /** Milliseconds. */
  readonly at: number;
  /** Parts of the text, one below the other. */
  readonly lines: readonly string[];
  readonly files: readonly PlatformFile[];
  readonly problems: readonly string[];
  readonly threadKey?: string | undefined;
  /** Platform id of the message that this one answers. */
  readonly replyTo?: string | undefined;
  readonly window?: ReplyWindow | undefined;
  readonly fingerprint?: string | undefined;
  readonly history?: boolean;
}

const MAX_PROBLEMS = 50;
const MAX_PROBLEM = 500;
const MAX_NAME = 500;
const MAX_FILE_NAME = 255;

/** A message within the bounds of events, and the files that are to be fetched for it. */
export function buildMessage(parts: MessageParts): { message: MessageEvent; files: FileRequest[] } {
  const whole = parts.lines.join('\n');
  const problems = [...parts.problems];
  if (whole.length > MAX_BODY_LENGTH) problems.push('The text is too long; its end is not shown.');
  if (parts.files.length > MAX_ATTACHMENTS) {
    problems.push(`The message has ${parts.files.length} files; the first ${MAX_ATTACHMENTS} are kept.`);
  }
  const files = parts.files.slice(0, MAX_ATTACHMENTS);
  // a notice is in our words
  const language = parts.class === 'notice' ? undefined : guessLanguage(whole);
  const references: Reference[] =
    parts.replyTo === undefined ? [] : [{ kind: 'native', id: parts.replyTo, direct: true }];
  const message: MessageEvent = {
    kind: 'message',
    externalId: parts.externalId,
    direction: parts.direction,
    visibility: parts.visibility,
    author: named(parts.author),
    participants: participantsOf(parts),
    at: new Date(parts.at).toISOString(),
    class: parts.class,
    history: parts.history ?? false,
    text: cut(whole, MAX_BODY_LENGTH),
    ...(language === undefined ? {} : { language }),
    attachments: [],
    pendingFiles: files.map(({ kind }, position) => ({ position, kind })),
    threading: { ...(parts.threadKey === undefined ? {} : { threadKey: parts.threadKey }), references },
    ...(parts.window === undefined ? {} : { window: parts.window }),
    ...(parts.fingerprint === undefined ? {} : { fingerprint: parts.fingerprint }),
    nativeIds: [...parts.nativeIds],
    problems: problems.map((problem) => cut(problem, MAX_PROBLEM)).slice(0, MAX_PROBLEMS),
    unreadable: false,
    encrypted: false,
    commitments: {},
  };
  return {
    message,
    files: files.map(({ kind, url, name }, position) => ({
      target: parts.externalId,
      position,
      kind,
      url,
      ...(name === undefined ? {} : { name: cut(name, MAX_FILE_NAME) }),
    })),
  };
}

function participantsOf({ author, to }: MessageParts): Participant[] {
  const from: Participant = { ...named(author), role: 'from' };
  return to === undefined ? [from] : [from, { value: to, role: 'to' }];
}

function named({ value, name }: Party): Party {
  return name === undefined ? { value } : { value, name: cut(name, MAX_NAME) };
}
