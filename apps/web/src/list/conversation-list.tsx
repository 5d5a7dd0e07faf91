import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { GridList, GridListItem } from 'react-aria-components';
import { useKeptQuery } from '../graphql/use-kept-query';
import type { ListName } from './list-name';
import { ConversationsDocument, type ConversationRowFragment } from '../graphql/generated';
import { useT } from '../language/language';
import { useNews } from '../live/live-provider';
import { useShortcut } from '../shell/shortcuts';
import { useAfterPause } from '../ui/after-pause';
import { Button } from '../ui/button';
import { QueryFault } from '../ui/pane-fault';
import { ConversationRow, RowSkeleton } from './conversation-row';
import { EmptyList } from './empty-list';
import style from './conversation-list.module.css';

const PAGE = 40;
const VIEWS = { mine: 'MINE', failed: 'FAILED', done: 'DONE' } as const;

export function ConversationList({ list, open }: { readonly list: ListName; readonly open: string | undefined }) {
  const t = useT();
  const navigate = useNavigate();
  const [after, setAfter] = useState<string | null>(null);
  const grid = useRef<HTMLDivElement>(null);
  const [{ data, error, fetching }, execute] = useKeptQuery({
    query: ConversationsDocument,
    variables: { view: VIEWS[list], first: PAGE, after },
    requestPolicy: 'cache-and-network',
  });
  const read = () => execute({ requestPolicy: 'network-only' });
  useNews(['conversations', 'counters', 'gone'], read, 500);
  const slow = useAfterPause(fetching && !data);

  const rows = (data?.conversations.edges ?? []).map(({ node }) => node).filter(belongsTo(list));
  const openRow = (reference: string) =>
    void navigate({ to: '/c/$reference', params: { reference }, search: list === 'mine' ? {} : { from: list } });
  const step = (by: 1 | -1) => {
    const items = [...(grid.current?.querySelectorAll<HTMLElement>('[role=row]') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const opened = rows.findIndex(({ reference }) => reference === open);
    items[Math.min(items.length - 1, Math.max(0, (at < 0 ? opened : at) + by))]?.focus();
  };
  useShortcut('j', () => step(1));
  useShortcut('k', () => step(-1));
  useShortcut('o', () => {
    const key = document.activeElement?.closest('[role=row]')?.getAttribute('data-reference');
    if (key) openRow(key);
  });

  // One first heading: an open conversation has its own.
  const Title = open ? 'h2' : 'h1';
  return (
    <>
      <header className={style.head}>
        <Title aria-busy={slow}>{t(`list.${list}`)}</Title>
      </header>
      {data && rows.length > 0 && (
        <GridList
          ref={grid}
          aria-label={t(`list.${list}`)}
          className={style.grid}
          items={rows}
          dependencies={[open, list]}
          onAction={(key) => openRow(String(key))}
        >
          {(row) => (
            <GridListItem
              id={row.reference}
              textValue={row.customer?.displayName ?? row.reference}
              className={style.item}
              data-reference={row.reference}
              data-current={row.reference === open || undefined}
              aria-current={row.reference === open || undefined}
            >
              <ConversationRow row={row} list={list} />
            </GridListItem>
          )}
        </GridList>
      )}
      {data?.conversations.pageInfo.hasNextPage && (
        <Button
          size="small"
          look="quiet"
          className={style.more}
          isDisabled={fetching}
          onPress={() => setAfter(data.conversations.pageInfo.endCursor ?? null)}
        >
          {t('list.more')}
        </Button>
      )}
      {data && rows.length === 0 && <EmptyList list={list} />}
      {!data && slow && <RowSkeleton />}
      {!data && error && !fetching && <QueryFault error={error} onRetry={read} />}
    </>
  );
}

/** An event may have moved a conversation out of the list before the list is read again. */
const belongsTo = (list: ListName) => (row: ConversationRowFragment) =>
  list === 'failed' ? row.trouble !== null : list === 'done' ? !row.wait : row.offer !== null;
