import type { ListName } from './list-name';
import { useT } from '../language/language';
import { useTakeNext } from '../queue/take-next';
import { useViewer } from '../session/session';
import { Button } from '../ui/button';
import style from './empty-list.module.css';

/** Nothing in a list: why, and what one can do. */
export function EmptyList({ list }: { readonly list: ListName }) {
  const t = useT();
  const { counters } = useViewer();
  const { take, taking } = useTakeNext();
  return (
    <div className={style.empty}>
      <p className={style.title}>{t(`empty.${list}`)}</p>
      <p>{t(`empty.${list}Text`, { n: counters.waiting })}</p>
      {list === 'mine' && counters.waiting > 0 && (
        <Button look="primary" shortcut="N" onPress={take} isDisabled={taking}>
          {t('queue.next')}
        </Button>
      )}
    </div>
  );
}
