import { createContext, use, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { useLiveEvent, useLiveState } from '../live/live-provider';
import { useApi } from '../session/api';
import { useViewer } from '../session/session';
import { Drafts, type LocalDraft } from './drafts';
import { canTakeTurns, Outbox } from './outbox';
import type { OutboxItem } from './outbox-item';
import { Returned } from './returned';

/** Pause before what could not be sent is tried again while the connection is up. */
const RETRY_MS = 10_000;

interface Writing {
  readonly drafts: Drafts;
  readonly outbox: Outbox;
  readonly returned: Returned;
}

const WritingContext = createContext<Writing | null>(null);

/** Drafts and outgoing messages of the signed-in agent, whatever is on the screen. */
export function WritingProvider({ children }: { readonly children: ReactNode }) {
  const { client } = useApi();
  const { agent } = useViewer();
  const [writing] = useState(() => ({
    drafts: new Drafts(client, agent.id),
    outbox: new Outbox(client, agent.id),
    returned: new Returned(agent.id),
  }));
  const live = useLiveState();

  useEffect(() => {
    const { outbox } = writing;
    const sendWaiting = () => void outbox.sendWaiting();
    const reached = live.kind === 'upToDate' || live.kind === 'polling';
    const onStored = ({ key }: StorageEvent) => {
      if (!outbox.concerns(key)) return;
      // Shown at once; sent at once only where tabs can take turns, for the tab it was written in is sending it too.
      if (reached && canTakeTurns()) sendWaiting();
      else outbox.takeOver();
    };
    window.addEventListener('storage', onStored);
    if (reached) sendWaiting();
    // A request can fail though the connection is up, and a tab can close with its message unsent.
    const timer = reached ? setInterval(sendWaiting, RETRY_MS) : undefined;
    return () => {
      window.removeEventListener('storage', onStored);
      clearInterval(timer);
    };
  }, [live.kind, writing]);

  useLiveEvent('draft', (event) => {
    if (event.__typename === 'DraftChangedEvent') writing.drafts.receive(event.conversationId, event.draft ?? null);
  });

  useLiveEvent('gone', (event) => {
    if (event.__typename !== 'ConversationGoneEvent') return;
    writing.drafts.forget(event.conversationId);
    writing.outbox.forget(event.conversationId);
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
