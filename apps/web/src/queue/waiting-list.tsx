import { useRef, useState } from 'react';
import type { QueueQuery } from '../graphql/generated';
import { useT } from '../language/language';
import { useNow, useTimes } from '../language/time';
import { useShortcut } from '../shell/shortcuts';
import { Button } from '../ui/button';
import { ChannelIcon } from '../ui/icons';
import style from './waiting-list.module.css';

type Queue = QueueQuery['queue'];
type Entry = Queue['entries']['nodes'][number];

/**
 * Those who wait, in the order in which they will be offered. Nothing in it can be picked. While it is pointed at it
 * stands still and says how many are new; waiting times go on.
 */
export function WaitingList({ queue }: { readonly queue: Queue }) {
  const t = useT();
  const now = useNow();
  const entries = queue.entries.nodes;
  const [held, setHeld] = useState<readonly Entry[] | null>(null);
  const pointed = useRef(false);
  const shown = held ?? entries;
  const fresh = held ? changesBetween(held, entries) : 0;
  const apply = () => setHeld(pointed.current ? entries : null);
  useShortcut('.', fresh > 0 ? apply : undefined);

  const more = queue.entries.totalCount - entries.length;
  return (
    <div
      className={style.scroll}
      tabIndex={0}
      role="region"
      aria-label={t('queue.list')}
      onPointerEnter={() => {
        pointed.current = true;
        setHeld(entries);
      }}
      onPointerLeave={() => {
        pointed.current = false;
        setHeld(null);
      }}
    >
      {fresh > 0 && (
        <div className={style.fresh}>
          <Button size="small" onPress={apply} shortcut=".">
            {t('list.changed', { n: fresh })}
          </Button>
        </div>
      )}
      <ol className={style.list}>
        {shown.map((entry, i) => (
          <Row key={entry.waitId} entry={entry} place={i + 1} now={now} />
        ))}
      </ol>
      {more > 0 && <p className={style.more}>{t('queue.more', { n: more })}</p>}
    </div>
  );
}

function Row({ entry, place, now }: { readonly entry: Entry; readonly place: number; readonly now: number }) {
  const t = useT();
  const times = useTimes();
  return (
    <li className={style.row} data-next={place === 1 || undefined}>
      <span className={style.place} aria-label={t('queue.place', { n: place })}>
        {place}
      </span>
      <time className={style.wait} dateTime={entry.waitingSince} title={times.full(entry.waitingSince)}>
        {times.wait(entry.waitingSince, now)}
      </time>
      <span className={style.facts}>
        <ChannelIcon channel={entry.channel} size={16} />
        {t(`channel.${entry.channel}`)}
        {entry.language && <span className={style.language}>{times.language(entry.language)}</span>}
      </span>
      {entry.need !== 'STANDARD' && <span className={style.need}>{t(`need.${entry.need}`)}</span>}
      {place === 1 && <span className={style.next}>{t('queue.isNext')}</span>}
    </li>
  );
}

/** How many came or went. */
function changesBetween(old: readonly Entry[], current: readonly Entry[]): number {
  const before = new Set(old.map(({ waitId }) => waitId));
  const after = new Set(current.map(({ waitId }) => waitId));
  return (
    current.filter(({ waitId }) => !before.has(waitId)).length + old.filter(({ waitId }) => !after.has(waitId)).length
  );
}

export function WaitingListSkeleton() {
  return (
    <ol className={style.list} aria-hidden="true">
      {Array.from({ length: 8 }, (_, i) => (
        <li key={i} className={style.row}>
          <span className={style.bone} />
          <span className={style.bone} />
          <span className={style.bone} />
        </li>
      ))}
    </ol>
  );
}
