import { setTimeout as sleep } from 'node:timers/promises';
import type { ImapFlow } from 'imapflow';
import { CredentialsRejected, type PollSession } from '@app/channel';
import type { HostGuard } from '@app/connector-host';
import type { Clock, Logger } from '@app/runtime';
import { parseMailbox, type MailboxSettings } from './config';
import { FolderReader, type FolderReaderOptions, type FolderRole } from './folder-reader';
import { connectImap, findSentFolder, imapError } from './imap-client';

export interface PollMailboxParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly guard: HostGuard;
  readonly options: FolderReaderOptions;
  readonly onGap: (mails: number) => void;
}

/** Waits between attempts at the Sent folder while INBOX works, milliseconds; the last one repeats. */
const SENT_WAITS = [5_000, 60_000, 600_000, 6 * 3_600_000];

/**
 * Reads INBOX and the Sent folder, each on a connection of its own (IDLE hears of one folder only), until the connection
 * of INBOX ends. Trouble with Sent alone does not stop INBOX.
 */
export async function pollMailbox(session: PollSession, parts: PollMailboxParts): Promise<void> {
  const { settings, credentials } = parseMailbox(session.account.settings, session.account.credentials);
  const ended = new AbortController();
  const signal = AbortSignal.any([session.signal, ended.signal]);
  const connect = (): Promise<ImapFlow> =>
    connectImap(settings.imap, credentials.imapPassword, parts.guard, signal, parts.options.timeoutMs);
  const inbox = await connect();
  try {
    const sent = settings.readSent ? await sentFolder(inbox, settings.imap.host) : undefined;
    const readers: Promise<unknown>[] = [read(inbox, 'INBOX', 'inbox', session, settings, parts)];
    if (sent !== undefined) readers.push(readSent(connect, sent, signal, session, settings, parts));
    try {
      await Promise.all(readers);
    } finally {
      ended.abort();
      await Promise.allSettled(readers);
    }
  } finally {
    ended.abort();
    inbox.close();
  }
}

async function sentFolder(client: ImapFlow, host: string): Promise<string | undefined> {
  return findSentFolder(client).catch((error: unknown) => {
    throw imapError(error, host);
  });
}

async function readSent(
  connect: () => Promise<ImapFlow>,
  path: string,
  signal: AbortSignal,
  session: PollSession,
  settings: MailboxSettings,
  parts: PollMailboxParts,
): Promise<void> {
  for (let failures = 0; !signal.aborted; failures++) {
    const began = performance.now();
    let client: ImapFlow | undefined;
    try {
      client = await connect();
      await read(client, path, 'sent', session, settings, parts);
    } catch (error) {
      if (error instanceof CredentialsRejected) throw error;
      if (signal.aborted) return;
      if (performance.now() - began > 300_000) failures = 0;
      parts.logger.warn('the Sent folder cannot be read; INBOX goes on', { accountId: session.account.id }, error);
    } finally {
      client?.close();
    }
    await sleep(SENT_WAITS[Math.min(failures, SENT_WAITS.length - 1)], undefined, { signal }).catch(() => undefined);
  }
}

async function read(
  client: ImapFlow,
  path: string,
  role: FolderRole,
  session: PollSession,
  settings: MailboxSettings,
  { clock, logger, options, onGap }: PollMailboxParts,
): Promise<void> {
  await new FolderReader(client, session, { path, role }, settings, clock, logger, options, onGap).run();
}
