import { useEffect, useRef } from 'react';
import { CustomerMenu } from '../customers/customer-menu';
import { useT } from '../language/language';
import { useNow, useTimes } from '../language/time';
import { useViewer } from '../session/session';
import { IconButton } from '../ui/button';
import { BackIcon, ChannelIcon, CheckIcon, FailedIcon, GlobeIcon, HelpIcon, LockIcon } from '../ui/icons';
import { messagesOf, type OpenConversation } from './open-conversation';
import { GiveBack } from './give-back';
import { NoReplyNeeded } from './no-reply-needed';
import style from './thread-header.module.css';

interface Props {
  readonly conversation: OpenConversation;
  readonly onClose: () => void;
}

/** Who waits since when, on what, and who holds it. */
export function ThreadHeader({ conversation, onClose }: Props) {
  const t = useT();
  const times = useTimes();
  const now = useNow();
  const { agent } = useViewer();
  const heading = useRef<HTMLHeadingElement>(null);
  const { reference, subject, channel, account, language, heldBy, wait, offer, customer, visibility } = conversation;
  const open = wait && !wait.end;

  useEffect(() => heading.current?.focus({ preventScroll: true }), [reference]);

  return (
    <header className={style.header}>
      <div className={style.back}>
        <IconButton label={t('action.back')} onPress={onClose}>
          <BackIcon />
        </IconButton>
      </div>
      <WaitClock conversation={conversation} />
      <div className={style.about}>
        <h1 ref={heading} tabIndex={-1} dir="auto" data-pane-focus="" title={subject ?? undefined}>
          {subject || (channel !== 'EMAIL' && customer?.displayName) || t('thread.noSubject')}
        </h1>
        <p className={style.facts}>
          <span>{reference}</span>
          {channel !== 'EMAIL' && <VisibilityMark visibility={visibility} />}
          {open && (
            <span className={style.sinceHere}>{t('thread.since', { time: times.since(wait.waitingSince, now) })}</span>
          )}
          <span className={`${style.channel} ${style.less}`}>
            <ChannelIcon channel={channel} size={16} />
            <bdi>{account.name}</bdi>
          </span>
          {language && <span className={style.less}>{times.language(language)}</span>}
          {open && wait.need !== 'STANDARD' && <span className={style.need}>{t(`need.${wait.need}`)}</span>}
          {open && heldBy && (
            <span className={style.less}>
              {heldBy.id === agent.id ? t('thread.heldByYou') : t('thread.heldBy', { name: heldBy.displayName })}
            </span>
          )}
        </p>
      </div>
      {offer && open && (
        <div className={style.actions}>
          <GiveBack offerId={offer.id} />
          <NoReplyNeeded conversation={conversation} waitId={wait.id} />
        </div>
      )}
      {agent.role === 'ADMIN' && customer && (
        <div className={style.more}>
          <CustomerMenu customer={customer} />
        </div>
      )}
    </header>
  );
}

/** Whether anybody or only the customer reads along; where a channel has both. */
function VisibilityMark({ visibility }: Pick<OpenConversation, 'visibility'>) {
  const t = useT();
  return (
    <span className={style.visibility} data-visibility={visibility}>
      {visibility === 'PUBLIC' ? <GlobeIcon size={16} /> : <LockIcon size={16} />}
      {t(`visibility.${visibility}`)}
    </span>
  );
}

/** The product's one number: how long the customer has waited for an answer. */
function WaitClock({ conversation }: { readonly conversation: OpenConversation }) {
  const t = useT();
  const times = useTimes();
  const now = useNow();
  const { wait } = conversation;
  if (!wait || wait.end) {
    const trouble = troubleOf(conversation);
    if (trouble) {
      return (
        <div className={style.clock} data-over="" data-tone={trouble === 'FAILED' ? 'danger' : 'warn'}>
          <span className={style.figure}>
            {trouble === 'FAILED' ? <FailedIcon size={24} /> : <HelpIcon size={24} />}
          </span>
          <span className={style.since}>{t(`send.${trouble}`)}</span>
        </div>
      );
    }
    return (
      <div className={style.clock} data-over="">
        <span className={style.figure}>
          <CheckIcon size={24} />
        </span>
        <span className={style.since}>
          {wait?.end ? t(`end.${wait.end.kind}`, { time: times.when(wait.end.at, now) }) : t('thread.nobodyWaits')}
        </span>
      </div>
    );
  }
  return (
    <div className={style.clock}>
      <time className={style.figure} dateTime={wait.waitingSince} title={times.full(wait.waitingSince)}>
        {times.wait(wait.waitingSince, now)}
      </time>
      <span className={style.since}>{t('thread.since', { time: times.since(wait.waitingSince, now) })}</span>
    </div>
  );
}

/** What is wrong with the newest thing we sent: then nobody can be sure that the customer has their answer. */
function troubleOf(conversation: OpenConversation): 'FAILED' | 'UNCERTAIN' | undefined {
  const last = messagesOf(conversation).findLast(({ direction }) => direction === 'OUTBOUND');
  const state = last?.send?.state;
  return state === 'FAILED' || state === 'UNCERTAIN' ? state : undefined;
}
