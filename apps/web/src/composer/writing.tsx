import { createContext, use, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { useLiveEvent, useLiveState } from '../live/live-provider';
import { useApi } from '../session/api';
import { useViewer } from '../session/session';
import { Drafts, type LocalDraft } from './drafts';
import { Outbox, type OutboxItem } from './outbox';

interface Writing {
  readonly drafts: Drafts;
  readonly outbox: Outbox;
}

const WritingContext = createContext<Writing | null>(null);

/** Drafts and outgoing messages of the signed-in agent, whatever is on the screen. */
export function WritingProvider({ children }: { readonly children: ReactNode }) {
  const { client } = useApi();
  const { agent } = useViewer();
  const [writing] = useState(() => ({ drafts: new Drafts(client, agent.id), outbox: new Outbox(client, agent.id) }));
  const live = useLiveState();

  useEffect(() => {
    if (live.kind === 'upToDate' || live.kind === 'polling') void writing.outbox.sendWaiting();
  }, [live.kind, writing]);

  useLiveEvent('draft', (event) => {
    if (event.__typename === 'DraftChangedEvent') writing.drafts.receive(event.conversationId, event.draft ?? null);
  });

  useEffect(() => {
    const leave = () => document.visibilityState === 'hidden' && writing.drafts.flushAllBeforeLeaving();
    document.addEventListener('visibilitychange', leave);
    window.addEventListener('pagehide', leave);
    return () => {
      document.removeEventListener('visibilitychange', leave);
      window.removeEventListener('pagehide', leave);
    };
  }, [writing]);

  return <WritingContext value={writing}>{children}</WritingContext>;
}

export function useWriting(): Writing {
  const writing = use(WritingContext);
  if (!writing) throw new Error('useWriting outside WritingProvider');
  return writing;
}

export function useDraft(conversationId: string): LocalDraft {
  const { drafts } = useWriting();
  return useSyncExternalStore(drafts.subscribe, () => drafts.get(conversationId));
}

export function useOutbox(): readonly OutboxItem[] {
  const { outbox } = useWriting();
  return useSyncExternalStore(outbox.subscribe, outbox.getItems);
}
