import { Refused, Transient, type ModerationAction } from '@app/channel';
import { field } from './answer';
import { pathOf, type XClient } from './client';
import type { Handle } from './config';

/**
 * Hides or shows an answer under one of our posts. Safe to repeat: what is gone already is not hidden.
 * @throws Refused, RateLimited, CredentialsRejected, AccountHeld or Transient.
 */
export async function moderate(
  postId: string,
  action: ModerationAction,
  handle: Handle,
  client: XClient,
  signal: AbortSignal,
): Promise<void> {
  if (action === 'delete') {
    throw new Refused(
      'REFUSED',
      'On X only its author can delete a post. Hide it instead: it then stands behind “hidden replies”.',
    );
  }
  const hidden = action === 'hide';
  try {
    const { body } = await client.asHandle(handle, {
      method: 'PUT',
      path: pathOf('2', 'tweets', postId, 'hidden'),
      endpoint: 'PUT /2/tweets/:id/hidden',
      json: { hidden },
      signal,
    });
    if (field(field(body, 'data'), 'hidden') === hidden) return;
  } catch (error) {
    if (hidden && error instanceof Refused && error.code === 'TARGET_GONE') return;
    throw error;
  }
  throw new Transient(`X did not say that the post is ${hidden ? 'hidden' : 'shown'}.`);
}
