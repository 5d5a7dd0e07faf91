import type { ConnectorAccount, MessageEvent } from '@app/channel';
import { parseMail } from './mail/parse-mail';
import { eventsOf } from './read';
import { MailTokens } from './tokens';

const account = { id: 'a', address: 'support@shop.example' } as ConnectorAccount;
const tokens = new MailTokens([{ version: 'a', key: Buffer.alloc(32, 1) }], account.address);

async function read(...lines: string[]): Promise<MessageEvent> {
  const raw = Buffer.from(lines.join('\r\n'));
  const delivery = { source: 's', raw, arrivedAt: new Date('2026-05-04T08:00:00Z'), context: { role: 'inbox' } };
  const [event] = eventsOf(await parseMail(raw), delivery, account, tokens, { attachments: [] });
  return event as MessageEvent;
}

const head = ['From: Ann <ann@client.example>', 'To: support@shop.example', 'Subject: Where is it?'];

it('lets people wait whose mail comes by a group of our own domain', async () => {
  const mail = await read(...head, 'List-Id: Support <support.shop.example>', 'Precedence: list', '', 'Hello?');
  expect(mail.class).toBe('ordinary');
});

it.each([
  ['somebody else’s list', 'List-Id: <users.list.example>'],
  ['a list whose name only ends like ours', 'List-Id: <news.notshop.example>'],
])('takes the mail of %s for a list’s', async (_, listId) => {
  expect((await read(...head, listId, '', 'News')).class).toBe('list');
});

it('tells two mails of a form apart that writes one Message-ID for ever and no date', async () => {
  const form = [...head, 'Message-ID: <constant@form.example>', ''];
  const [one, two, again] = [
    await read(...form, 'Order 1'),
    await read(...form, 'Order 2'),
    await read(...form, 'Order 1'),
  ];
  expect(two.externalId).not.toBe(one.externalId);
  expect(again.externalId).toBe(one.externalId);
});
