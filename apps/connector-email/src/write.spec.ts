import { randomBytes, randomUUID } from 'node:crypto';
import type { ConnectorAccount, OutboundMessage } from '@app/channel';
import { Vault } from '@app/connector-host';
import { simpleParser } from 'mailparser';
import { MailTokens } from './tokens';
import { writeMail } from './write';

const tokens = new MailTokens(new Vault(randomBytes(32)).signingKeys, 'support@example.test');
const account = { address: 'support@example.test', name: 'Lumen' } as ConnectorAccount;

function outbound(more: Partial<OutboundMessage> = {}): OutboundMessage {
  return {
    id: randomUUID(),
    workspaceId: randomUUID(),
    accountId: randomUUID(),
    channel: 'email',
    conversationId: randomUUID(),
    at: '2026-11-22T08:00:00.000Z',
    authorName: 'Léa',
    to: [{ value: 'jeanne@customers.test', name: 'Jeanne' }],
    subject: 'Re: Ma machine',
    text: 'Bonjour',
    attachments: [],
    visibility: 'private',
    threadKey: null,
    privateReplyTo: null,
    window: null,
    automated: false,
    inReplyTo: null,
    references: [],
    ...more,
  };
}

interface Parsed {
  readonly text: string;
  readonly html: string;
  readonly date: Date;
  readonly from: { readonly value: unknown };
  readonly attachments: readonly {
    readonly filename: string;
    readonly contentType: string;
    readonly content: Buffer;
  }[];
}

async function write(message: OutboundMessage, files: Parameters<typeof writeMail>[3] = []) {
  const raw = await writeMail(message, account, tokens, files, undefined);
  return { raw: raw.toString('latin1'), mail: (await simpleParser(raw)) as Parsed };
}

test('the text arrives as written, in any script, as text and as HTML that finds its direction', async () => {
  const text = 'Bonjour Œuvre ’ €,\n\nشكرا لكم\n<b>1 < 2 & 3</b>\n.\n👍🏽';
  const { mail } = await write(outbound({ text }));
  expect(mail.text.trim()).toBe(text);
  expect(mail.html).toContain('<p dir="auto">شكرا لكم');
  expect(mail.html).toContain('&lt;b&gt;1 &lt; 2 &amp; 3&lt;/b&gt;');
});

test('it is written in the name of an agent and from the address of the mailbox', async () => {
  const { mail } = await write(outbound());
  expect(mail.from.value).toEqual([{ name: 'Léa (Lumen)', address: 'support@example.test' }]);
  expect(mail.date.toISOString()).toBe('2026-11-22T08:00:00.000Z');
});

test('no line break in a name, subject or id makes a header of its own', async () => {
  const evil = 'x\r\nBcc: everybody@example.test';
  const message = outbound({
    subject: evil,
    authorName: evil,
    to: [{ value: 'jeanne@customers.test', name: evil }],
    inReplyTo: evil,
    references: [evil],
  });
  const { raw } = await write(message, [
    {
      ref: { sha256: 'a'.repeat(64), name: evil, mime: 'text/plain', size: 1, inline: false },
      content: Buffer.from('x'),
    },
  ]);
  expect(raw).not.toMatch(/^Bcc:/im);
});

test('References stay below what relays take: ours, the first mail of the thread, and the latest', async () => {
  const references = Array.from({ length: 200 }, (_, i) => `mail-${i}-${'x'.repeat(60)}@customers.test`);
  const message = outbound({ references, inReplyTo: references.at(-1)! });
  const { raw } = await write(message);
  const header = /^References: ((?:.*\r\n(?: .*\r\n)*))/m
    .exec(raw)![1]!
    .replace(/\r\n\s*/g, ' ')
    .trim();
  const ids = header.split(/\s+/);
  expect(header.length).toBeLessThanOrEqual(1_500);
  expect(ids[0]).toBe(`<${tokens.conversationReference(message.conversationId)}>`);
  expect(ids[1]).toBe(`<${references[0]}>`);
  expect(ids.at(-1)).toBe(`<${references.at(-1)}>`);
});

test('attachments arrive byte for byte under their names', async () => {
  const content = randomBytes(10_000);
  const ref = {
    sha256: 'a'.repeat(64),
    name: 'reçu n° 5 – été.pdf',
    mime: 'application/pdf',
    size: content.length,
    inline: false,
  };
  const { mail } = await write(outbound(), [{ ref, content }]);
  expect(mail.attachments.map(({ filename, contentType }) => ({ filename, contentType }))).toEqual([
    { filename: ref.name, contentType: 'application/pdf' },
  ]);
  expect(mail.attachments[0]!.content.equals(content)).toBe(true);
});
