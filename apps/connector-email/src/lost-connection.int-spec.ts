import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostGuard } from '@app/connector-host';
import { Transient, type CursorMove, type PollSession, type RawDelivery } from '@app/channel';
import { Clock, Logger } from '@app/runtime';
import { MailSimulator } from '../../simulator/src';
import { mailboxSettings } from './config';
import type { FolderCursor } from './folder-cursor';
import { FOLDER_READER_OPTIONS, FolderReader } from './folder-reader';
import { connectImap } from './imap-client';

const ADDRESS = 'support@example.test';
let dir: string;
let server: MailSimulator;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'evenhand-lost-'));
  server = await MailSimulator.start({ dir });
  server.addMailbox(ADDRESS, { password: 'secret' });
  for (let n = 1; n <= 3; n++) {
    server.deliver(`From: a@customers.test\r\nSubject: ${n}\r\n\r\nhello\r\n`, { to: ADDRESS });
  }
});
afterAll(async () => {
  await server.stop();
  await rm(dir, { recursive: true, force: true });
});

/** What a session stores, as the database would have it. */
class Stored {
  readonly deliveries: RawDelivery[] = [];
  cursor: FolderCursor | undefined;

  session(): PollSession {
    return {
      account: { id: 'account', address: ADDRESS, connectedAt: new Date(Date.now() - 3_600_000) },
      signal: new AbortController().signal,
      cursor: async () => this.cursor,
      known: async () => new Set<string>(),
      report: async () => undefined,
      commit: async (deliveries: readonly RawDelivery[], move: CursorMove | null) => {
        this.deliveries.push(...deliveries);
        if (move) this.cursor = move.cursor as FolderCursor;
      },
    } as unknown as PollSession;
  }
}

/** Reads with a connection that ends just before the given FETCH, counted from 1. */
async function readUntil(fetch: number, stored: Stored): Promise<void> {
  const imap = { host: '127.0.0.1', port: server.imapPort, tls: 'none' as const, user: ADDRESS };
  const client = await connectImap(imap, 'secret', new HostGuard(true), new AbortController().signal);
  const fetchAll = client.fetchAll.bind(client);
  let count = 0;
  client.fetchAll = (...args) => {
    if (++count === fetch) client.close();
    return fetchAll(...args);
  };
  const settings = mailboxSettings.parse({ imap, smtp: imap, history: 'none' });
  const logger = Logger.create({ level: 'silent', app: 'test' });
  const folder = { path: 'INBOX', role: 'inbox' as const };
  const reader = new FolderReader(
    client,
    stored.session(),
    folder,
    settings,
    new Clock(),
    logger,
    FOLDER_READER_OPTIONS,
    () => undefined,
  );
  await reader.run();
}

it.each([
  ['it asks which mails have come since the mailbox was connected', 1],
  ['it asks how many bytes the new mails have', 2],
  ['it asks for the bytes', 3],
])('passes no mail when the connection ends just before %s', async (_when, fetch) => {
  const stored = new Stored();

  await expect(readUntil(fetch, stored)).rejects.toThrow(Transient);

  expect(stored.deliveries).toEqual([]);
  expect(stored.cursor?.nextUid ?? 1).toBe(1);
});
