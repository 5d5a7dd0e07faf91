import { useEffect } from 'react';
import type { OpenConversation } from '../conversation/open-conversation';
import { useReread } from '../conversation/reread';
import { useT } from '../language/language';
import { useNow, useTimes } from '../language/time';
import { useLiveEvent } from '../live/live-provider';
import { ClockIcon } from '../ui/icons';
import { windowNow, type WindowNow } from './window-state';
import style from './window-line.module.css';

const MINUTE = 60_000;

/** The platform's time for answers as it stands this minute. Read again when what we knew has run out, and when the customer did something. */
export function useWindow({ id, replyWindow, reference }: OpenConversation): WindowNow {
  const reread = useReread(reference);
  const now = useNow();
  const window = windowNow(replyWindow, now);
  // once a minute, since the clock of this machine may be ahead of the server's
  const minute = window.kind === 'over' ? Math.floor(now / MINUTE) : undefined;
  useEffect(() => {
    if (minute !== undefined) reread();
  }, [reread, minute]);
  // what a customer does opens it again
  useLiveEvent('item', (event) => {
    if (replyWindow.state === 'ALWAYS_OPEN' || event.__typename !== 'TimelineItemChangedEvent') return;
    const item = event.conversationId === id ? event.timelineItemEdge?.node : undefined;
    if (item?.__typename === 'Message' && item.direction === 'INBOUND') reread();
  });
  return window;
}

/** How long one may still answer, where that is soon over; nothing else. */
export function WindowLine({ window }: { readonly window: WindowNow }) {
  const t = useT();
  const times = useTimes();
  const now = useNow();
  if (window.kind !== 'closing' && window.kind !== 'peopleOnly') return null;
  return (
    <p className={style.line} title={times.full(window.until)}>
      <span className={style.pill} data-kind={window.kind}>
        <ClockIcon size={16} />
        {window.kind === 'closing'
          ? t('window.closing', { left: times.left(window.until, now) })
          : t('window.peopleOnly', { time: times.weekday(window.until) })}
      </span>
    </p>
  );
}
