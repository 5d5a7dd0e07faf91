import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_MAILBOX, MailSimulator } from '../mail-simulator';

const ANA = { name: 'Ana Bélanger', address: 'ana@customers.test' };
const PLUS = DEMO_MAILBOX.replace('@', '+r-token@');

let dir: string;
let simulator: MailSimulator;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'evenhand-letters-'));
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
