import { isIP } from 'node:net';
import { ImapFlow, type ListResponse } from 'imapflow';
import { CredentialsRejected, Refused, Transient } from '@app/channel';
import { HostRefused, type HostGuard } from '@app/connector-host';
import type { MailServer } from './config';

/** Yahoo ends an IDLE after about 3 minutes, most others after 29 (email.md §1.1). */
const MAX_IDLE_MS = 4 * 60_000;
const SOCKET_TIMEOUT_MS = 120_000;
const CONNECT_TIMEOUT_MS = 30_000;
const GREETING_TIMEOUT_MS = 16_000;

/**
 * Connects and logs in. The client is closed by whoever called, or by itself when `signal` aborts.
 * @throws CredentialsRejected, Refused (a setting that cannot work) or Transient.
 */
export async function connectImap(
  server: MailServer,
  password: string,
  guard: HostGuard,
  signal: AbortSignal,
  /** Longest silence of the server, milliseconds. */
  timeoutMs = SOCKET_TIMEOUT_MS,
): Promise<ImapFlow> {
  const { address, host, loopback } = await guarded(server.host, guard);
  if (server.tls === 'none' && !loopback) {
    throw new Refused('REFUSED', `The IMAP server ${host} must be reached with TLS; without it only on this machine.`);
  }
  const client = new ImapFlow({
    host: address,
    port: server.port,
    secure: server.tls === 'implicit',
    ...({ doSTARTTLS: server.tls === 'starttls' } as object),
    // a server named by its address has no name to ask for (RFC 6066)
    ...(isIP(host) === 0 ? { servername: host } : {}),
    auth: { user: server.user, pass: password },
    logger: false,
    qresync: false,
    disableAutoIdle: true,
    maxIdleTime: Math.min(MAX_IDLE_MS, timeoutMs * 2),
    socketTimeout: timeoutMs,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: GREETING_TIMEOUT_MS,
    clientInfo: { name: 'Evenhand' },
  });
  // an 'error' without listener ends the process (email.md §1.1); 'close' follows
  client.on('error', () => undefined);
  const abort = (): void => client.close();
  signal.addEventListener('abort', abort, { once: true });
  client.once('close', () => signal.removeEventListener('abort', abort));
  try {
    signal.throwIfAborted();
    await client.connect();
    return client;
  } catch (error) {
    // after a refused login the socket would stay open for minutes
    client.close();
    throw imapError(error, `${host}:${server.port}`);
  }
}

/** An error of the protocol in the words of `connector-error.ts`. */
export function imapError(error: unknown, where: string): Error {
  if (error instanceof Transient || error instanceof CredentialsRejected || error instanceof Refused) return error;
  const fault = error as {
    authenticationFailed?: boolean;
    code?: string;
    serverResponseCode?: string;
    tlsFailed?: boolean;
    message?: string;
  };
  const unavailable =
    fault.serverResponseCode === 'UNAVAILABLE' ||
    fault.serverResponseCode === 'INUSE' ||
    fault.serverResponseCode === 'LIMIT';
  if (fault.authenticationFailed === true && !unavailable) {
    return new CredentialsRejected(
      `The mail server refuses the user name or password (IMAP, ${where}). Give the mailbox its present password; with two-step verification, an app password.`,
      { cause: error },
    );
  }
  return new Transient(
    `The mail server cannot be read (IMAP, ${where}): ${describeNetwork(fault.code, fault.message)}`,
    { cause: error },
  );
}

/** What a network fault means, for an operator. */
export function describeNetwork(code: string | undefined, message: string | undefined): string {
  switch (code) {
    case 'ECONNREFUSED':
    case 'ESOCKET':
      return 'nothing answers there; check host and port, or wait until it is up again.';
    case 'ENOTFOUND':
    case 'EDNS':
    case 'EAI_AGAIN':
      return 'the name is unknown; check the host.';
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ETLS':
      return 'it does not speak TLS on this port; check port and encryption.';
    case 'CERT_HAS_EXPIRED':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `its certificate is not valid (${code}).`;
    case 'CONNECT_TIMEOUT':
    case 'GREETING_TIMEOUT':
    case 'ETIMEOUT':
    case 'ETIMEDOUT':
      return 'it does not answer in time.';
    default:
      return `${code ?? message ?? 'the connection was lost'}.`;
  }
}

async function guarded(host: string, guard: HostGuard) {
  try {
    return await guard.check(host);
  } catch (error) {
    if (error instanceof HostRefused) throw new Refused('REFUSED', error.message, { cause: error });
    throw imapError(error, host);
  }
}

/** Path of the folder with sent mail, or undefined. What the server declares beats what a name suggests. */
export async function findSentFolder(client: ImapFlow): Promise<string | undefined> {
  const folders = (await client.list()).filter((folder) => folder.specialUse === '\\Sent');
  const declared = folders.find(
    (folder: ListResponse & { specialUseSource?: string }) => folder.specialUseSource === 'extension',
  );
  return (declared ?? folders[0])?.path;
}
