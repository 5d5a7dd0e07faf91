import { useState } from 'react';
import { useMutation } from 'urql';
import { useKeptQuery } from '../graphql/use-kept-query';
import {
  AccountReconnectDocument,
  AccountsDocument,
  DeliveryReprocessDocument,
  type AccountsQuery,
} from '../graphql/generated';
import { useT } from '../language/language';
import { useNow, useTimes } from '../language/time';
import { useNews } from '../live/live-provider';
import { useViewer } from '../session/session';
import { useAfterPause } from '../ui/after-pause';
import { Button } from '../ui/button';
import { ChannelIcon } from '../ui/icons';
import { newKey } from '../ui/key';
import { PaneBoundary, QueryFault } from '../ui/pane-fault';
import { useToast } from '../ui/toasts';
import { CONNECTABLE, ConnectAccount, type Connectable } from './connect-account';
import { DisconnectDialog } from './disconnect-dialog';
import style from './accounts-page.module.css';

type Account = AccountsQuery['accounts']['nodes'][number];

/** A permission that ends in fewer days is mended before it does. */
const FEW_DAYS = 14;

/** Every connected account: whether it works, what arrived, and what could not be read. */
export function AccountsPage() {
  const t = useT();
  const { agent } = useViewer();
  const [adding, setAdding] = useState<Connectable>();
  const [{ data, error, fetching }, execute] = useKeptQuery({
    query: AccountsDocument,
    variables: { unreadable: agent.role !== 'AGENT' },
    requestPolicy: 'cache-and-network',
  });
  const read = () => execute({ requestPolicy: 'network-only' });
  useNews(['accounts', 'queue'], read, 1_000);
  const slow = useAfterPause(fetching && !data);

  return (
    <main className={style.page} data-pane="" id="list">
      <div className={style.inner}>
        <header className={style.head}>
          <h1>{t('nav.accounts')}</h1>
          {agent.role === 'ADMIN' && !adding && (
            <div className={style.connect}>
              {CONNECTABLE.map((channel) => (
                <Button key={channel} onPress={() => setAdding(channel)}>
                  <ChannelIcon channel={channel} size={16} />
                  {t(`accounts.connect.${channel}`)}
                </Button>
              ))}
            </div>
          )}
        </header>
        <PaneBoundary>
          {adding && (
            <section className={style.card}>
              <ConnectAccount channel={adding} onLater={() => setAdding(undefined)} />
            </section>
          )}
          {data?.accounts.nodes.map((account) => (
            <AccountCard key={account.id} account={account} onChange={read} />
          ))}
          {data?.accounts.nodes.length === 0 && !adding && (
            <div className={style.card}>
              <p>{t('accounts.none')}</p>
              {agent.role !== 'ADMIN' && <p className={style.muted}>{t('accounts.askAdmin')}</p>}
            </div>
          )}
          {!data && slow && <div className={style.skeleton} aria-hidden="true" />}
          {!data && error && !fetching && <QueryFault error={error} onRetry={read} />}
        </PaneBoundary>
      </div>
    </main>
  );
}

