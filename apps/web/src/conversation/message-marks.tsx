import type { MessageFactsFragment } from '../graphql/generated';
import { useT } from '../language/language';
import { useNow, useTimes } from '../language/time';
import { ClockIcon, FailedIcon } from '../ui/icons';
import style from './message-marks.module.css';

type Of<Field extends keyof MessageFactsFragment> = { readonly message: Pick<MessageFactsFragment, Field> };

/** In place of the words of a message that was taken back: they are gone for everybody. */
export function Withdrawn({ message }: Of<'withdrawnAt' | 'withdrawnBy' | 'direction'>) {
  const t = useT();
  const times = useTimes();
  const now = useNow();
  if (!message.withdrawnAt) return null;
  const byCustomer = message.direction === 'INBOUND' && message.withdrawnBy !== 'US';
  return (
    <p className={style.withdrawn}>
      {t(byCustomer ? 'message.withdrawn.AUTHOR' : 'message.withdrawn.US', {
        time: times.when(message.withdrawnAt, now),
      })}
    </p>
  );
}

/** Files that are still with the platform, or will not come. */
export function PendingFiles({ message }: Of<'pendingFiles'>) {
  const t = useT();
  if (message.pendingFiles.length === 0) return null;
  return (
    <ul className={style.pending}>
      {message.pendingFiles.map(({ kind, problem }, i) => (
        <li key={i} data-problem={problem ? '' : undefined}>
          {problem ? <FailedIcon size={16} /> : <ClockIcon size={16} />}
          <span>
            {t(problem ? `pending.${kind}.failed` : `pending.${kind}`)}
            {problem && (
              <span className={style.detail} lang="en">
                {' '}
                {problem}
              </span>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Emoji that people have set; to a screen reader with the word that says what they are. */
export function Reactions({ message }: Of<'reactions'>) {
  const t = useT();
  if (message.reactions.length === 0) return null;
  return (
    <p className={style.reactions}>
      <span className={style.word}>{t('message.reactions', { n: message.reactions.length })}</span>
      {message.reactions.map((emoji, i) => (
        <bdi key={i} className={style.emoji}>
          {emoji}
        </bdi>
      ))}
    </p>
  );
}

/** What became of hiding, showing or deleting it. When it is done the message itself shows it. */
export function ModerationLine({ message }: Of<'moderation'>) {
  const t = useT();
  const { moderation } = message;
  if (!moderation || moderation.state === 'DONE') return null;
  return (
    <p className={style.moderation} data-state={moderation.state} role="status">
      {moderation.state === 'REFUSED' ? <FailedIcon size={16} /> : <ClockIcon size={16} />}
      <span>
        {t(`moderation.${moderation.state}.${moderation.action}`)}
        {moderation.detail && (
          <span className={style.detail} dir="auto">
            {' '}
            {moderation.detail}
          </span>
        )}
      </span>
    </p>
  );
}
