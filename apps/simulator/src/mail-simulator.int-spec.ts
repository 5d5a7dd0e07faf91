import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { ImapFlow } from 'imapflow';
import nodemailer from 'nodemailer';
import { MailSimulator } from './index';

const SUPPORT = 'support@demo.evenhand.test';
const MARIE = 'marie@customers.test';

let dir: string;
let simulator: MailSimulator;
const clients: ImapFlow[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'evenhand-mail-'));
  simulator = await MailSimulator.start({ dir });
  simulator.addMailbox(SUPPORT, { password: 'right', name: 'Support' });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await simulator.stop();
  rmSync(dir, { recursive: true, force: true });
});

function imap(password = 'right', user = SUPPORT): ImapFlow {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: simulator.imapPort,
    secure: false,
    auth: { user, pass: password },
    logger: false,
  });
  client.on('error', () => undefined);
  clients.push(client);
  return client;
}

async function opened(folder = 'INBOX', readOnly = true): Promise<ImapFlow> {
  const client = imap();
  await client.connect();
  await client.mailboxOpen(folder, { readOnly });
  return client;
}

function submit(mail: object, pass = 'right') {
  return nodemailer
    .createTransport({
      host: '127.0.0.1',
      port: simulator.smtpPort,
      auth: { user: SUPPORT, pass },
      socketTimeout: 5_000,
    })
    .sendMail({ from: SUPPORT, subject: 'Réponse', text: 'Bonjour', ...mail });
}

describe('the simulated mail provider over IMAP', () => {
  it('refuses a wrong password and lets the right one in', async () => {
    await expect(imap('wrong').connect()).rejects.toMatchObject({
      authenticationFailed: true,
      serverResponseCode: 'AUTHENTICATIONFAILED',
    });
    const client = imap();
    await client.connect();
    expect(client.usable).toBe(true);
  });

  it('shows each account its own mailbox only', async () => {
    simulator.addMailbox('other@demo.evenhand.test', { password: 'else' });
    simulator.deliver('Subject: a\r\n\r\nfor support', { to: SUPPORT });
    const other = imap('else', 'other@demo.evenhand.test');
    await other.connect();
    expect((await other.status('INBOX', { messages: true })).messages).toBe(0);
    const own = imap();
    await own.connect();
    expect((await own.status('INBOX', { messages: true })).messages).toBe(1);
  });

  it('pushes a new mail to a session that idles', async () => {
    const client = await opened();
    const idling = client.idle();
    const told = once(client, 'exists');
    simulator.deliver('Subject: hello\r\n\r\nbody', { to: SUPPORT });
    expect((await told)[0]).toMatchObject({ count: 1, prevCount: 0 });
    await client.noop();
    await idling;
  });

  it('lists INBOX and a Sent folder marked \\Sent', async () => {
    const client = imap();
    await client.connect();
    const folders = await client.list();
    expect(folders.map(({ path, specialUse }) => [path, specialUse])).toEqual(
      expect.arrayContaining([
        ['INBOX', '\\Inbox'],
        ['Sent', '\\Sent'],
      ]),
    );
    expect(folders.find(({ path }) => path === 'Sent')?.specialUseSource).toBe('extension');
    await expect(client.mailboxCreate('Other')).rejects.toMatchObject({ responseStatus: 'NO' });
  });

  it.each([
    [
      '5 MB of base64',
      () => Buffer.from(`Subject: big\r\n\r\n${randomBytes(3_750_000).toString('base64').replace(/.{76}/g, '$&\r\n')}`),
    ],
    // 1 to 255: an IMAP literal has no NUL (RFC 3501, CHAR8).
    [
      '8-bit bytes of every value',
      () =>
        Buffer.concat([
          Buffer.from('Subject: \xe9t\xe9\r\n\r\n', 'latin1'),
          Buffer.from(Array.from({ length: 255 }, (_, i) => i + 1)),
        ]),
    ],
    ['bare line feeds and no header', () => Buffer.from('no header\nonly lines\n\n\n')],
    ['an unclosed multipart', () => Buffer.from('Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nx')],
    ['one byte', () => Buffer.from('x')],
  ])('hands out %s byte for byte, delivered or appended', async (_name, make) => {
    const raw = make();
    const mail = simulator.deliver(raw, { to: SUPPORT });
    expect(mail.raw.equals(raw)).toBe(true);
    const client = await opened('INBOX', false);
    const appended = await client.append('INBOX', raw, [], new Date('2026-01-02T03:04:05Z'));
    expect(appended).toMatchObject({ uid: 2 });
    for (const uid of ['1', '2']) {
      const got = await client.fetchOne(uid, { source: true, size: true }, { uid: true });
      if (!got) throw new Error(`no mail ${uid}`);
      expect(got.size).toBe(raw.length);
      expect(got.source?.equals(raw)).toBe(true);
    }
  });
});

