import { createContext, use, useEffect, useMemo, type ReactNode } from 'react';
import { useMutation } from 'urql';
import { useKeptQuery } from '../graphql/use-kept-query';
import {
  SessionDocument,
  ViewerUpdateDocument,
  type SessionQuery,
  type ViewerFactsFragment,
} from '../graphql/generated';
import { hasChosenLocale, LOCALES, useLocale } from '../language/language';
import { newKey } from '../ui/key';
import { FullPageError } from '../ui/full-page';
import { useApi } from './api';

const SIGNED_IN = 'evenhand.signedIn';

/** Whether somebody was signed in in this tab and did not sign out: then the session has ended by itself. */
export const hadSession = {
  set: () => sessionStorage.setItem(SIGNED_IN, '1'),
  get: () => sessionStorage.getItem(SIGNED_IN) !== null,
  forget: () => sessionStorage.removeItem(SIGNED_IN),
};

export type Viewer = ViewerFactsFragment;

interface SessionContextValue {
  readonly viewer: Viewer | null;
  readonly installation: SessionQuery['installation'];
  /** Asks the api again who is signed in and what the counters say. */
  readonly reload: () => void;
}

const SessionContext = createContext<SessionContextValue | null>(null);

/** Knows who is signed in; shows nothing until it does. */
export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const api = useApi();
  const [{ data, error, fetching }, execute] = useKeptQuery({
    query: SessionDocument,
    requestPolicy: 'cache-and-network',
  });

  useEffect(() => api.onSessionEnd(() => execute({ requestPolicy: 'network-only' })), [api, execute]);

  useLanguageOf(data?.viewer ?? null);

  const value = useMemo(
    () =>
      data && {
        viewer: data.viewer ?? null,
        installation: data.installation,
        reload: () => execute({ requestPolicy: 'network-only' }),
      },
    [data, execute],
  );
  if (value) return <SessionContext value={value}>{children}</SessionContext>;
  if (error && !fetching) {
    return <FullPageError error={error} onRetry={() => execute({ requestPolicy: 'network-only' })} />;
  }
  return null;
}

/**
 * One language for the page and for what the api says: the one chosen on this browser, else the agent's own. In a demo
 * the agents are nobody's, so the visitor's language stays.
 */
function useLanguageOf(viewer: Viewer | null): void {
  const { locale, setLocale } = useLocale();
  const [, update] = useMutation(ViewerUpdateDocument);
  const id = viewer?.agent.id;
  useEffect(() => {
    if (!viewer) return;
    hadSession.set();
    const own = LOCALES.find((each) => each === viewer.locale.slice(0, 2));
    if (own === locale) return;
    if (own && !hasChosenLocale() && !viewer.workspace.demo) setLocale(own, false);
    else void update({ input: { locale, clientMutationId: newKey() } });
    // Once for whoever signs in; switching later tells the api by itself.
    // eslint-disable-next-line react/exhaustive-deps
  }, [id]);
}

export function useSession(): SessionContextValue {
  const session = use(SessionContext);
  if (!session) throw new Error('useSession outside SessionProvider');
  return session;
}

/** The signed-in agent, inside the shell. */
export function useViewer(): Viewer {
  const { viewer } = useSession();
  if (!viewer) throw new Error('useViewer while nobody is signed in');
  return viewer;
}
