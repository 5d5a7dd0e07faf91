import { Link, useMatchRoute } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ConnectionPill } from '../live/connection';
import { useT } from '../language/language';
import { useTimes } from '../language/time';
import { useSession, useViewer } from '../session/session';
import { AccountsIcon, DoneIcon, FailedIcon, Mark, MineIcon, QueueIcon } from '../ui/icons';
import { ViewerMenu } from './viewer-menu';
import style from './rail.module.css';

export function Rail() {
  const t = useT();
  const { counters, workspace } = useViewer();
  const { installation } = useSession();
  const match = useMatchRoute();
  const open = match({ to: '/c/$reference', includeSearch: false });
  const from = new URLSearchParams(location.search).get('from');
  const trouble = counters.failed + counters.uncertain;

  return (
    <nav className={style.rail} data-pane="" aria-label={t('nav.label')}>
      <div className={style.brand}>
        <Mark />
        <span className={style.name}>
          <strong>Evenhand</strong>
          <span dir="auto">{workspace.name}</span>
        </span>
      </div>
      <ul className={style.places}>
        <Place to="/queue" icon={<QueueIcon />} label={t('nav.queue')} count={counters.waiting} />
        <Place
          to="/mine"
          icon={<MineIcon />}
          label={t('nav.mine')}
          count={counters.mine}
          current={Boolean(open) && !from}
        />
        <Place
          to="/failed"
          icon={<FailedIcon />}
          label={t('nav.failed')}
          count={trouble}
          alarm={trouble > 0}
          current={Boolean(open) && from === 'failed'}
        />
        <Place to="/done" icon={<DoneIcon />} label={t('nav.done')} current={Boolean(open) && from === 'done'} />
        <Place to="/accounts" icon={<AccountsIcon />} label={t('nav.accounts')} />
      </ul>
      <div className={style.foot}>
        {workspace.demo && (
          <div className={style.demo}>
            <strong>{t('demo.title')}</strong>
            <p>{t('demo.text')}</p>
            {installation.simulatorUrl && (
              <a href={installation.simulatorUrl} target="_blank" rel="noreferrer">
                {t('demo.link')}
              </a>
            )}
          </div>
        )}
        <ConnectionPill />
        <ViewerMenu />
      </div>
    </nav>
  );
}

interface PlaceProps {
  readonly to: '/queue' | '/mine' | '/failed' | '/done' | '/accounts';
  readonly icon: ReactNode;
  readonly label: string;
  readonly count?: number;
  readonly alarm?: boolean;
  /** An open conversation belongs to this place. */
  readonly current?: boolean;
}

function Place({ to, icon, label, count = 0, alarm, current = false }: PlaceProps) {
  const times = useTimes();
  return (
    <li>
      <Link to={to} className={style.place} data-current={current || undefined} activeProps={{ 'data-current': true }}>
        {icon}
        <span className={style.label}>{label}</span>
        {count > 0 && (
          <span className={style.count} data-alarm={alarm || undefined}>
            {times.number(count)}
          </span>
        )}
      </Link>
    </li>
  );
}
