import { createContext, use, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { Provider } from 'urql';
import { connectApi, type Api } from '../graphql/client';
import { useLocale } from '../language/language';

interface ApiContextValue extends Api {
  /** Forgets everything that was read, for the next person to sign in. */
  readonly renew: () => void;
  /** Called when the api says that the session is over. */
  readonly onSessionEnd: (listener: () => void) => () => void;
}

const ApiContext = createContext<ApiContextValue | null>(null);

export function ApiProvider({ children }: { readonly children: ReactNode }) {
  const { locale } = useLocale();
  const spoken = useRef(locale);
  const listeners = useRef(new Set<() => void>());
  const connect = useCallback(
    () =>
      connectApi(
        () => listeners.current.forEach((listener) => listener()),
        () => spoken.current,
      ),
    [],
  );
  const [api, setApi] = useState(connect);

  useEffect(() => {
    spoken.current = locale;
  }, [locale]);
  useEffect(() => () => void api.socket.dispose(), [api]);

  const value = useMemo<ApiContextValue>(
    () => ({
      ...api,
      renew: () => setApi(connect()),
      onSessionEnd: (listener) => {
        listeners.current.add(listener);
        return () => listeners.current.delete(listener);
      },
    }),
    [api, connect],
  );
  return (
    <ApiContext value={value}>
      <Provider value={api.client}>{children}</Provider>
    </ApiContext>
  );
}

export function useApi(): ApiContextValue {
  const api = use(ApiContext);
  if (!api) throw new Error('useApi outside ApiProvider');
  return api;
}