describe('after a restart', () => {
  it('has the same mails, UIDs, flags, internal dates and UIDVALIDITY, and gives out no UID twice', async () => {
    const date = new Date('2026-03-04T05:06:07Z');
    for (let i = 1; i <= 4; i += 1) simulator.deliver(`Subject: ${i}\r\n\r\n${i}`, { to: SUPPORT, internalDate: date });
    const before = await opened('INBOX', false);
    const validity = before.mailbox && before.mailbox.uidValidity;
    await before.messageFlagsAdd('2', ['\\Seen', 'Mine'], { uid: true });
    await before.messageDelete('3:4', { uid: true });
    before.close();
    await simulator.stop();

    simulator = await MailSimulator.start({ dir });
    const after = await opened();
    expect(after.mailbox && after.mailbox.uidValidity).toBe(validity);
    expect(after.mailbox && after.mailbox.uidNext).toBe(5);
    const mails = await after.fetchAll(
      '1:*',
      { uid: true, flags: true, internalDate: true, source: true },
      { uid: true },
    );
    expect(mails.map(({ uid }) => uid)).toEqual([1, 2]);
    expect(mails[1]?.flags).toEqual(new Set(['\\Seen', 'Mine']));
    expect(new Date(mails[0]?.internalDate ?? 0)).toEqual(date);
    expect(mails[1]?.source?.toString()).toBe('Subject: 2\r\n\r\n2');
    expect(simulator.deliver('Subject: 5\r\n\r\n5', { to: SUPPORT }).uid).toBe(5);
  });
});

describe('the simulated mail provider over SMTP', () => {
  it('delivers to a customer, who needs no account before, and keeps a copy in Sent', async () => {
    const sent = await submit({ to: MARIE });
    const { inbox } = simulator.mailbox(MARIE);
    expect(inbox).toHaveLength(1);
    expect(inbox[0]?.messageId).toBe(sent.messageId);
    const client = await opened('Sent');
    expect(await client.search({ header: { 'message-id': sent.messageId } }, { uid: true })).toEqual([1]);
    expect(await client.search({ header: { 'message-id': '<other@x>' } }, { uid: true })).toEqual([]);
  });

  it('keeps no copy in Sent where the mailbox is set so', async () => {
    simulator.addMailbox(SUPPORT, { storesSent: false });
    await submit({ to: MARIE });
    expect(simulator.mailbox(SUPPORT).sent).toEqual([]);
  });

  it('lets a plus-address reach the mailbox, with the full address in Delivered-To', async () => {
    const plus = 'support+r-abcdef@demo.evenhand.test';
    await submit({ to: plus });
    const [mail] = simulator.mailbox(SUPPORT).inbox;
    expect(mail?.header('delivered-to')).toBe(plus);
    expect(simulator.deliver('Subject: x\r\n\r\n', { to: plus }).header('Delivered-To')).toBe(plus);
  });

  it('refuses a wrong password, a foreign sender, an unknown domain and a mail over the size', async () => {
    await expect(submit({ to: MARIE }, 'wrong')).rejects.toMatchObject({ code: 'EAUTH', responseCode: 535 });
    await expect(submit({ to: MARIE, from: 'ceo@bank.example' })).rejects.toMatchObject({ responseCode: 553 });
    await expect(submit({ to: 'someone@gmail.com' })).rejects.toMatchObject({ code: 'EENVELOPE', responseCode: 550 });
    const big = { filename: 'a.bin', content: Buffer.alloc(27 * 1024 * 1024) };
    await expect(submit({ to: MARIE, attachments: [big] })).rejects.toMatchObject({ responseCode: 552 });
    expect(simulator.mailbox(MARIE).inbox).toEqual([]);
  });
});
