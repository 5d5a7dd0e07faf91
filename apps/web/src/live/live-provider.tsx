import { createContext, use, useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from 'react';
import type { EventFactsFragment } from '../graphql/generated';
import { useApi } from '../session/api';
import { useSession, useViewer } from '../session/session';
import { Live, type LiveState, type LiveTopic } from './live';

const LiveContext = createContext<Live | null>(null);

export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const api = useApi();
  const viewer = useViewer();
  const { reload } = useSession();
  const [live] = useState(() => new Live(api, viewer.syncId));

  useEffect(() => {
    live.start();
    const ends = [live.on('everything', reload)];
    return () => {
      live.stop();
      for (const end of ends) end();
    };
  }, [live, reload]);

  return <LiveContext value={live}>{children}</LiveContext>;
}

export function useLive(): Live {
  const live = use(LiveContext);
  if (!live) throw new Error('useLive outside LiveProvider');
  return live;
}

export function useLiveState(): LiveState {
  const live = useLive();
  return useSyncExternalStore(live.onState, live.getState);
}

/** Calls back when there is news on a topic, at most every `pauseMs` milliseconds, the last news always. */
export function useNews(topics: readonly LiveTopic[], onNews: () => void, pauseMs = 400): void {
  const live = useLive();
  const latest = useRef(onNews);
  useEffect(() => {
    latest.current = onNews;
  }, [onNews]);
  const key = topics.join();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        latest.current();
      }, pauseMs);
    };
    const ends = [...(key.split(',') as LiveTopic[]), 'everything' as const].map((topic) => live.on(topic, soon));
    return () => {
      clearTimeout(timer);
      for (const end of ends) end();
    };
  }, [live, key, pauseMs]);
}

/** Each event of a topic, as it comes. */
export function useLiveEvent(topic: LiveTopic, onEvent: (event: EventFactsFragment) => void): void {
  const live = useLive();
  const latest = useRef(onEvent);
  useEffect(() => {
    latest.current = onEvent;
  }, [onEvent]);
  useEffect(() => live.on(topic, (event) => event && latest.current(event)), [live, topic]);
}
