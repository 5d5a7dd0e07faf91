import { Refused, type ModerationAction } from '@app/channel';
import { pathOf, type GraphClient } from './client';
import type { Page } from './config';
import { graphErrorOf } from './graph-error';
import { pageGraph, type GraphParts } from './page-graph';

/** Missing, or not ours to see: Meta does not tell the two apart. */
const NOT_THERE = '100/33';

/**
 * Hides, shows or deletes a comment under one of the Page's posts. Safe to repeat: what is gone already is neither hidden nor
 * deleted again. @throws Refused, RateLimited, CredentialsRejected or Transient.
 */
export async function moderate(
  commentId: string,
  action: ModerationAction,
  page: Page,
  parts: GraphParts,
  signal: AbortSignal,
): Promise<void> {
  const client = pageGraph(page, parts);
  const path = pathOf(commentId);
  try {
    if (action === 'delete') await client.delete(path, {}, { signal });
    else await client.post(path, { is_hidden: action === 'hide' }, { signal });
  } catch (error) {
    if (graphErrorOf(error)?.key !== NOT_THERE || action === 'show') throw error;
    // one that can still be read is there, and it is the permission that is missing
    if (await exists(client, path, signal)) throw error;
  }
}

async function exists(client: GraphClient, path: string, signal: AbortSignal): Promise<boolean> {
  try {
    await client.get(path, { fields: 'id' }, { signal });
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}
