import { useT } from '../language/language';
import { useTimes } from '../language/time';
import { useOutbox } from '../composer/writing';
import { useLiveState } from './live-provider';
import style from './connection.module.css';

function useWords(): string {
  const t = useT();
  const times = useTimes();
  const state = useLiveState();
  const waiting = useOutbox().filter((item) => item.state === 'waiting').length;
  switch (state.kind) {
    case 'upToDate':
      return t('live.upToDate');
    case 'catchingUp':
      return t('live.catchingUp');
    case 'polling':
      return t('live.polling', { time: times.time(state.checkedAt) });
    case 'offline': {
      const since = t('live.offline', { time: times.time(state.since) });
      return waiting > 0 ? t('live.offlineQueued', { since, n: waiting }) : since;
    }
  }
}

/** How fresh the page is: always in the same place. */
export function ConnectionPill() {
  const { kind } = useLiveState();
  const words = useWords();
  return (
    <p className={style.pill} data-kind={kind} role="status">
      <span className={style.dot} />
      <span>{words}</span>
    </p>
  );
}

/** The same for narrow windows, where there is no room for it while all is well. */
export function ConnectionStrip() {
  const { kind } = useLiveState();
  const words = useWords();
  if (kind === 'upToDate' || kind === 'catchingUp') return null;
  return (
    <p className={style.strip} data-kind={kind}>
      {words}
    </p>
  );
}
