import { useMatch, useParams } from '@tanstack/react-router';
import type { ListName } from './list-name';
import { ConversationPane } from '../conversation/conversation-pane';
import { useT } from '../language/language';
import { PaneBoundary } from '../ui/pane-fault';
import { ConversationList } from './conversation-list';
import style from './list-panes.module.css';

/** A list and, beside it, the conversation that is open. In a narrow window one of them. */
export function ListPanes() {
  const t = useT();
  const { reference } = useParams({ strict: false });
  const list = useListName();

  return (
    <main className={style.panes} data-open={reference ? true : undefined}>
      <section className={style.list} data-pane="" id="list" aria-label={t(`list.${list}`)}>
        <PaneBoundary key={list}>
          <ConversationList key={list} list={list} open={reference} />
        </PaneBoundary>
      </section>
      <div className={style.thread} id="thread">
        {reference ? (
          <PaneBoundary key={reference}>
            <ConversationPane key={reference} reference={reference} list={list} />
          </PaneBoundary>
        ) : (
          <p className={style.empty}>{t('list.choose')}</p>
        )}
      </div>
    </main>
  );
}

function useListName(): ListName {
  const open = useMatch({ from: '/shell/lists/c/$reference', shouldThrow: false });
  const failed = useMatch({ from: '/shell/lists/failed', shouldThrow: false });
  const done = useMatch({ from: '/shell/lists/done', shouldThrow: false });
  if (open) return open.search.from ?? 'mine';
  if (failed) return 'failed';
  return done ? 'done' : 'mine';
}
