import { Refused, CredentialsRejected, type RawDelivery } from '@app/channel';
import { field, instant, text } from '../answer';
import { earliestOf, isHistory, type FillParts } from './fill-conversations';
import { rowsOf } from '../rows-of';

const STREAM = 'comments';
/** How many of the newest posts are looked at: older ones are hardly commented on any more. */
const MAX_POSTS = 50;
const PER_CALL = '50';
/** Most comments in one transaction. */
const BATCH = 100;
const COMMENT_FIELDS = 'id,from,message,created_time,parent{id},attachment,is_hidden';
/** As for conversations: covers what the platform is late with. */
const MARGIN_MS = 24 * 60 * 60_000;

/**
 * Fetches the comments that no webhook brought, on the newest posts, newest first. The cursor moves when a whole walk is stored.
 * @returns how many were missing; undefined where the Page's token may not read comments.
 */
export async function fillComments(parts: FillParts): Promise<number | undefined> {
  try {
    return await walk(parts);
  } catch (error) {
    // private messages go on: not every app has the permission for comments
    if (error instanceof Refused || error instanceof CredentialsRejected) return undefined;
    throw error;
  }
}

async function walk(parts: FillParts): Promise<number> {
  const { session, page, client, pace } = parts;
  const { signal } = session;
  const earliest = earliestOf(session, page);
  const passed = instant(field(await session.cursor(STREAM), 'createdTime'))?.getTime();
  const floor = Math.max(earliest, (passed ?? 0) - MARGIN_MS);
  const posts = rowsOf({ client, path: `${page.pageId}/feed`, params: { fields: 'id', limit: '25' }, signal, pace });
  let newest = passed ?? earliest;
  let missing = 0;
  let looked = 0;
  for await (const post of posts) {
    const postId = text(field(post, 'id'));
    if (postId === undefined) continue;
    if ((looked += 1) > MAX_POSTS) break;
    const params = { fields: COMMENT_FIELDS, filter: 'stream', order: 'reverse_chronological', limit: PER_CALL };
    const batch: RawDelivery[] = [];
    for await (const comment of rowsOf({ client, path: `${postId}/comments`, params, signal, pace })) {
      const id = text(field(comment, 'id'));
      const at = instant(field(comment, 'created_time'));
      if (id === undefined || at === undefined) continue;
      if (at.getTime() < floor) break;
      newest = Math.max(newest, at.getTime());
      batch.push(deliveryOf(comment, id, at, postId, isHistory(at, session)));
      if (batch.length === BATCH) missing += await storeUnknown(parts, batch.splice(0));
    }
    missing += await storeUnknown(parts, batch);
  }
  if (newest > (passed ?? -1)) {
    await session.commit([], { stream: STREAM, cursor: { createdTime: new Date(newest).toISOString() } });
  }
  return missing;
}

async function storeUnknown({ session }: FillParts, deliveries: readonly RawDelivery[]): Promise<number> {
  if (deliveries.length === 0) return 0;
  const sources = deliveries.map(({ source }) => source);
  // the external id of a customer's comment is the name of its delivery; our own is known by the platform's id alone
  const ids = sources.flatMap((source) => [source, nativeIdOf(source)]);
  const [messages, stored] = await Promise.all([session.knownMessages(ids), session.known(sources)]);
  const unknown = deliveries.filter(
    ({ source }) => !messages.has(source) && !messages.has(nativeIdOf(source)) && !stored.has(source),
  );
  if (unknown.length > 0) await session.commit(unknown.toReversed(), null);
  return unknown.length;
}

function nativeIdOf(source: string): string {
  return source.slice('comment:'.length);
}

function deliveryOf(comment: unknown, id: string, at: Date, postId: string, history: boolean): RawDelivery {
  return {
    source: `comment:${id}`,
    origin: 'fill',
    raw: Buffer.from(JSON.stringify(comment), 'utf8'),
    arrivedAt: at,
    context: { kind: 'comment', postId, history },
  };
}
