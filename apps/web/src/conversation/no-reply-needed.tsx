import type { DismissalReason } from '../graphql/generated';
import { useT } from '../language/language';
import { useDismissal } from './dismissal';
import type { OpenConversation } from './open-conversation';
import { ReasonMenu } from './reason-menu';

const REASONS: readonly DismissalReason[] = [
  'THANKS',
  'NOT_FOR_US',
  'TAG_ONLY',
  'SPAM',
  'DUPLICATE',
  'NO_WAY_TO_ANSWER',
];

interface Props {
  readonly conversation: OpenConversation;
  readonly waitId: string;
}

/** Ends a wait that asks nothing of us, or to which we cannot say anything. */
export function NoReplyNeeded({ conversation, waitId }: Props) {
  const t = useT();
  const end = useDismissal(conversation, waitId);
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
