import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { SearchObject } from 'imapflow';
import { Provider, MARIE, SUPPORT } from '../testing/provider';

let provider: Provider;

beforeEach(async () => {
  provider = await Provider.start();
});

afterEach(() => provider.stop());

function nested(depth: number): string {
  const open = Array.from(
    { length: depth },
    (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`,
  );
  return `${open.join('')}\r\nx`;
}

describe('the simulated mail provider over IMAP', () => {
  it('refuses a wrong password and lets the right one in', async () => {
    await expect(provider.imap('wrong').connect()).rejects.toMatchObject({
      authenticationFailed: true,
      serverResponseCode: 'AUTHENTICATIONFAILED',
    });
    const client = provider.imap();
    await client.connect();
    expect(client.usable).toBe(true);
  });

  it('shows each account its own mailbox only', async () => {
    provider.simulator.addMailbox('other@demo.evenhand.test', { password: 'else' });
    provider.simulator.deliver('Subject: a\r\n\r\nfor support', { to: SUPPORT });
    const other = provider.imap('else', 'other@demo.evenhand.test');
    await other.connect();
    expect(await other.status('INBOX', { messages: true })).toMatchObject({ messages: 0 });
    const own = provider.imap();
    await own.connect();
    expect(await own.status('INBOX', { messages: true })).toMatchObject({ messages: 1 });
  });

  it('pushes a new mail to a session that idles', async () => {
    const client = await provider.opened();
    const idling = client.idle();
    const told = once(client, 'exists');
    provider.simulator.deliver('Subject: hello\r\n\r\nbody', { to: SUPPORT });
    expect((await told)[0]).toMatchObject({ count: 1, prevCount: 0 });
    await client.noop();
    await idling;
  });

  it('lists INBOX and a Sent folder marked \\Sent', async () => {
    const client = provider.imap();
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
    const mail = provider.simulator.deliver(raw, { to: SUPPORT });
    expect(mail.raw.equals(raw)).toBe(true);
    const client = await provider.opened('INBOX', false);
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

describe('reading a mailbox as a connector does', () => {
  it('answers STATUS, EXAMINE, ranges, partial bodies and searches, and changes no flag', async () => {
    const arrival = (day: number) => new Date(Date.UTC(2026, 4, day, 12));
    for (const day of [1, 2, 3]) {
      const raw = `Message-ID: <m${day}@x>\r\nSubject: day ${day}\r\nFrom: Ana <ana@x.test>\r\n\r\nbody of day ${day}`;
      provider.simulator.deliver(raw, { to: SUPPORT, internalDate: arrival(day) });
    }
    const client = await provider.opened();
    expect(client.mailbox).toMatchObject({ exists: 3, uidNext: 4, readOnly: true });
    const status = await client.status('INBOX', { messages: true, uidNext: true, uidValidity: true, unseen: true });
    expect(status).toMatchObject({ messages: 3, uidNext: 4, unseen: 3 });
    expect(status && status.uidValidity).toBe(client.mailbox && client.mailbox.uidValidity);

    const query = { uid: true, flags: true, internalDate: true, size: true, envelope: true, bodyStructure: true };
    const mails = await client.fetchAll('2:*', { ...query, source: { start: 0, maxLength: 12 } }, { uid: true });
    expect(mails.map(({ uid, source }) => [uid, source?.toString()])).toEqual([
      [2, 'Message-ID: '],
      [3, 'Message-ID: '],
    ]);
    expect(mails[0]).toMatchObject({ envelope: { subject: 'day 2', messageId: '<m2@x>' }, flags: new Set() });
    expect(new Date(mails[1]?.internalDate ?? 0)).toEqual(arrival(3));
    // RFC 3501: "*" is the last mail, even where the range begins past it.
    expect((await client.fetchAll('4:*', { uid: true }, { uid: true })).map(({ uid }) => uid)).toEqual([3]);

    const search = (criteria: SearchObject) => client.search(criteria, { uid: true });
    expect(await search({ header: { 'Message-ID': '<m2@x>' } })).toEqual([2]);
    expect(await search({ since: arrival(2) })).toEqual([2, 3]);
    expect(await search({ uid: '2:9', from: 'ana@x.test', seen: false })).toEqual([2, 3]);
    expect(await search({ or: [{ subject: 'day 1' }, { body: 'day 3' }] })).toEqual([1, 3]);
    expect(await search({ not: { subject: 'day 1' } })).toEqual([2, 3]);
    expect(provider.simulator.mailbox(SUPPORT).inbox.map(({ flags }) => flags)).toEqual([[], [], []]);
  });

  it.each([
    ['empty', ''],
    ['only a header line', 'Subject: x'],
    ['a wrong content type', 'Content-Type: ;;;;=\r\nContent-Disposition: \r\n\r\nx'],
    ['120 nested multiparts', nested(120)],
    ['a header full of 8-bit', 'From: \u00ff\u0001"\\(<@>\r\nTo: ;:,,\r\nDate: never\r\n\r\nx'],
    ['an address list of colons', 'To: : x: "y:z\r\n\r\nx'],
    ['a transfer encoding given twice', 'Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: 8bit\r\n\r\nx'],
    ['a message in a message without an end', 'Content-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822'],
  ])('describes a mail that is %s, together with its neighbours', async (_name, raw) => {
    provider.simulator.deliver('Subject: before\r\n\r\nx', { to: SUPPORT });
    provider.simulator.deliver(Buffer.from(raw, 'latin1'), { to: SUPPORT });
    provider.simulator.deliver('Subject: after\r\n\r\nx', { to: SUPPORT });
    const client = await provider.opened();
    const query = { uid: true, envelope: true, bodyStructure: true, source: true, headers: true };
    const mails = await client.fetchAll('1:*', query, { uid: true });
    expect(mails.map(({ uid }) => uid)).toEqual([1, 2, 3]);
    expect(mails[1]?.source?.toString('latin1')).toBe(raw);
    expect(raw.startsWith(mails[1]?.headers?.toString('latin1') ?? '?')).toBe(true);
    expect(await client.search({ or: [{ subject: 'after' }, { body: 'nowhere' }] }, { uid: true })).toEqual([3]);
    expect(await client.search({ sentSince: new Date(0) }, { uid: true })).toContain(3);
  });

  it('moves, copies and deletes for a client that asks for it, and a restart agrees', async () => {
    for (const n of [1, 2, 3]) provider.simulator.deliver(`Subject: ${n}\r\n\r\n`, { to: SUPPORT });
    const client = await provider.opened('INBOX', false);
    expect(await client.messageMove('1', 'Sent', { uid: true })).toMatchObject({ uidMap: new Map([[1, 1]]) });
    await client.messageCopy('2', 'Sent', { uid: true });
    await client.fetchOne('3', { bodyParts: ['text'] }, { uid: true });
    await client.messageFlagsSet('3', ['\\Answered'], { uid: true });
    client.close();
    await provider.restart();
    const { inbox, sent } = provider.simulator.mailbox(SUPPORT);
    expect(inbox.map(({ uid, flags }) => [uid, flags])).toEqual([
      [2, []],
      [3, ['\\Answered']],
    ]);
    expect(sent.map((mail) => [mail.uid, mail.header('subject')])).toEqual([
      [1, '1'],
      [2, '2'],
    ]);
  });

  it('gives a folder a new UIDVALIDITY when asked, and cuts who had it open', async () => {
    provider.simulator.deliver('Subject: x\r\n\r\n', { to: SUPPORT });
    const client = await provider.opened();
    const before = client.mailbox && client.mailbox.uidValidity;
    const closed = once(client, 'close');
    provider.simulator.renewUidValidity(SUPPORT);
    await closed;
    const after = await provider.opened();
    expect(after.mailbox && after.mailbox.uidValidity).toBe((before || 0n) + 1n);
  });
});

describe('after a restart', () => {
  it('has the same mails, UIDs, flags, internal dates and UIDVALIDITY, and gives out no UID twice', async () => {
    const date = new Date('2026-03-04T05:06:07Z');
    for (let i = 1; i <= 4; i += 1)
      provider.simulator.deliver(`Subject: ${i}\r\n\r\n${i}`, { to: SUPPORT, internalDate: date });
    // A number that the time of the restart cannot give.
    for (let i = 0; i < 100; i += 1) provider.simulator.renewUidValidity(SUPPORT);
    const before = await provider.opened('INBOX', false);
    const validity = before.mailbox && before.mailbox.uidValidity;
    await before.messageFlagsAdd('2', ['\\Seen', 'Mine'], { uid: true });
    await before.messageDelete('3:4', { uid: true });
    before.close();
    await provider.restart();
    const after = await provider.opened();
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
    expect(provider.simulator.deliver('Subject: 5\r\n\r\n5', { to: SUPPORT }).uid).toBe(5);
  });
});

describe('the simulated mail provider over SMTP', () => {
  it('delivers to a customer, who needs no account before, and keeps a copy in Sent', async () => {
    const sent = await provider.submit({ to: MARIE });
    const { inbox } = provider.simulator.mailbox(MARIE);
    expect(inbox).toHaveLength(1);
    expect(inbox[0]?.messageId).toBe(sent.messageId);
    const client = await provider.opened('Sent');
    expect(await client.search({ header: { 'message-id': sent.messageId } }, { uid: true })).toEqual([1]);
    expect(await client.search({ header: { 'message-id': '<other@x>' } }, { uid: true })).toEqual([]);
  });

  it('keeps no copy in Sent where the mailbox is set so', async () => {
    provider.simulator.addMailbox(SUPPORT, { storesSent: false });
    await provider.submit({ to: MARIE });
    expect(provider.simulator.mailbox(SUPPORT).sent).toEqual([]);
  });

  it('lets a plus-address reach the mailbox, with the full address in Delivered-To', async () => {
    const plus = 'support+r-abcdef@demo.evenhand.test';
    await provider.submit({ to: plus });
    const [mail] = provider.simulator.mailbox(SUPPORT).inbox;
    expect(mail?.header('delivered-to')).toBe(plus);
    expect(provider.simulator.deliver('Subject: x\r\n\r\n', { to: plus }).header('Delivered-To')).toBe(plus);
  });

  it('refuses a wrong password, a foreign sender, an unknown domain and a mail over the size', async () => {
    await expect(provider.submit({ to: MARIE }, 'wrong')).rejects.toMatchObject({ code: 'EAUTH', responseCode: 535 });
    await expect(provider.submit({ to: MARIE, from: 'ceo@bank.example' })).rejects.toMatchObject({ responseCode: 553 });
    await expect(provider.submit({ to: 'someone@gmail.com' })).rejects.toMatchObject({
      code: 'EENVELOPE',
      responseCode: 550,
    });
    const big = { filename: 'a.bin', content: Buffer.alloc(27 * 1024 * 1024) };
    await expect(provider.submit({ to: MARIE, attachments: [big] })).rejects.toMatchObject({ responseCode: 552 });
    expect(provider.simulator.mailbox(MARIE).inbox).toEqual([]);
  });
});
