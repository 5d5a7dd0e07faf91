import type { Tx } from '@app/runtime';
import type { Need } from '@app/triage';

/** All that anybody may see of a wait nobody has taken. No way leads from here to a name, a text or a conversation. */
export interface QueueEntry {
  readonly waitId: string;
  /** 1 is next. */
  readonly position: number;
  readonly waitingSince: Date;
  readonly channel: string;
  readonly language: string | null;
  readonly need: Need;
  /** Opaque; give it back as `after` or `before`. */
  readonly cursor: string;
}

export interface QueuePage {
  readonly entries: readonly QueueEntry[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** Which part of the queue: `first` after a cursor, or `last` before one. */
export interface PageOf {
  readonly first?: number;
  readonly after?: string;
  readonly last?: number;
  readonly before?: string;
}

/** What a client sent as its cursor is none of ours. */
export class InvalidCursor extends Error {
  constructor() {
    super('this is not a cursor of the queue; load the page afresh');
    this.name = 'InvalidCursor';
  }
}

const MAX_PAGE = 200;

interface Row {
  readonly id: string;
  readonly key: number;
  readonly since: Date;
  readonly channel: string;
  readonly language: string | null;
  readonly need: Need;
}
type Place = readonly [key: number, sinceMs: number, id: string];

/**
 * A page of the queue in the order in which it will be offered, read from the queue's own index: the depth of the page does
 * not matter for reading it, only for its position numbers, which are counted from the head.
 * @throws InvalidCursor
 */
export async function readQueue(tx: Tx, page: PageOf): Promise<QueuePage> {
  const backwards = page.last !== undefined && page.first === undefined;
  const size = Math.min(Math.max(1, Math.trunc((backwards ? page.last : page.first) ?? 50)), MAX_PAGE);
  const from = backwards ? page.before : page.after;
  const place = from === undefined ? undefined : decode(from);
  const bound = place ? `and (w.key_ms, w.waiting_since, w.id) ${backwards ? '<' : '>'} ($3, $4, $5)` : '';
  const direction = backwards ? 'desc' : 'asc';
  const rows = await tx.query<Row>(
    /* sql */ `
    select w.id, w.key_ms as key, w.waiting_since as since, w.channel, w.language, w.need from inbox.waits w
     where w.workspace_id = $1 and w.state = 'queued' ${bound}
     order by w.key_ms ${direction}, w.waiting_since ${direction}, w.id ${direction} limit $2`,
    [tx.workspaceId, size + 1, ...(place ? [place[0], new Date(place[1]), place[2]] : [])],
  );
  const more = rows.length > size;
  const shown = rows.slice(0, size);
  if (backwards) shown.reverse();
  const ahead = shown.length === 0 ? 0 : await countAhead(tx, shown[0]!);
  return {
    entries: shown.map((row, i) => ({
      waitId: row.id,
      position: ahead + i + 1,
      waitingSince: row.since,
      channel: row.channel,
      language: row.language,
      need: row.need,
      cursor: encode(row),
    })),
    hasNextPage: backwards ? from !== undefined : more,
    hasPreviousPage: backwards ? more : ahead > 0,
  };
}

async function countAhead(tx: Tx, row: Row): Promise<number> {
  const [counted] = await tx.query<{ n: number }>(
    /* sql */ `
    select count(*) as n from inbox.waits w
     where w.workspace_id = $1 and w.state = 'queued' and (w.key_ms, w.waiting_since, w.id) < ($2, $3, $4)`,
    [tx.workspaceId, row.key, row.since, row.id],
  );
  return counted!.n;
}

function encode(row: Row): string {
  return Buffer.from(JSON.stringify([row.key, row.since.getTime(), row.id])).toString('base64url');
}

function decode(cursor: string): Place {
  try {
    const [key, since, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    if (Number.isSafeInteger(key) && Number.isSafeInteger(since) && /^[0-9a-f-]{36}$/.test(String(id))) {
      return [key as number, since as number, id as string];
    }
  } catch {
    // not JSON: said below
  }
  throw new InvalidCursor();
}
