import type { MessageFactsFragment } from '../graphql/generated';
import { useT } from '../language/language';
import { useTimes } from '../language/time';
import style from './notice-item.module.css';

/** What the platform tells of the thread. Nobody wrote it, so it is no bubble. */
export function NoticeItem({ message }: { readonly message: MessageFactsFragment }) {
  const t = useT();
  const times = useTimes();
  return (
    <article className={style.notice}>
      <bdi>{message.text.trim() || t('mailKind.NOTICE')}</bdi>{' '}
      <time dateTime={message.createdAt} title={times.full(message.createdAt)}>
        {times.time(message.createdAt)}
      </time>
    </article>
  );
}
