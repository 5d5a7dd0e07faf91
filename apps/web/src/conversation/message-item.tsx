import { lazy, Suspense, useState } from 'react';
import type { MessageFactsFragment } from '../graphql/generated';
import { useT } from '../language/language';
import { useNow, useTimes } from '../language/time';
import { Button, ButtonLink } from '../ui/button';
import { CustomerShape } from '../ui/customer-shape';
import { FileIcon, LockIcon } from '../ui/icons';
import { AttachmentList } from './attachment-list';
import type { OpenConversation } from './open-conversation';
import { looksPlain } from './looks-plain';
import { ModerationLine, PendingFiles, Reactions, Withdrawn } from './message-marks';
import { ModerationMenu } from './moderation-menu';
import { SendLine } from './send-line';
import { TextBody } from './text-body';
import style from './message-item.module.css';

const MailFrame = lazy(() => import('./mail-frame').then((module) => ({ default: module.MailFrame })));

interface Props {
  readonly message: MessageFactsFragment;
  readonly conversation: OpenConversation;
}

export function MessageItem({ message, conversation }: Props) {
  const t = useT();
  const times = useTimes();
  const now = useNow();
  const inbound = message.direction === 'INBOUND';
  const { actor, subject, send } = message;
  // The subject of a conversation stands in its header; only another one is news.
  const otherSubject = subject && bare(subject) !== bare(conversation.subject ?? '') ? subject : undefined;
  const bad = send?.state === 'FAILED' || send?.state === 'UNCERTAIN' ? send.state : undefined;

  return (
    <article
      className={style.message}
      data-direction={message.direction}
      data-send={bad}
      data-hidden={message.hidden || undefined}
    >
      <header className={style.head}>
        {inbound && actor.__typename === 'Customer' && <CustomerShape seed={actor.pseudonym} size={20} />}
        <bdi className={style.actor}>{actor.displayName}</bdi>
        {message.kind !== 'ORDINARY' && <span className={style.automatic}>{t(`mailKind.${message.kind}`)}</span>}
        {message.newSender && <span className={style.badge}>{t('message.newSender')}</span>}
        {message.origin === 'ELSEWHERE' && <span className={style.badge}>{t('message.elsewhere')}</span>}
        {message.editedAt && (
          <span className={style.badge} title={times.full(message.editedAt)}>
            {t('message.edited', { time: times.when(message.editedAt, now) })}
          </span>
        )}
        {message.hidden && <span className={style.badge}>{t('message.hidden')}</span>}
        {message.replyKind && message.replyKind !== 'ANSWER' && (
          <span className={style.badge}>{t(`replyKind.${message.replyKind}`)}</span>
        )}
        <time className={style.time} dateTime={message.createdAt} title={times.full(message.createdAt)}>
          {times.time(message.createdAt)}
        </time>
        {message.canModerate && !message.withdrawnAt && <ModerationMenu message={message} />}
      </header>
      {otherSubject && (
        <p className={style.subject} dir="auto">
          {otherSubject}
        </p>
      )}
      {message.withdrawnAt ? (
        <Withdrawn message={message} />
      ) : (
        <Body message={message} channel={conversation.channel} />
      )}
      <AttachmentList attachments={message.attachments} />
      <PendingFiles message={message} />
      <Reactions message={message} />
      <ModerationLine message={message} />
      {message.problems.length > 0 && (
        <p className={style.problems}>{t('message.problems', { list: message.problems.join(' ') })}</p>
      )}
      {send && (
        <SendLine messageId={message.id} send={send} channel={conversation.channel} account={conversation.account} />
      )}
    </article>
  );
}

function Body({ message, channel }: Pick<Props, 'message'> & Pick<OpenConversation, 'channel'>) {
  const t = useT();
  const { html, text } = message;
  const plain = !html || looksPlain(html);
  const [asText, setAsText] = useState(plain && text.trim() !== '');
  const times = useTimes();

  if (message.unreadable) {
    return (
      <div className={style.unreadable}>
        <p>{t('message.unreadable')}</p>
        {message.source && (
          <a href={message.source.url} download={message.source.fileName}>
            <FileIcon size={16} />
            {t('message.source', { size: times.bytes(message.source.byteSize) })}
          </a>
        )}
      </div>
    );
  }
  if (message.encrypted) {
    return (
      <div className={style.encrypted}>
        <p>
          <LockIcon size={16} />
          {t('encrypted.text')}
        </p>
        {message.permalink && (
          <ButtonLink size="small" href={message.permalink}>
            {t('platform.open', { channel: t(`channel.${channel}`) })}
          </ButtonLink>
        )}
      </div>
    );
  }
  if (text === '' && !html) return null;
  return (
    <>
      {asText || !html ? (
        <TextBody text={text} quoteStart={message.quoteStart ?? null} lang={message.language ?? undefined} />
      ) : (
        <Suspense fallback={<div className={style.loading} />}>
          <MailFrame html={html} attachments={message.attachments} lang={message.language ?? undefined} />
        </Suspense>
      )}
      {html && !plain && text.trim() !== '' && (
        <Button size="small" look="quiet" className={style.toggle} onPress={() => setAsText(!asText)}>
          {t(asText ? 'message.showFormat' : 'message.showText')}
        </Button>
      )}
    </>
  );
}

/** A subject without "Re:" and the like. */
function bare(subject: string): string {
  return subject
    .replace(/^(\s*(re|fwd?|tr|aw|wg|sv|rv|ref)\s*(\[\d+\])?\s*:\s*)+/i, '')
    .trim()
    .toLowerCase();
}
