import { Refused, type LookUpResult, type OutboundMessage } from '@app/channel';
import { objectOf } from '@app/connector-host';
import { field, instant, list, text, xIdOf } from './answer';
import { pathOf, type XClient } from './client';
import type { Handle, XAppSettings } from './config';
import { plainText } from './fingerprint';
import { idAt, timeOfId } from './ids';
import { Includes } from './read/includes';
import { postOf } from './read/post-shape';
import { preparedRequest, prepareRequest } from './write';

/** X's clock and ours may differ; what lies further before the attempt is surely of something else. */
const SKEW_MS = 2 * 60_000;
/** What is not further before the attempt than this counts as after it. */
const SLACK_MS = 5_000;
/** Each post and message that is told is paid for, so no more than what is likely to hold it. */
const POSTS_PER_PAGE = 50;
const DIRECT_PER_PAGE = 20;
const PAGES = 5;
/** Direct messages are told for 30 days. */
const DIRECT_TOLD_MS = 29 * 24 * 60 * 60_000;

export interface LookUpQuestion {
  readonly outbound: OutboundMessage;
  /** When the attempt began that nobody knows the outcome of. */
  readonly startedAt: Date;
  /** Which of these ids are those of other messages of ours; two answers may have the same words. */
  readonly claimed: (nativeIds: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly signal?: AbortSignal;
}

/** Something of ours on the platform that might be what we look for. */
interface Found {
  readonly ids: readonly string[];
  readonly at: number;
  /** Null where the platform does not show enough to tell. */
  readonly same: boolean | null;
}

interface Search {
  readonly found: readonly Found[];
  /** Whether all since the attempt is among them. */
  readonly complete: boolean;
}

type Question = Pick<LookUpQuestion, 'outbound' | 'startedAt' | 'signal'>;

/**
 * Asks X whether a message went out whose answer was lost. Authoritative only where everything of ours since the attempt was
 * seen and nothing in it could be the message.
 * @throws the connector errors, but Refused.
 */
export async function lookUp(question: LookUpQuestion, handle: Handle, client: XClient): Promise<LookUpResult> {
  const { outbound, claimed } = question;
  const isPublic = outbound.visibility === 'public';
  // X takes the same words only once, so an earlier attempt that was thought lost is what a later one ran into
  const startedAt = isPublic ? earlier(question.startedAt, new Date(outbound.at)) : question.startedAt;
  let search: Search;
  try {
    const asked = { ...question, startedAt };
    search = await (isPublic ? searchPosts(asked, handle, client) : searchDirect(asked, handle, client));
  } catch (error) {
    // what it stood under is gone, or we may not see it any more
    if (error instanceof Refused) return { found: false, authoritative: false };
    throw error;
  }
  const others = await claimed(search.found.flatMap(({ ids }) => ids));
  const open = search.found.filter(({ ids }) => !ids.some((id) => others.has(id)));
  const since = startedAt.getTime() - SLACK_MS;
  // parts go out one after the other, so the newest is the one that was open
  const match = open.filter(({ same, at }) => same === true && at >= since).toSorted((a, b) => b.at - a.at)[0];
  if (match !== undefined) return { found: true, nativeIds: match.ids };
  // one with the same words that is another message's: X would refuse ours for it, again and again
  const hindered = isPublic && search.found.some(({ same }) => same === true);
  return { found: false, authoritative: search.complete && !hindered && !open.some(({ same }) => same !== false) };
}

/** Whether a post that X calls a repetition may be this very answer, sent before. Where X cannot be asked, it may. */
export async function maySeemRepeated(outbound: OutboundMessage, handle: Handle, client: XClient): Promise<boolean> {
  try {
    const { found, complete } = await searchPosts({ outbound, startedAt: new Date(outbound.at) }, handle, client);
    return !complete || found.some(({ same }) => same !== false);
  } catch {
    return true;
  }
}

const POST_FIELDS: Record<XAppSettings['dialect'], Readonly<Record<string, string>>> = {
  tweet: {
    'tweet.fields':
      'attachments,author_id,created_at,display_text_range,edit_history_tweet_ids,entities,note_tweet,referenced_tweets',
  },
  post: {
    'post.fields': 'attachments,created_at,display_text_range,entities,id,note_post,text',
    expansions: 'edit_history_post_ids,referenced_posts',
  },
};

async function searchPosts(
  { outbound, startedAt, signal }: Question,
  handle: Handle,
  client: XClient,
): Promise<Search> {
  const earliest = new Date(startedAt.getTime() - SKEW_MS);
  const call = {
    path: pathOf('2', 'users', handle.userId, 'tweets'),
    endpoint: 'GET /2/users/:id/tweets',
    query: { ...POST_FIELDS[handle.app.dialect], since_id: idAt(earliest), max_results: String(POSTS_PER_PAGE) },
    signal,
  };
  return walk(call, handle, client, earliest, (row, body) => {
    const raw = objectOf(row);
    const post = raw === undefined ? undefined : postOf(raw, new Includes(body));
    if (post === undefined) return undefined;
    const at = post.at ?? timeOfId(post.id)?.getTime();
    if (at === undefined) return undefined;
    const answers = post.parents.length === 0 ? null : post.parents.includes(outbound.inReplyTo ?? '');
    const sameWords = plainText(post.text) === plainText(outbound.text);
    return { ids: [...new Set([post.id, ...post.history])], at, same: sameWords ? answers : false };
  });
}

const DIRECT_FIELDS: Record<XAppSettings['dialect'], Readonly<Record<string, string>>> = {
  tweet: { 'dm_event.fields': 'attachments,created_at,entities,event_type,id,sender_id,text' },
  post: { 'dm_event.fields': 'attachments,created_at,entities,event_type,id,text', expansions: 'sender_id' },
};

async function searchDirect(
  { outbound, startedAt, signal }: Question,
  handle: Handle,
  client: XClient,
): Promise<Search> {
  const request = preparedRequest(prepareRequest(outbound, handle.settings));
  if (request.kind !== 'direct') return { found: [], complete: false };
  const earliest = new Date(startedAt.getTime() - SKEW_MS);
  const group = 'group' in request.to;
  const call = {
    path:
      'group' in request.to
        ? pathOf('2', 'dm_conversations', request.to.group, 'dm_events')
        : pathOf('2', 'dm_conversations', 'with', request.to.person, 'dm_events'),
    endpoint: group ? 'GET /2/dm_conversations/:id/dm_events' : 'GET /2/dm_conversations/with/:id/dm_events',
    query: {
      ...DIRECT_FIELDS[handle.app.dialect],
      event_types: 'MessageCreate',
      max_results: String(DIRECT_PER_PAGE),
    },
    signal,
  };
  const { found, complete } = await walk(call, handle, client, earliest, (row) => {
    const id = xIdOf(field(row, 'id'));
    const at = instant(field(row, 'created_at'))?.getTime() ?? (id === undefined ? undefined : timeOfId(id)?.getTime());
    if (id === undefined || at === undefined) return undefined;
    const sender = xIdOf(field(row, 'sender_id'));
    if (sender !== undefined && sender !== handle.userId) return { ids: [id], at, same: false };
    const files = list(field(field(row, 'attachments'), 'media_keys')).length;
    const same = directWords(row) === plainText(outbound.text) && files === outbound.attachments.length;
    return { ids: [id], at, same: sender === undefined && same ? null : same };
  });
  const told = client.parts.now().getTime() - earliest.getTime() < DIRECT_TOLD_MS;
  return { found, complete: complete && told };
}

/** With addresses in full. */
function directWords(row: unknown): string {
  const short = list(field(field(row, 'entities'), 'urls'));
  const whole = short.reduce(
    (words: string, url) => {
      const [from, to] = [text(field(url, 'url')), text(field(url, 'expanded_url'))];
      return from === undefined || to === undefined ? words : words.replaceAll(from, () => to);
    },
    text(field(row, 'text')) ?? '',
  );
  return plainText(whole);
}

/** Pages of a list, newest first, back to a time. */
async function walk(
  call: {
    readonly path: string;
    readonly endpoint: string;
    readonly query: Readonly<Record<string, string>>;
    readonly signal: AbortSignal | undefined;
  },
  handle: Handle,
  client: XClient,
  earliest: Date,
  read: (row: unknown, body: unknown) => Found | undefined,
): Promise<Search> {
  const { signal, query, ...where } = call;
  const found: Found[] = [];
  let next: string | undefined;
  for (let pages = 0; pages < PAGES; pages += 1) {
    const { body } = await client.asHandle(handle, {
      method: 'GET',
      ...where,
      query: next === undefined ? query : { ...query, pagination_token: next },
      ...(signal === undefined ? {} : { signal }),
    });
    const rows = list(field(body, 'data')).map((row) => read(row, body));
    found.push(...rows.flatMap((row) => (row === undefined || row.at < earliest.getTime() ? [] : [row])));
    // something that tells no time may be anything
    if (rows.includes(undefined)) return { found, complete: false };
    next = text(field(field(body, 'meta'), 'next_token'));
    const past = rows.some((row) => row !== undefined && row.at < earliest.getTime());
    if (next === undefined || rows.length === 0 || past) return { found, complete: true };
  }
  return { found, complete: false };
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}
