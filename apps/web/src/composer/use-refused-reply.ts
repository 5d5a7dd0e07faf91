import { useEffect } from 'react';
import type { OpenConversation } from '../conversation/open-conversation';
import { messagesOf } from '../conversation/open-conversation';
import { useReread } from '../conversation/reread';
import type { Visibility } from '../graphql/generated';
import { findRefused, type RefusedReply } from './refused';
import { useDraft, useWriting } from './writing';

/**
 * What the platform refused of what was said here, as long as it matters: while its customer waits, or its text stands in the
 * field. The text goes back to whoever wrote it, once, for the same readers, unless they have begun something else.
 */
export function useRefusedReply(
  conversation: OpenConversation,
  agentId: string,
  onReturn: (audience: Visibility) => void,
): RefusedReply | undefined {
  const { drafts, returned } = useWriting();
  const { id, reference, wait } = conversation;
  const draft = useDraft(id);
  const reread = useReread(reference);
  const refused = findRefused(conversation, agentId);
  // a private answer to something public comes back to where it was written
  const begunElsewhere = messagesOf(conversation).every(({ direction }) => direction === 'OUTBOUND');
  const returns = refused !== undefined && refused.own && !begunElsewhere && !returned.has(refused.id);

  useEffect(() => {
    if (!refused || !returns) return;
    returned.add(refused.id);
    // The way to the platform is shown from now on.
    reread();
    if (drafts.get(id).text.trim() !== '') return;
    drafts.edit(id, { text: refused.text });
    onReturn(refused.audience);
    // eslint-disable-next-line react/exhaustive-deps -- once for each refused reply
  }, [refused?.id, returns]);

  const waiting = wait != null && !wait.end;
  return refused && (waiting || draft.text.trim() === refused.text.trim()) ? refused : undefined;
}
