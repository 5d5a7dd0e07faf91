import type { PollSession, RawDelivery } from '@app/channel';
import { field, instant, list, text } from '../answer';
import type { GraphClient } from '../client';
import type { Page } from '../config';
import { graphErrorOf } from '../graph-error';
import { rowsOf } from '../rows-of';

/** Details exist of the 20 newest messages of a conversation and of no others. */
export const MESSAGES_WITH_DETAILS = 20;
const MESSAGE_FIELDS = 'id,created_time,from,to,message,attachments,reply_to,sticker,shares';
/** Few conversations per call: each brings 20 messages, and large answers are refused. */
const CONVERSATIONS_PER_CALL = '10';
const STREAM = 'conversations';
/**
 * How far back from the cursor each walk goes, milliseconds. A conversation moves up with its newest message, so this only
 * has to cover what the platform itself is late with.
 */
const MARGIN_MS = 24 * 60 * 60_000;
/** Deleted, or older than the newest 20. */
const NO_DETAILS = 9_000_001;

export interface FillParts {
  readonly session: PollSession;
  readonly client: GraphClient;
  readonly page: Page;
  readonly pace: (signal: AbortSignal) => Promise<void>;
}

/**
 * Fetches the private messages that no webhook brought: conversations newest first, until those that had moved up before
 * the last walk. The cursor moves when a whole walk is stored. @returns how many messages were missing.
 */
export async function fillConversations(parts: FillParts): Promise<number> {
  const { session, page, client, pace } = parts;
  const earliest = earliestOf(session, page);
  const passed = instant(field(await session.cursor(STREAM), 'updatedTime'));
  const floor = Math.max(earliest, (passed?.getTime() ?? 0) - MARGIN_MS);
  const fields = `id,updated_time,participants,messages.limit(${MESSAGES_WITH_DETAILS}){${MESSAGE_FIELDS}}`;
  const params = { platform: 'messenger', fields, limit: CONVERSATIONS_PER_CALL };
  const rows = rowsOf({ client, path: `${page.pageId}/conversations`, params, signal: session.signal, pace });
  let newest = passed?.getTime() ?? earliest;
  let missing = 0;
  for await (const conversation of rows) {
    const updated = instant(field(conversation, 'updated_time'))?.getTime();
    if (updated !== undefined && updated < floor) break;
    newest = Math.max(newest, updated ?? 0);
    // what is older was there for the last walk
    const deliveries = await missingMessages(parts, conversation, floor);
    if (deliveries.length > 0) await session.commit(deliveries, null);
    missing += deliveries.length;
  }
  if (newest > (passed?.getTime() ?? -1)) {
    await session.commit([], { stream: STREAM, cursor: { updatedTime: new Date(newest).toISOString() } });
  }
  return missing;
}

/** Whether the newest message of the Page is one that no webhook has brought, although there was time enough. */
export async function isSilent({ session, client, page }: FillParts, now: Date): Promise<boolean> {
  const params = { platform: 'messenger', fields: 'id,updated_time,messages.limit(1){id,created_time}', limit: '1' };
  const { body } = await client.get(`${page.pageId}/conversations`, params, { signal: session.signal });
  const [message] = messagesOf(list(field(body, 'data'))[0]);
  const id = text(field(message, 'id'));
  const created = instant(field(message, 'created_time'))?.getTime();
  if (id === undefined || created === undefined || created < earliestOf(session, page)) return false;
  if (now.getTime() - created < WEBHOOK_TIME_MS) return false;
  return (await unknown(session, [id])).length > 0;
}

/** A webhook may take this long, its retries included, before we call it missing. */
const WEBHOOK_TIME_MS = 2 * 60_000;

async function missingMessages(parts: FillParts, conversation: unknown, floor: number): Promise<RawDelivery[]> {
  const { session, page } = parts;
  const recent = messagesOf(conversation)
    .slice(0, MESSAGES_WITH_DETAILS)
    .flatMap((message) => {
      const id = text(field(message, 'id'));
      const at = instant(field(message, 'created_time'));
      return id !== undefined && at !== undefined && at.getTime() >= floor ? [{ id, at, message }] : [];
    });
  const wanted = new Set(
    await unknown(
      session,
      recent.map(({ id }) => id),
    ),
  );
  const threadId = text(field(conversation, 'id')) ?? '';
  const deliveries: RawDelivery[] = [];
  for (const { id, at, message } of recent.filter((each) => wanted.has(each.id))) {
    const detailed = await withDetails(parts, id, message);
    if (detailed === undefined) break;
    const psid = partnerOf(conversation, detailed, page.pageId);
    if (psid === undefined) continue;
    const history = isHistory(at, session);
    deliveries.push({
      source: sourceOf(id),
      origin: 'fill',
      raw: Buffer.from(JSON.stringify(detailed), 'utf8'),
      arrivedAt: at,
      context: { kind: 'conversation-message', psid, threadId, history },
    });
  }
  // oldest first, as they came
  return deliveries.reverse();
}

/** @returns undefined where the platform has no details: then it has none of older ones either. */
async function withDetails({ client, session, pace }: FillParts, id: string, message: unknown): Promise<unknown> {
  if (field(message, 'from') !== undefined) return message;
  try {
    await pace(session.signal);
    return (await client.get(id, { fields: MESSAGE_FIELDS }, { signal: session.signal })).body;
  } catch (error) {
    if (graphErrorOf(error)?.code === NO_DETAILS) return undefined;
    throw error;
  }
}

/** Those of the messages that we have neither by webhook nor by an earlier walk. */
async function unknown(session: PollSession, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const [messages, deliveries] = await Promise.all([
    session.knownMessages(ids),
    session.known(ids.map((id) => sourceOf(id))),
  ]);
  return ids.filter((id) => !messages.has(id) && !deliveries.has(sourceOf(id)));
}

function sourceOf(id: string): string {
  return `conversation:${id}`;
}

function messagesOf(conversation: unknown): readonly unknown[] {
  return list(field(field(conversation, 'messages'), 'data'));
}

/** The customer of a conversation: whoever in it is not the Page. */
function partnerOf(conversation: unknown, message: unknown, pageId: string): string | undefined {
  const people = [
    ...list(field(field(conversation, 'participants'), 'data')),
    field(message, 'from'),
    ...list(field(field(message, 'to'), 'data')),
  ];
  return people.map((person) => text(field(person, 'id'))).find((id) => id !== undefined && id !== pageId);
}

/** What is older than this is left where it is, milliseconds since 1970. */
export function earliestOf(
  session: Pick<PollSession, 'account'>,
  { settings: { history } }: Pick<Page, 'settings'>,
): number {
  if (history === 'all') return 0;
  const days = history === 'none' ? 0 : Number(history.slice('days:'.length));
  return connectedAt(session) - days * 24 * 60 * 60_000;
}

/** Whether it was there when the Page was connected. */
export function isHistory(at: Date, session: Pick<PollSession, 'account'>): boolean {
  return at.getTime() < connectedAt(session);
}

/** In whole seconds, as the platform's lists tell times: what came within that second came after it. */
function connectedAt({ account }: Pick<PollSession, 'account'>): number {
  return Math.floor(account.connectedAt.getTime() / 1_000) * 1_000;
}
