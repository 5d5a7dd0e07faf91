import { useNavigate } from '@tanstack/react-router';
import { useMutation } from 'urql';
import { NoReplyNeededDocument, NoReplyNeededUndoDocument, type DismissalReason } from '../graphql/generated';
import { useT } from '../language/language';
import { newKey } from '../ui/key';
import { useToast } from '../ui/toasts';
import type { OpenConversation } from './open-conversation';
import { seen } from './seen';

/** How a wait was settled outside Evenhand. */
interface Settled {
  /** For colleagues. */
  readonly note: string;
  /** Said when it is done. */
  readonly done: string;
}

/** @returns what ends a wait for a reason and goes on to the queue. For ten seconds it can be taken back. */
export function useDismissal(
  conversation: OpenConversation,
  waitId: string,
): (reason: DismissalReason, settled?: Settled) => Promise<void> {
  const t = useT();
  const toast = useToast();
  const navigate = useNavigate();
  const [, dismiss] = useMutation(NoReplyNeededDocument);
  const [, takeBack] = useMutation(NoReplyNeededUndoDocument);

  return async (reason: DismissalReason, settled?: Settled) => {
    const seenUpTo = seen.upTo(conversation)?.seenUpTo;
    if (!seenUpTo) return;
    const note = settled?.note;
    const input = { conversationId: conversation.id, reason, seenUpTo, note, clientMutationId: newKey() };
    const { data, error } = await dismiss({ input });
    const fault = error ? t('fault.notDone') : data?.noReplyNeeded.userErrors[0]?.message;
    if (fault) {
      toast({ text: fault, tone: 'danger' });
      return;
    }
    const until = Date.parse(data?.noReplyNeeded.undoUntil ?? '') || Date.now() + 10_000;
    const back = async () => {
      const answer = await takeBack({ input: { waitId, clientMutationId: newKey() } });
      const refused = answer.error ? t('fault.notDone') : answer.data?.noReplyNeededUndo.userErrors[0]?.message;
      if (refused) toast({ text: refused, tone: 'danger' });
      else void navigate({ to: '/c/$reference', params: { reference: conversation.reference }, search: {} });
    };
    toast({
      text:
        settled?.done ??
        t(reason === 'NO_WAY_TO_ANSWER' ? 'dismiss.doneUnanswered' : 'dismiss.done', {
          reference: conversation.reference,
        }),
      seconds: Math.max(1, Math.round((until - Date.now()) / 1_000)),
      action: { label: (left) => t('action.undo', { left }), act: () => void back(), shortcut: 'Z' },
    });
    void navigate({ to: '/queue' });
  };
}
