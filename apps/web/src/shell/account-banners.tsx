import { Link } from '@tanstack/react-router';
import { useKeptQuery } from '../graphql/use-kept-query';
import { AccountBannersDocument } from '../graphql/generated';
import { useT } from '../language/language';
import { useNow, useTimes } from '../language/time';
import { useNews } from '../live/live-provider';
import { useViewer } from '../session/session';
import { FailedIcon } from '../ui/icons';
import style from './account-banners.module.css';

/** Accounts that cannot answer now: told to everybody, with what still works. */
export function AccountBanners() {
  const t = useT();
  const times = useTimes();
  const now = useNow();
  const { agent } = useViewer();
  const [{ data }, execute] = useKeptQuery({ query: AccountBannersDocument });
  useNews(['accounts'], () => execute({ requestPolicy: 'network-only' }));

  const ill =
    data?.accounts.nodes.filter(({ status }) => status === 'RECONNECT_NEEDED' || status === 'RATE_LIMITED') ?? [];
  if (ill.length === 0) return null;
  return (
    <div className={style.banners}>
      {ill.map((account) => (
        <div key={account.id} className={style.banner} role="alert" data-status={account.status}>
          <FailedIcon />
          <p>
            {account.status === 'RATE_LIMITED'
              ? t('banner.paused', {
                  account: account.name,
                  time: account.pausedUntil ? times.when(account.pausedUntil, now) : '–',
                })
              : t('banner.reconnect', { kind: t(`accountKind.${account.channel}`), account: account.name })}
            {/* why the platform holds all of its app back, such as credit that is used up */}
            {account.status === 'RATE_LIMITED' && account.detail !== '' && <span lang="en"> {account.detail}</span>}
          </p>
          {account.status === 'RECONNECT_NEEDED' && (
            <Link to="/accounts">{t(agent.role === 'ADMIN' ? 'banner.reconnectNow' : 'banner.tellAdmin')}</Link>
          )}
        </div>
      ))}
    </div>
  );
}
