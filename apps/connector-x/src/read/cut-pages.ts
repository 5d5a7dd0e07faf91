import type { RawDelivery } from '@app/channel';
import { idOf, type Json, listOf, objectOf } from '@app/connector-host';

type Origin = 'poll' | 'fill';
/** Kept with the delivery; `history`: it was there when the account was connected. */
type Context = { readonly history?: boolean };

/**
 * Cuts a page of posts, as mentions, searches and timelines list them, into one delivery for each: the post and only what it
 * refers to. So polls and pushes read alike, and one that cannot be read stops no other. In the order of the page.
 */
export function cutPosts(page: unknown, arrivedAt: Date, origin: Origin, context: Context = {}): RawDelivery[] {
  return cutPage(page, 'post', arrivedAt, origin, context);
}

/** The same for a page of direct messages; who joined and left is among them. */
export function cutDirect(page: unknown, arrivedAt: Date, origin: Origin, context: Context = {}): RawDelivery[] {
  return cutPage(page, 'dm', arrivedAt, origin, context);
}

/** Ids of what a page lists, in its order; none for an empty one, which has no `data`. */
export function idsIn(page: unknown): string[] {
  return rowsOf(page).map(({ id }) => id);
}

function rowsOf(page: unknown): { id: string; row: Json }[] {
  return listOf(objectOf(page)?.['data']).flatMap((value) => {
    const row = objectOf(value);
    const id = idOf(row?.['id']);
    return row && id !== undefined ? [{ id, row }] : [];
  });
}

function cutPage(page: unknown, name: string, arrivedAt: Date, origin: Origin, { history }: Context): RawDelivery[] {
  const includes = objectOf(objectOf(page)?.['includes']) ?? {};
  const errors = listOf(objectOf(page)?.['errors']);
  return rowsOf(page).map(({ id, row }) => {
    const named = idsNamedBy(row);
    const body = {
      data: row,
      ...section('includes', chosen(includes, named)),
      ...section(
        'errors',
        errors.filter((error) => named.has(idOf(objectOf(error)?.['resource_id']) ?? '')),
      ),
    };
    return {
      source: `${name}:${id}`,
      origin,
      raw: Buffer.from(JSON.stringify(body)),
      arrivedAt,
      context: history === true ? { history } : {},
    };
  });
}

/** Ids of people, posts and files that a post or message names. Of people the author alone: of others nothing is used. */
function idsNamedBy(row: Json): ReadonlySet<string> {
  const references = [...listOf(row['referenced_tweets']), ...listOf(row['referenced_posts'])];
  return new Set(
    [
      row['author_id'],
      row['sender_id'],
      row['in_reply_to_tweet_id'],
      ...references.map((reference) => objectOf(reference)?.['id']),
      ...listOf(objectOf(row['attachments'])?.['media_keys']),
    ].flatMap((id) => idOf(id) ?? []),
  );
}

function chosen(includes: Json, named: ReadonlySet<string>): Record<string, unknown[]> {
  const lists = Object.entries(includes).flatMap(([key, list]): [string, unknown[]][] => {
    const kept = listOf(list).filter((value) => {
      const object = objectOf(value);
      const inner = objectOf(object?.['data']) ?? object;
      return named.has(idOf(inner?.['media_key']) ?? idOf(inner?.['id']) ?? '');
    });
    return kept.length === 0 ? [] : [[key, kept]];
  });
  return Object.fromEntries(lists);
}

function section(key: string, content: object): object {
  return Object.keys(content).length === 0 ? {} : { [key]: content };
}
