import { Refused, type LookUpResult, type OutboundMessage } from '@app/channel';
import { field, instant, list, text } from './answer';
import { pathOf, type GraphClient } from './client';
import type { Page } from './config';
import { commentFingerprint, messageFingerprint, plainText } from './fingerprint';
import { pageGraph, type GraphParts } from './page-graph';
import { commentIds } from './read/comments';

/** Details exist of so many messages of a conversation, the newest. */
const MESSAGES = 20;
const COMMENTS_PER_PAGE = 50;
const COMMENT_PAGES = 5;
/** Meta's clock and ours may differ; what lies further before the attempt is surely of something else. */
const SKEW_MS = 2 * 60_000;
/** Times are in whole seconds and clocks nearly right: what is not further before the attempt than this counts as after it. */
const SLACK_MS = 5_000;

export interface LookUpQuestion {
  readonly outbound: OutboundMessage;
  /** When the attempt began that nobody knows the outcome of. */
  readonly startedAt: Date;
  /** Which of these ids are those of other messages of ours; two parts of a reply may look the same. */
  readonly claimed: (nativeIds: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly signal: AbortSignal;
}

/** Something on the platform that might be what we look for. */
interface Found {
  readonly id: string;
  readonly at: number;
  /** Null where the platform does not show enough to tell. */
  readonly same: boolean | null;
}

interface Search {
  readonly found: readonly Found[];
  /** Whether all since the attempt is among them. */
  readonly complete: boolean;
}

/**
 * Asks Meta whether a message went out whose answer was lost. Usually its echo has said so before; this is for echoes that did
 * not come. Authoritative only where everything since the attempt was seen and nothing in it could be the message.
 * @throws the connector errors, but Refused.
 */
export async function lookUp(question: LookUpQuestion, page: Page, parts: GraphParts): Promise<LookUpResult> {
  const { outbound, startedAt, claimed } = question;
  // who got it is known only from the answer that was lost; a second one would be refused
  if (outbound.privateReplyTo !== null) return { found: false, authoritative: false };
  const client = pageGraph(page, parts);
  let search: Search;
  try {
    search = await (outbound.visibility === 'public'
      ? searchComments(question, page, client)
      : searchConversation(question, page, client, parts));
  } catch (error) {
    // what it stood under is gone, or we may not see it any more
    if (error instanceof Refused) return { found: false, authoritative: false };
    throw error;
  }
  const others = await claimed(search.found.map(({ id }) => id));
  const open = search.found.filter(({ id }) => !others.has(id));
  const since = Math.floor(startedAt.getTime() / 1_000) * 1_000 - SLACK_MS;
  // parts go out one after the other, so the newest is the one that was open
  const match = open.filter(({ same, at }) => same === true && at >= since).toSorted((a, b) => b.at - a.at)[0];
  if (match !== undefined) {
    return { found: true, nativeIds: outbound.visibility === 'public' ? commentIds(match.id) : [match.id] };
  }
  return { found: false, authoritative: search.complete && !open.some(({ same }) => same !== false) };
}

/**
 * What a copy of ours has in common with it that carries no mark: in the feed, or in a list that is read before its echo came.
 * Undefined for a private reply to a comment: who gets it is known only afterwards.
 */
export function fingerprint(outbound: OutboundMessage): string | undefined {
  const { visibility, inReplyTo, privateReplyTo, to, text: written, attachments } = outbound;
  if (visibility === 'public') return inReplyTo === null ? undefined : commentFingerprint(inReplyTo, written);
  return privateReplyTo === null ? messageFingerprint(to[0]!.value, written, attachments.length) : undefined;
}

async function searchConversation(
  { outbound, startedAt, signal }: LookUpQuestion,
  page: Page,
  client: GraphClient,
  { limits }: GraphParts,
): Promise<Search> {
  await limits.take(page.pageId, 'conversations', signal);
  const { body } = await client.get(
    `${page.pageId}/conversations`,
    {
      platform: 'messenger',
      user_id: outbound.to[0]!.value,
      fields: `id,messages.limit(${MESSAGES}){id,created_time,from,message,attachments}`,
    },
    { signal },
  );
  const messages = field(list(field(body, 'data'))[0], 'messages');
  // whoever we can answer has written, so a conversation that is not told is hidden, not absent
  if (messages === undefined) return { found: [], complete: false };
  const earliest = startedAt.getTime() - SKEW_MS;
  const rows = list(field(messages, 'data')).slice(0, MESSAGES);
  const times = rows.map((row) => instant(field(row, 'created_time'))?.getTime());
  const told = times.every((at) => at !== undefined);
  const all = rows.length < MESSAGES && text(field(field(messages, 'paging'), 'next')) === undefined;
  return {
    found: rows.flatMap((row, index) => {
      const id = text(field(row, 'id'));
      const at = times[index];
      const author = text(field(field(row, 'from'), 'id'));
      if (id === undefined || at === undefined || at < earliest) return [];
      if (author !== undefined && author !== page.pageId) return [];
      return [{ id, at, same: author === undefined ? null : looksLike(row, outbound) }];
    }),
    complete: told && (all || times.some((at) => at !== undefined && at < earliest)),
  };
}

/** Null: details are missing. */
function looksLike(row: unknown, outbound: OutboundMessage): boolean | null {
  const written = field(row, 'message');
  const files = list(field(field(row, 'attachments'), 'data')).length;
  if (typeof written !== 'string' && files === 0) return null;
  return plainText(text(written) ?? '') === plainText(outbound.text) && files === outbound.attachments.length;
}

async function searchComments({ outbound, startedAt, signal }: LookUpQuestion, page: Page, client: GraphClient) {
  const earliest = startedAt.getTime() - SKEW_MS;
  const found: Found[] = [];
  for (const path of await placesOf(outbound.inReplyTo ?? '', client, signal)) {
    let after: string | undefined;
    let complete = false;
    for (let pages = 0; pages < COMMENT_PAGES && !complete; pages += 1) {
      const { body } = await client.get(
        path,
        {
          fields: 'id,from,message,created_time',
          filter: 'stream',
          order: 'reverse_chronological',
          limit: COMMENTS_PER_PAGE,
          after,
        },
        { signal },
      );
      const rows = list(field(body, 'data')).flatMap((row) => commentOf(row, page, outbound) ?? []);
      // the same text from long ago counts too: Meta may have called ours a repetition of it, so nothing is sure then
      found.push(...rows);
      after = text(field(field(field(body, 'paging'), 'cursors'), 'after'));
      const last = text(field(field(body, 'paging'), 'next')) === undefined || after === undefined;
      complete = last || rows.some(({ at }) => at < earliest);
    }
    if (!complete) return { found, complete: false };
  }
  return { found, complete: true };
}

/** Facebook puts an answer to an answer under the first comment, so both are looked under. */
async function placesOf(commentId: string, client: GraphClient, signal: AbortSignal): Promise<string[]> {
  const { body } = await client.get(pathOf(commentId), { fields: 'id,parent' }, { signal });
  const parent = text(field(field(body, 'parent'), 'id'));
  return [commentId, ...(parent === undefined ? [] : [parent])].map((id) => pathOf(id, 'comments'));
}

function commentOf(row: unknown, page: Page, outbound: OutboundMessage): Found | undefined {
  const id = text(field(row, 'id'));
  const at = instant(field(row, 'created_time'))?.getTime();
  if (id === undefined || at === undefined) return undefined;
  const ours = text(field(field(row, 'from'), 'id')) === page.pageId;
  return { id, at, same: ours && plainText(text(field(row, 'message')) ?? '') === plainText(outbound.text) };
}