function AccountCard({ account, onChange }: { readonly account: Account; readonly onChange: () => void }) {
  const t = useT();
  const times = useTimes();
  const now = useNow();
  const toast = useToast();
  const { agent } = useViewer();
  const [{ fetching }, reconnect] = useMutation(AccountReconnectDocument);
  const [disconnecting, setDisconnecting] = useState(false);
  const { intake, status, tokenDaysLeft } = account;
  const endsSoon = tokenDaysLeft != null && tokenDaysLeft < FEW_DAYS;

  const reconnectable = status === 'RECONNECT_NEEDED' || status === 'DISCONNECTED' || endsSoon;

  const connectAgain = async () => {
    const { data, error } = await reconnect({ input: { accountId: account.id, clientMutationId: newKey() } });
    const url = data?.accountReconnect.connectUrl;
    if (url) location.assign(url);
    else toast({ text: data?.accountReconnect.userErrors[0]?.message ?? error?.message ?? '', tone: 'danger' });
  };

  return (
    <section className={style.card} aria-label={account.name}>
      <header className={style.account}>
        <ChannelIcon channel={account.channel} />
        <div className={style.names}>
          <h2 dir="auto">{account.name}</h2>
          <p className={style.muted}>
            <bdi>{account.address}</bdi>
            {account.simulated && ` · ${t('accounts.simulated')}`}
          </p>
        </div>
        <span className={style.status} data-status={status}>
          {t(`status.${status}`)}
        </span>
      </header>
      {account.advice !== '' && <p className={style.advice}>{account.advice}</p>}
      {account.detail !== '' && <p lang="en">{account.detail}</p>}
      {account.pausedUntil && (
        <p className={style.advice}>{t('accounts.paused', { time: times.when(account.pausedUntil, now) })}</p>
      )}
      {tokenDaysLeft != null && status !== 'RECONNECT_NEEDED' && (
        <p className={endsSoon ? style.advice : style.muted}>{t('accounts.daysLeft', { n: tokenDaysLeft })}</p>
      )}
      <dl className={style.figures}>
        <Figure label={t('intake.received')} value={intake.received} />
        <Figure label={t('intake.read')} value={intake.read} />
        <Figure label={t('intake.ignored')} value={intake.ignored} />
        <Figure label={t('intake.unreadable')} value={intake.unreadable} alarm={intake.unreadable > 0} />
        <Figure label={t('intake.toProcess')} value={intake.toProcess} />
        {intake.filled > 0 && <Figure label={t('intake.filled')} value={intake.filled} />}
        {intake.costToday != null && <Figure label={t('intake.costToday')} value={times.dollars(intake.costToday)} />}
        {intake.costThisMonth != null && (
          <Figure label={t('intake.costThisMonth')} value={times.dollars(intake.costThisMonth)} />
        )}
      </dl>
      <p className={style.muted}>
        {intake.lastReceivedAt ? t('intake.last', { time: times.when(intake.lastReceivedAt, now) }) : t('intake.never')}{' '}
        {t('accounts.checked', { time: times.when(account.checkedAt, now) })}
        {intake.toProcess > 0 && intake.oldestUnprocessedAt && (
          <> {t('intake.oldest', { time: times.since(intake.oldestUnprocessedAt, now) })}</>
        )}
      </p>
      {intake.unreadableDeliveries && intake.unreadableDeliveries.length > 0 && (
        <Unreadable account={account} onChange={onChange} />
      )}
      {intake.costThisMonth != null && <p className={style.muted}>{t('intake.costEstimate')}</p>}
      {agent.role === 'ADMIN' && (
        <div className={style.acts}>
          {reconnectable && (
            <Button
              look={endsSoon && status === 'CONNECTED' ? 'plain' : 'primary'}
              onPress={() => void connectAgain()}
              isDisabled={fetching}
            >
              {t('accounts.reconnect')}
            </Button>
          )}
          {status !== 'DISCONNECTED' && (
            <Button size={reconnectable ? 'normal' : 'small'} onPress={() => setDisconnecting(true)}>
              {t('accounts.disconnect')}
            </Button>
          )}
        </div>
      )}
      {disconnecting && <DisconnectDialog account={account} onClose={() => setDisconnecting(false)} />}
    </section>
  );
}

function Figure({
  label,
  value,
  alarm = false,
}: {
  readonly label: string;
  readonly value: number | string;
  readonly alarm?: boolean;
}) {
  const times = useTimes();
  return (
    <div data-alarm={alarm || undefined}>
      <dt>{label}</dt>
      <dd>{typeof value === 'string' ? value : times.number(value)}</dd>
    </div>
  );
}

function Unreadable({ account, onChange }: { readonly account: Account; readonly onChange: () => void }) {
  const t = useT();
  const times = useTimes();
  const now = useNow();
  const toast = useToast();
  const [{ fetching }, reprocess] = useMutation(DeliveryReprocessDocument);
  const deliveries = account.intake.unreadableDeliveries ?? [];

  const again = async (ids: readonly string[] | null) => {
    const input = { accountId: account.id, deliveryIds: ids && [...ids], clientMutationId: newKey() };
    const { data, error } = await reprocess({ input });
    const fault = error ? t('fault.notDone') : data?.deliveryReprocess.userErrors[0]?.message;
    toast(
      fault
        ? { text: fault, tone: 'danger' }
        : { text: t('intake.scheduled', { n: data?.deliveryReprocess.scheduled ?? 0 }) },
    );
    onChange();
  };

  return (
    <div className={style.unreadable}>
      <div className={style.account}>
        <h3>{t('intake.unreadableTitle', { n: deliveries.length })}</h3>
        <Button size="small" onPress={() => void again(null)} isDisabled={fetching}>
          {t('intake.reprocessAll')}
        </Button>
      </div>
      <ul>
        {deliveries.map((delivery) => (
          <li key={delivery.id}>
            <span>{times.stamp(delivery.receivedAt, now)}</span>
            <span className={style.problem} dir="auto">
              {delivery.problem}
            </span>
            <span className={style.muted}>{delivery.byteSize == null ? '' : times.bytes(delivery.byteSize)}</span>
            <Button size="small" look="quiet" onPress={() => void again([delivery.id])} isDisabled={fetching}>
              {t('intake.reprocess')}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
