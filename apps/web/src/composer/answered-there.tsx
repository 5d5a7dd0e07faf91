import { useDismissal } from '../conversation/dismissal';
import type { OpenConversation } from '../conversation/open-conversation';
import { useT } from '../language/language';
import { Button, ButtonLink } from '../ui/button';
import { LockIcon } from '../ui/icons';
import { KeptDraft } from './kept-draft';
import { permalinkOf } from './refused';
import style from './window-closed.module.css';

/** In place of the field where only the platform's own page can write: the way there, and the word that it is done. */
export function AnsweredThere({ conversation }: { readonly conversation: OpenConversation }) {
  const t = useT();
  const { channel, offer, wait } = conversation;
  const href = permalinkOf(conversation);
  const values = { channel: t(`channel.${channel}`) };
  return (
    <div className={style.closed}>
      <p className={style.why}>
        <LockIcon />
        <span>
          <strong>{t('encrypted.answerThere', values)}</strong> {t('encrypted.noticed', values)}
        </span>
      </p>
      <KeptDraft conversation={conversation} />
      <div className={style.actions}>
        {href && <ButtonLink href={href}>{t('platform.answer', values)}</ButtonLink>}
        {offer && wait && !wait.end && <Done conversation={conversation} waitId={wait.id} />}
      </div>
    </div>
  );
}

/** Ends the wait here, with a note that says how, since the answer itself cannot be seen. */
function Done({ conversation, waitId }: { readonly conversation: OpenConversation; readonly waitId: string }) {
  const t = useT();
  const end = useDismissal(conversation, waitId);
  const { channel, reference } = conversation;
  const values = { channel: t(`channel.${channel}`), reference };
  const settled = { note: t('encrypted.note', values), done: t('encrypted.done', values) };
  return <Button onPress={() => void end('NO_WAY_TO_ANSWER', settled)}>{t('encrypted.answered', values)}</Button>;
}
