import type { LengthCounting, Visibility } from '../graphql/generated';

/** What one reply may be, where it goes. */
export interface ReplyLimits {
  /** Longest text; undefined: no limit. */
  readonly most: number | undefined;
  /** How `most` is counted; parts are always in UTF-16 units. */
  readonly counting: LengthCounting;
  /** A longer text goes out as several messages, and so does each file. Undefined: always as one. */
  readonly part: number | undefined;
  readonly files: boolean;
}

interface Place {
  readonly visibility: Visibility;
  readonly account: {
    readonly maxLength?: number | null;
    readonly partLength?: number | null;
    readonly publicLength?: number | null;
    readonly publicCounting?: LengthCounting;
    readonly publicFiles?: boolean;
  };
}

/** @param audience who is to read it: other than the conversation's own is a private answer to something public. */
export function replyLimits({ visibility, account }: Place, audience: Visibility): ReplyLimits {
  const most = account.maxLength ?? undefined;
  const part = account.partLength ?? undefined;
  if (audience === 'PUBLIC') {
    const counting = account.publicCounting ?? 'UNITS';
    return { most: account.publicLength ?? most, counting, part: undefined, files: account.publicFiles ?? true };
  }
  if (visibility === 'PUBLIC') return { most: part ?? most, counting: 'UNITS', part: undefined, files: true };
  return { most, counting: 'UNITS', part, files: true };
}

/** Where a text is cut, best first. */
const BREAKS: readonly RegExp[] = [
  /(?=\s*\n\s*\n)/g,
  /(?=\s*\n)/g,
  /(?<=[.!?…]["'”’»)\]]*)(?=\s)|(?<=[。！？])/g,
  /(?=\s)/g,
];

/**
 * As how many messages a reply goes out: a long text is cut at a paragraph, line, sentence or word in the second half of what
 * one message holds, else where it is full.
 */
export function messageCount(text: string, files: number, part: number): number {
  let count = files;
  for (let rest = text.trim(); rest !== ''; count++) {
    rest = rest.length <= part ? '' : rest.slice(cut(rest, part)).trimStart();
  }
  return count;
}

function cut(text: string, part: number): number {
  const head = text.slice(0, part + 2);
  for (const kind of BREAKS) {
    const at = Array.from(head.matchAll(kind), ({ index }) => index).findLast((index) => index <= part);
    if (at !== undefined && at >= part / 2) return at;
  }
  return part;
}
