import { Refused } from '@app/channel';
import { field, text } from './answer';
import { pathOf } from './client';
import type { Page } from './config';
import { pageGraph, type GraphParts } from './page-graph';

/** Longest name kept, UTF-16 units. */
const MAX_NAME = 500;

/**
 * What somebody calls themselves on Facebook. Nothing else is asked for: no picture, no place, no gender.
 * @param value a page-scoped id. Others (the author of a comment) have their name in the comment, or none.
 * @returns undefined where Facebook does not tell. @throws the connector errors, but Refused.
 */
export async function nameOf(
  value: string,
  page: Page,
  parts: GraphParts,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!/^\d+$/.test(value)) return undefined;
  try {
    const { body } = await pageGraph(page, parts).get(
      pathOf(value),
      { fields: 'name,first_name,last_name' },
      { signal },
    );
    const halves = [text(field(body, 'first_name')), text(field(body, 'last_name'))].filter(
      (half) => half !== undefined,
    );
    const name = (text(field(body, 'name')) ?? halves.join(' ')).replace(/[\p{Cc}\s]+/gu, ' ').trim();
    return name === '' ? undefined : name.slice(0, MAX_NAME);
  } catch (error) {
    // no profile, no permission for it, or no such person: an answer like any other
    if (error instanceof Refused) return undefined;
    throw error;
  }
}
