import { useNavigate } from '@tanstack/react-router';
import { useMutation } from 'urql';
import { NoReplyNeededDocument, NoReplyNeededUndoDocument, type DismissalReason } from '../graphql/generated';
import { useT } from '../language/language';
import { newKey } from '../ui/key';
import { useToast } from '../ui/toasts';
import type { OpenConversation } from './open-conversation';
import { ReasonMenu } from './reason-menu';
import { seen } from './seen';

const REASONS: readonly DismissalReason[] = ['THANKS', 'NOT_FOR_US', 'TAG_ONLY', 'SPAM', 'DUPLICATE'];

interface Props {
  readonly conversation: OpenConversation;
  readonly waitId: string;
}

/** Ends a wait that asks nothing of us. For ten seconds it can be taken back. */
export function NoReplyNeeded({ conversation, waitId }: Props) {
  const t = useT();
  const toast = useToast();
  const navigate = useNavigate();
  const [, dismiss] = useMutation(NoReplyNeededDocument);
  const [, takeBack] = useMutation(NoReplyNeededUndoDocument);

  const end = async (reason: DismissalReason) => {
    const seenUpTo = seen.upTo(conversation)?.seenUpTo;
    if (!seenUpTo) return;
    const input = { conversationId: conversation.id, reason, seenUpTo, clientMutationId: newKey() };
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
      text: t('dismiss.done', { reference: conversation.reference }),
      seconds: Math.max(1, Math.round((until - Date.now()) / 1_000)),
      action: { label: (left) => t('action.undo', { left }), act: () => void back(), shortcut: 'Z' },
    });
    void navigate({ to: '/queue' });
  };

  return (
    <ReasonMenu
      label={t('dismiss.action')}
      shortcut="E"
      explanation={t('dismiss.why')}
      reasons={REASONS}
      nameOf={(reason) => t(`dismiss.${reason}`)}
      onChoose={(reason) => void end(reason)}
    />
  );
}
