import type { SendFault } from './outbox';
import { useT } from '../language/language';
import { useTimes } from '../language/time';
import style from './collision-panel.module.css';

type Item = Extract<SendFault, { __typename: 'CollisionError' }>['newerItems'][number];

export function MessageText({ item }: { readonly item: Item }) {
  const t = useT();
  const times = useTimes();
  return (
    <div className={style.item}>
      <p className={style.who}>
        <bdi>{item.actor.displayName}</bdi>
        {item.__typename === 'Note' && <span> · {t('composer.note')}</span>}
        <time dateTime={item.createdAt}> · {times.time(item.createdAt)}</time>
      </p>
      <p dir="auto" className={style.text}>
        {ownWords(item)}
      </p>
    </div>
  );
}

/** Without the older mail that is quoted below. */
function ownWords(item: Item): string {
  const quoteStart = item.__typename === 'Message' ? (item.quoteStart ?? undefined) : undefined;
  return item.text.slice(0, quoteStart).trim() || item.text.trim();
}
