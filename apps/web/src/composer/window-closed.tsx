import { useDismissal } from '../conversation/dismissal';
import type { OpenConversation } from '../conversation/open-conversation';
import { useT } from '../language/language';
import { Button } from '../ui/button';
import { ClockIcon } from '../ui/icons';
import { FileChips, type Uploads } from './files';
import { KeptDraft } from './kept-draft';
import style from './window-closed.module.css';

interface Props {
  readonly conversation: OpenConversation;
  readonly uploads: Uploads;
  readonly onTry: () => void;
}

/** In place of the field when the platform takes no answer: why, when it will, and what was written. */
export function WindowClosed({ conversation, uploads, onTry }: Props) {
  const t = useT();
  const { channel, offer, wait } = conversation;

  return (
    <div className={style.closed}>
      <p className={style.why}>
        <ClockIcon />
        <span>
          <strong>{t(`window.closed.${channel}`, { channel: t(`channel.${channel}`) })}</strong>{' '}
          {t('window.opensAgain')}
        </span>
      </p>
      <KeptDraft conversation={conversation} />
      <FileChips conversationId={conversation.id} uploads={uploads} />
      <div className={style.actions}>
        <Button size="small" look="quiet" onPress={onTry}>
          {t('window.try')}
        </Button>
        {offer && wait && !wait.end && <EndUnanswered conversation={conversation} waitId={wait.id} />}
      </div>
    </div>
  );
}

/** The way out for whoever holds a wait that nobody can answer. */
function EndUnanswered({ conversation, waitId }: { readonly conversation: OpenConversation; readonly waitId: string }) {
  const t = useT();
  const end = useDismissal(conversation, waitId);
  return (
    <Button size="small" onPress={() => void end('NO_WAY_TO_ANSWER')}>
      {t('window.end')}
    </Button>
  );
}
