import type { SendFault } from './outbox';
import { MessageText } from './collision-text';
import { useT } from '../language/language';
import { useViewer } from '../session/session';
import { Button } from '../ui/button';
import style from './collision-panel.module.css';

type Newer = Extract<SendFault, { __typename: 'CollisionError' }>['newerItems'];

interface Props {
  readonly items: Newer;
  readonly onSendAnyway: () => void;
  readonly onEdit: () => void;
}

/** Something came while one was writing: it stands above the own text, which is untouched. */
export function CollisionPanel({ items, onSendAnyway, onEdit }: Props) {
  const t = useT();
  const { agent } = useViewer();
  const allOwn = items.every(({ actor }) => actor.__typename === 'Agent' && actor.id === agent.id);
  return (
    <div className={style.panel} role="alert">
      <p className={style.title}>{t(allOwn ? 'collision.own' : 'collision.title', { n: items.length })}</p>
      <div className={style.items}>
        {items.map((item) => (
          <MessageText key={item.id} item={item} />
        ))}
      </div>
      <div className={style.actions}>
        <Button size="small" onPress={onEdit}>
          {t('collision.edit')}
        </Button>
        <Button size="small" onPress={onSendAnyway}>
          {t('collision.sendAnyway')}
        </Button>
      </div>
    </div>
  );
}
