import { useRef } from 'react';
import { useDismissal } from '../conversation/dismissal';
import type { OpenConversation } from '../conversation/open-conversation';
import { useT } from '../language/language';
import { Button } from '../ui/button';
import { ClockIcon } from '../ui/icons';
import { useToast } from '../ui/toasts';
import { FileChips, type Uploads } from './files';
import { useDraft } from './writing';
import style from './window-closed.module.css';

interface Props {
  readonly conversation: OpenConversation;
  readonly uploads: Uploads;
  readonly onTry: () => void;
}

/** In place of the field when the platform takes no answer: why, when it will, and what was written. */
export function WindowClosed({ conversation, uploads, onTry }: Props) {
  const t = useT();
  const toast = useToast();
  const { text } = useDraft(conversation.id);
  const kept = useRef<HTMLParagraphElement>(null);
  const { channel, language, offer, wait } = conversation;

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      toast({ text: t('window.copied') });
    } catch {
      // Only secure pages may write to the clipboard: then it is marked, and the person copies it.
      if (kept.current) getSelection()?.selectAllChildren(kept.current);
    }
  };

  return (
    <div className={style.closed}>
      <p className={style.why}>
        <ClockIcon />
        <span>
          <strong>{t(`window.closed.${channel}`, { channel: t(`channel.${channel}`) })}</strong>{' '}
          {t('window.opensAgain')}
        </span>
      </p>
      {text.trim() !== '' && (
        <div className={style.draft}>
          <p className={style.label} id="kept-draft">
            {t('window.kept')}
          </p>
          <p
            ref={kept}
            className={style.text}
            dir="auto"
            lang={language ?? undefined}
            tabIndex={0}
            role="note"
            aria-labelledby="kept-draft"
          >
            {text}
          </p>
        </div>
      )}
      <FileChips conversationId={conversation.id} uploads={uploads} />
      <div className={style.actions}>
        {text.trim() !== '' && (
          <Button size="small" onPress={() => void copy()}>
            {t('window.copy')}
          </Button>
        )}
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
