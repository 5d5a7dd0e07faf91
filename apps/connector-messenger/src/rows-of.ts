import { field, list, text } from './answer';
import type { GraphClient } from './client';

/** Most pages of one list that are read in one go; a list of 100,000 rows has no more. */
const MAX_PAGES = 4_000;

export interface ListCall {
  readonly client: GraphClient;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Waits until the next call may be made; left out: it may be made at once. */
  readonly pace?: (signal: AbortSignal) => Promise<void>;
}

/**
 * Rows of a list of the Graph API, page after page as the caller asks for them. A page may hold fewer rows than asked for, and
 * none: only where no next page is named is it the last.
 */
export async function* rowsOf({ client, path, params, signal, pace }: ListCall): AsyncGenerator<unknown, void, void> {
  const seen = new Set<string>();
  let after: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    await pace?.(signal);
    const { body } = await client.get(path, after === undefined ? params : { ...params, after }, { signal });
    yield* list(field(body, 'data'));
    after = nextOf(field(body, 'paging'));
    // a cursor that comes again would lead in a circle
    if (after === undefined || seen.has(after)) return;
    seen.add(after);
  }
}

function nextOf(paging: unknown): string | undefined {
  const next = text(field(paging, 'next'));
  if (next === undefined) return undefined;
  const named = URL.canParse(next) ? new URL(next).searchParams.get('after') : null;
  return named ?? text(field(field(paging, 'cursors'), 'after'));
}
