import { Fragment, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import { useOutbox } from '../composer/writing';
import { ConversationDocument, type TimelineEdgeFragment } from '../graphql/generated';
import { useT } from '../language/language';
import { useNow, useTimes } from '../language/time';
import { Button } from '../ui/button';
import { PAGE, type OpenConversation } from './open-conversation';
import { MessageItem } from './message-item';
import { NoteItem } from './note-item';
import { NoticeItem } from './notice-item';
import { seen } from './seen';
import { OutgoingItem } from './outgoing-item';
import style from './message-log.module.css';

/** How near the end one must be to be taken along by new messages. Pixels. */
const NEAR = 120;

export function MessageLog({ conversation }: { readonly conversation: OpenConversation }) {
  const t = useT();
  const times = useTimes();
  const now = useNow();
  const scroll = useRef<HTMLDivElement>(null);
  const items = sorted(conversation.timeline?.edges ?? []);
  const known = new Set(items.map((item) => item.clientMutationId).filter(Boolean));
  const outgoing = useOutbox().filter((item) => item.conversationId === conversation.id && !known.has(item.key));
  const last = outgoing.at(-1)?.key ?? items.at(-1)?.clientMutationId ?? items.at(-1)?.id;
  const sending = outgoing.at(-1)?.key;
  const { toEnd, unseen } = useStickToEnd(scroll, last, items.length + outgoing.length, () =>
    seen.mark(conversation.id, items),
  );
  useEffect(() => {
    if (sending) toEnd();
  }, [sending, toEnd]);
  const earlier = useEarlier(conversation, scroll);

  return (
    <div className={style.frame}>
      <div className={style.scroll} ref={scroll} tabIndex={0} role="region" aria-label={t('thread.messages')}>
        {earlier.more && (
          <div className={style.earlier}>
            <Button size="small" look="quiet" onPress={earlier.load} isDisabled={earlier.loading}>
              {t('thread.earlier')}
            </Button>
          </div>
        )}
        <div className={style.log} role="log" aria-label={t('thread.messages')}>
          {items.map((item, i) => {
            const day = times.day(item.createdAt, now);
            const before = items[i - 1];
            return (
              <Fragment key={item.clientMutationId ?? item.id}>
                {(!before || times.day(before.createdAt, now) !== day) && <p className={style.day}>{day}</p>}
                {item.__typename === 'Note' && <NoteItem note={item} />}
                {item.__typename === 'Message' &&
                  (item.kind === 'NOTICE' ? (
                    <NoticeItem message={item} />
                  ) : (
                    <MessageItem message={item} conversation={conversation} />
                  ))}
              </Fragment>
            );
          })}
          {outgoing.map((item) => (
            <OutgoingItem key={item.key} item={item} />
          ))}
        </div>
      </div>
      {unseen > 0 && (
        <div className={style.unseen}>
          <Button size="small" look="primary" onPress={toEnd}>
            {t('thread.unseen', { n: unseen })}
          </Button>
        </div>
      )}
    </div>
  );
}

/** By platform time, as the server orders them, wherever they were put into the cache. */
function sorted(edges: readonly TimelineEdgeFragment[]) {
  return edges
    .map(({ node }) => node)
    .sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt) || a.id.localeCompare(b.id));
}

/** Opens at the end and stays there while one is near it; else counts what came. */
function useStickToEnd(
  scroll: { readonly current: HTMLDivElement | null },
  last: string | undefined,
  count: number,
  onSeen: () => void,
) {
  const [unseen, setUnseen] = useState(0);
  const near = useRef(true);
  const shown = useRef({ last, count });
  const latest = useRef(onSeen);

  useEffect(() => {
    const box = scroll.current;
    if (!box) return undefined;
    const onScroll = () => {
      near.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
      if (!near.current) return;
      setUnseen(0);
      latest.current();
    };
    // Pictures and mail frames grow after they are drawn.
    const grown = new ResizeObserver(() => {
      if (near.current) box.scrollTop = box.scrollHeight;
    });
    if (box.lastElementChild) grown.observe(box.lastElementChild);
    grown.observe(box);
    box.addEventListener('scroll', onScroll, { passive: true });
    // What came while another tab was in front is seen when one comes back.
    document.addEventListener('visibilitychange', onScroll);
    return () => {
      grown.disconnect();
      box.removeEventListener('scroll', onScroll);
      document.removeEventListener('visibilitychange', onScroll);
    };
  }, [scroll]);

  useLayoutEffect(() => {
    const box = scroll.current;
    const before = shown.current;
    shown.current = { last, count };
    latest.current = onSeen;
    if (!box) return;
    if (near.current) {
      box.scrollTop = box.scrollHeight;
      onSeen();
    } else if (before.last !== last) setUnseen((n) => n + Math.max(1, count - before.count));
    // eslint-disable-next-line react/exhaustive-deps -- told once for each new item, not for each new function
  }, [scroll, last, count]);

  const toEnd = useCallback(() => {
    if (scroll.current) scroll.current.scrollTop = scroll.current.scrollHeight;
  }, [scroll]);
  return { toEnd, unseen };
}

/** Earlier pages, added above without moving what one reads. */
function useEarlier(conversation: OpenConversation, scroll: { readonly current: HTMLDivElement | null }) {
  const client = useClient();
  const [loading, setLoading] = useState(false);
  const page = conversation.timeline?.pageInfo;
  const load = async () => {
    const box = scroll.current;
    const fromEnd = box ? box.scrollHeight - box.scrollTop : 0;
    setLoading(true);
    const variables = { reference: conversation.reference, last: PAGE, before: page?.startCursor ?? null };
    await client.query(ConversationDocument, variables, { requestPolicy: 'network-only' }).toPromise();
    setLoading(false);
    requestAnimationFrame(() => {
      if (box) box.scrollTop = box.scrollHeight - fromEnd;
    });
  };
  return { more: page?.hasPreviousPage ?? false, loading, load: () => void load() };
}
