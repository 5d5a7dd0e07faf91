import { createClient as createSocket, type Client as Socket } from 'graphql-ws';
import { Client, fetchExchange, mapExchange, subscriptionExchange, type CombinedError } from 'urql';
import { newCacheExchange } from './cache';
import { versionGuard } from './version-guard';

/** How long the page waits for an answer of the api. Milliseconds. */
const TIMEOUT_MS = 25_000;
/** A socket that has said nothing for so long after a ping is dead. Milliseconds. */
const PONG_MS = 5_000;

/** Everything that talks to the api for one signed-in person. */
export interface Api {
  readonly client: Client;
  readonly socket: Socket;
}

/** @param onSessionEnd called when the api says that nobody is signed in any more. */
export function connectApi(onSessionEnd: () => void, locale: () => string): Api {
  const socket = newSocket();
  const client = new Client({
    url: '/graphql',
    preferGetMethod: false,
    fetch: fetchWithTimeout,
    fetchOptions: () => ({ headers: { 'x-evenhand': '1', 'accept-language': locale() }, credentials: 'same-origin' }),
    exchanges: [
      mapExchange({ onError: (error) => isSignedOut(error) && onSessionEnd() }),
      newCacheExchange(),
      versionGuard(),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query: query ?? '', variables }, sink) }),
        }),
      }),
    ],
  });
  return { client, socket };
}

/** Whether an answer says that the session is over. */
export function isSignedOut(error: CombinedError | undefined): boolean {
  return error?.graphQLErrors.some(({ extensions }) => extensions.code === 'UNAUTHENTICATED') ?? false;
}

/** The id under which the api has logged the fault, if it gave one. */
export function requestIdOf(error: CombinedError): string | undefined {
  const id = error.graphQLErrors[0]?.extensions.requestId;
  return typeof id === 'string' ? id : undefined;
}

const fetchWithTimeout: typeof fetch = (input, init) => {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout });
};

/** Connects when first subscribed. Never retries by itself: who subscribes catches up first and chooses where to go on. */
function newSocket(): Socket {
  let pong: ReturnType<typeof setTimeout>;
  const socket: Socket = createSocket({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
    retryAttempts: 0,
    keepAlive: 12_000,
    connectionAckWaitTimeout: 8_000,
    on: {
      ping: (received) => {
        if (!received) pong = setTimeout(() => socket.terminate(), PONG_MS);
      },
      pong: (received) => {
        if (received) clearTimeout(pong);
      },
      closed: () => clearTimeout(pong),
    },
  });
  return socket;
}
