import { Link } from '@tanstack/react-router';
import { useKeptQuery } from '../graphql/use-kept-query';
import { AccountBannersDocument, QueueDocument } from '../graphql/generated';
import { useT } from '../language/language';
import { useNow, useTimes } from '../language/time';
import { useNews } from '../live/live-provider';
import { useAfterPause } from '../ui/after-pause';
import { Button } from '../ui/button';
import { CheckIcon } from '../ui/icons';
import { PaneBoundary, QueryFault } from '../ui/pane-fault';
import { WaitingList, WaitingListSkeleton } from './waiting-list';
import { useTakeNext } from './take-next';
import style from './queue-page.module.css';

const SHOWN = 50;

/** The one line of people who wait, and the one way to take from it. */
export function QueuePage() {
  const t = useT();
  const [{ data, error, fetching }, execute] = useKeptQuery({
    query: QueueDocument,
    variables: { first: SHOWN },
    requestPolicy: 'cache-and-network',
  });
  const read = () => execute({ requestPolicy: 'network-only' });
  useNews(['queue', 'counters'], read, 700);
  const slow = useAfterPause(fetching && !data);

  return (
    <main className={style.page}>
      <section className={style.list} data-pane="" id="list" aria-label={t('queue.title')} aria-busy={slow}>
        <PaneBoundary>
          <header className={style.head}>
            <h1>{t('queue.title')}</h1>
            {data && <span className={style.count}>{t('queue.waiting', { n: data.queue.waiting })}</span>}
          </header>
          {data && <WaitingList queue={data.queue} />}
          {!data && slow && <WaitingListSkeleton />}
          {!data && error && !fetching && <QueryFault error={error} onRetry={read} />}
        </PaneBoundary>
      </section>
      <section className={style.stage} data-pane="" id="thread" aria-label={t('queue.stage')}>
        {data && <Stage queue={data.queue} />}
      </section>
    </main>
  );
}

interface StageProps {
  readonly queue: {
    readonly waiting: number;
    readonly taken: number;
    readonly oldestWaitingSince?: string | null;
    readonly lastAnswerAt?: string | null;
  };
}

function Stage({ queue }: StageProps) {
  const t = useT();
  const times = useTimes();
  const now = useNow();
  const { take, taking } = useTakeNext();
  const { waiting, taken, oldestWaitingSince, lastAnswerAt } = queue;

  if (waiting === 0) return <NobodyWaits taken={taken} lastAnswerAt={lastAnswerAt} />;
  return (
    <div className={style.words}>
      <p className={style.label}>{t('queue.longest')}</p>
      <p className={style.hero}>{oldestWaitingSince ? times.wait(oldestWaitingSince, now) : '–'}</p>
      <p className={style.muted}>
        {t('queue.waitingLong', { n: waiting })}
        {taken > 0 && ` ${t('queue.taken', { n: taken })}`}
      </p>
      <Button look="primary" size="large" shortcut="N" onPress={take} className={style.next} isDisabled={taking}>
        {t('queue.next')}
      </Button>
      <div className={style.rules}>
        <p>{t('queue.rule')}</p>
        <p>{t('queue.blind')}</p>
      </div>
    </div>
  );
}

/** The end of the work, or its very beginning: then the way to the first account. */
function NobodyWaits({ taken, lastAnswerAt }: Pick<StageProps['queue'], 'taken' | 'lastAnswerAt'>) {
  const t = useT();
  const times = useTimes();
  const now = useNow();
  const [{ data }] = useKeptQuery({ query: AccountBannersDocument });
  if (data?.accounts.nodes.length === 0) {
    return (
      <div className={style.words}>
        <p className={style.quiet}>{t('queue.connectFirst')}</p>
        <p className={style.way}>
          <Link to="/accounts">{t('accounts.connect.EMAIL')}</Link>
        </p>
      </div>
    );
  }
  return (
    <div className={style.words}>
      <span className={style.calm}>
        <CheckIcon size={28} />
      </span>
      <p className={style.quiet}>
        {lastAnswerAt ? t('queue.empty', { time: times.when(lastAnswerAt, now) }) : t('queue.emptyEver')}
      </p>
      {taken > 0 && <p className={style.muted}>{t('queue.taken', { n: taken })}</p>}
    </div>
  );
}
