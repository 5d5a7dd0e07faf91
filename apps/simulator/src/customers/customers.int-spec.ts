import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MailArrival } from '../mail/post-office';
import { DEMO_MAILBOX, MailSimulator } from '../mail-simulator';

const ANA = { name: 'Ana Bélanger', address: 'ana@customers.test' };
const PLUS = DEMO_MAILBOX.replace('@', '+r-token@');

let dir: string;
let simulator: MailSimulator;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'evenhand-customers-'));
  simulator = await MailSimulator.start({ dir });
  simulator.addMailbox(DEMO_MAILBOX, { name: 'Support' });
});

afterEach(async () => {
  await simulator.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** An answer as the connector sends it, put into the customer's INBOX. */
function answer(to: string, headers = ''): string {
  const id = `<m.${Math.random().toString(36).slice(2)}@demo.evenhand.test>`;
  const raw =
    `Message-ID: ${id}\r\nReferences: <c.1@demo.evenhand.test> <first@x>\r\nFrom: "Léa, Support" <${DEMO_MAILBOX}>\r\n` +
    `Reply-To: <${PLUS}>\r\nTo: ${to}\r\nSubject: Re: Une question\r\nDate: Tue, 3 Mar 2026 09:05:00 +0100\r\n${headers}` +
    'Content-Type: text/plain; charset=utf-8\r\n\r\nBonjour Ana,\r\n\r\nC’est fait.\r\n> ancien texte\r\n';
  simulator.deliver(raw, { to });
  return id;
}

describe('a customer', () => {
  it('writes a first mail with text, HTML and a file, and finds it in Sent', async () => {
    const { mail } = await simulator.writeAs({
      from: ANA,
      to: DEMO_MAILBOX,
      subject: 'Photo du colis 📦',
      text: 'Bonjour, voici la photo.',
      html: '<p>Bonjour, voici la photo.</p>',
      attachments: [{ filename: 'été.png', contentType: 'image/png', content: Buffer.from('pixels') }],
    });
    const [received] = simulator.mailbox(DEMO_MAILBOX).inbox;
    expect(received).toBe(mail);
    const read = await mail.read();
    expect(read).toMatchObject({ subject: 'Photo du colis 📦', from: ANA, to: [{ address: DEMO_MAILBOX }] });
    expect(read.text?.trim()).toBe('Bonjour, voici la photo.');
    expect(read.attachments[0]).toMatchObject({ filename: 'été.png', mimeType: 'image/png' });
    expect(Date.parse(read.date ?? '')).toBe(mail.internalDate.getTime());
    expect(simulator.mailbox(ANA.address).sent.map(({ messageId }) => messageId)).toEqual([mail.messageId]);
  });

  it.each([
    ['fr', 'Le mar. 3 mars 2026 à ', ', Léa, Support <support@demo.evenhand.test> a écrit :'],
    ['en', 'On Tue, Mar 3, 2026 at ', ', Léa, Support <support@demo.evenhand.test> wrote:'],
  ] as const)('answers as a mail program in %s does', async (language, before, after) => {
    const id = answer(ANA.address);
    const { mail } = await simulator.writeAs({ from: { ...ANA, language }, text: 'Merci !', inReplyTo: id });
    expect(mail.header('delivered-to')).toBe(PLUS);
    expect(mail.header('in-reply-to')).toBe(id);
    expect(mail.header('references')).toBe(`<c.1@demo.evenhand.test> <first@x> ${id}`);
    const { subject, text = '' } = await mail.read();
    expect(subject).toBe('Re: Une question');
    const [said, , attribution = '', , ...quoted] = text.trimEnd().split(/\r?\n/);
    expect(said).toBe('Merci !');
    expect(attribution.startsWith(before) && attribution.endsWith(after)).toBe(true);
    expect(quoted).toEqual(['> Bonjour Ana,', '>', '> C’est fait.', '>> ancien texte']);
  });

  it('cannot answer what was never received, nor write to nobody; then nothing is delivered', async () => {
    const letter = { from: ANA, text: 'x', to: DEMO_MAILBOX };
    await expect(simulator.writeAs({ ...letter, inReplyTo: '<no@x>' })).rejects.toThrow('no mail with the Message-ID');
    await expect(simulator.writeAs({ ...letter, to: 'nobody@gmail.com' })).rejects.toThrow('No mailbox');
    await expect(simulator.writeAs({ ...letter, to: [DEMO_MAILBOX, 'a b@x'] })).rejects.toThrow('Not an address');
    await expect(simulator.writeAs({ ...letter, from: { address: 'ceo@bank.test' } })).rejects.toThrow('No mailbox');
    expect(simulator.mailbox(DEMO_MAILBOX).inbox).toEqual([]);
  });
});

describe('the demo', () => {
  it('fills an empty mailbox once, in order of arrival over the last hours', async () => {
    const now = new Date('2026-11-22T15:00:00Z');
    const count = await simulator.seedDemo({ now });
    const { inbox } = simulator.mailbox(DEMO_MAILBOX);
    expect(inbox).toHaveLength(count);
    const times = inbox.map(({ internalDate }) => internalDate.getTime());
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(now.getTime() - (times[0] ?? 0)).toBeLessThan(8 * 3_600_000);
    expect(new Set(inbox.map((mail) => mail.header('from'))).size).toBe(14);
    const mails = await Promise.all(inbox.map((mail) => mail.read()));
    expect(mails.some(({ subject }) => /[\u0600-\u06ff]{5}/.test(subject ?? ''))).toBe(true);
    expect(mails.flatMap(({ attachments }) => attachments.map(({ mimeType }) => mimeType))).toEqual(['image/png']);
    expect(mails.filter(({ inReplyTo }) => mails.some(({ messageId }) => messageId === inReplyTo))).toHaveLength(1);
    expect(await simulator.seedDemo({ now })).toBe(0);
    expect(simulator.mailbox(DEMO_MAILBOX).inbox).toHaveLength(count);
  });
});

describe('the life of the customers', () => {
  /** Everything that arrives for support, until `count` mails are there. */
  async function arrivals(count: number): Promise<MailArrival[]> {
    const seen: MailArrival[] = [];
    while (seen.length < count) {
      const [arrival] = await once(simulator, 'mail');
      if (arrival.address === DEMO_MAILBOX && arrival.folder === 'INBOX') seen.push(arrival);
    }
    return seen;
  }

  it('ends by itself after the number of mails asked for', async () => {
    const life = simulator.startLife({ everyMs: 1, limit: 5, random: () => 0.3 });
    await life.ended;
    expect(life).toMatchObject({ written: 5, running: false });
    expect(simulator.mailbox(DEMO_MAILBOX).inbox).toHaveLength(5);
  });

  it('brings thanks in the same thread after an answer, and nothing after an automatic one', async () => {
    const first = arrivals(1);
    const life = simulator.startLife({ everyMs: 20, limit: 3, random: () => 0 });
    const [{ mail }] = (await first) as [MailArrival];
    const customer = (await mail.read()).from?.address ?? '';
    answer(customer, 'Auto-Submitted: auto-replied\r\n');
    const id = answer(customer);
    const [reply] = await arrivals(1);
    life.stop();
    expect(reply?.mail.header('in-reply-to')).toBe(id);
    expect(reply?.mail.header('delivered-to')).toBe(PLUS);
  });
});
