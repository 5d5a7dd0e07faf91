import type { Browser, Page } from 'playwright-core';
import { DEMO_MAILBOX } from '../../apps/simulator/src';
import type { ApiClient } from '../support/api-client';
import { until } from '../support/product';
import { AgentPage } from './agent-page';
import { startChromium } from './chromium';
import { Demo } from './demo';

let demo: Demo;
let browser: Browser;
let server: ApiClient;

beforeAll(async () => {
  [demo, browser] = await Promise.all([Demo.start(), startChromium()]);
  await demo.mailAlone();
  server = await demo.person('ADMIN');
});
afterAll(async () => {
  await browser?.close();
  await demo?.stop();
});

async function open(prepare?: (page: Page) => Promise<void>): Promise<AgentPage> {
  const ada = await AgentPage.open(browser, demo.url);
  await prepare?.(ada.page);
  await ada.enterAs('Ada');
  return ada;
}

let letters = 0;
/** A customer of whom nobody has heard writes. @returns their address. */
async function strangerWrites(text: string): Promise<string> {
  const address = `stranger-${++letters}@customers.test`;
  await demo.provider.write({ from: { address }, to: DEMO_MAILBOX, subject: `Letter ${letters}`, text });
  return address;
}

async function writesAgain(address: string, text: string): Promise<void> {
  const { sent } = await demo.provider.mailbox(address);
  const { messageId } = sent.at(-1)!;
  await demo.provider.write({ from: { address }, to: DEMO_MAILBOX, inReplyTo: messageId, text });
  await demo.letters();
}

/** Mails with these words in a customer's mailbox. */
async function copies(address: string, words: string): Promise<number> {
  return (await demo.provider.mailbox(address)).inbox.filter(({ text }) => text?.includes(words)).length;
}

async function writerOfOpen(ada: AgentPage): Promise<string> {
  const subject = await ada.subject.innerText();
  const { inbox } = await demo.provider.mailbox(DEMO_MAILBOX);
  return (inbox.find((mail) => mail.subject === subject)!.from as { address: string }).address;
}

it('says since when it is offline, keeps what is sent, and then catches up with what came meanwhile', async () => {
  const ada = await open();
  await ada.takeNext();
  const customer = await writerOfOpen(ada);
  await ada.connection('Up to date').waitFor();
  await ada.context.setOffline(true);
  await ada.connection(/Offline since \d+:\d\d/).waitFor();
  await writesAgain(customer, 'Written while you were away');
  await ada.reply('Answered while offline');
  await ada.message('Answered while offline').getByText('Goes out when the connection is back').waitFor();
  await ada.connection(/1 message queued/).waitFor();
  expect(await ada.message('Written while you were away').count()).toBe(0);

  await ada.context.setOffline(false);

  await ada.connection('Up to date').waitFor();
  await ada.message('Written while you were away').waitFor();
  // they wrote before it left: a person looks again
  const panel = ada.page.getByRole('alert').filter({ hasText: 'Written while you were away' });
  await panel.waitFor();
  expect(await ada.replyField.inputValue()).toBe('Answered while offline');
  await panel.getByRole('button', { name: 'Send anyway' }).click();
  await ada.message('Answered while offline').getByText('Sent', { exact: true }).waitFor();
  expect(await copies(customer, 'Answered while offline')).toBe(1);
  ada.check();
  await ada.close();
});

it('stands still over a dead server, and goes on where it was when the server is back', async () => {
  const ada = await open();
  const reference = await ada.takeNext();
  await ada.connection('Up to date').waitFor();
  await demo.kill();
  await ada.connection(/Offline since/).waitFor();
  await ada.page.keyboard.press('r');
  await ada.focused(ada.replyField);
  await ada.page.keyboard.insertText('Typed over a dead server');
  await ada.page.getByText('Saved on this computer').waitFor();

  await demo.open();

  await until('the page has noticed', async () => (await ada.connection('Up to date').count()) === 1, 30_000);
  await ada.page.getByText('Draft saved').waitFor();
  const again = await demo.person('ADMIN');
  const { conversation } = await again.call<{ conversation: { draft: { text: string } } }>(
    'query ($reference: String!) { conversation(reference: $reference) { draft { text } } }',
    { reference },
  );
  expect(conversation.draft.text).toBe('Typed over a dead server');
  const customer = await writerOfOpen(ada);
  await writesAgain(customer, 'And we are back');
  await ada.message('And we are back').waitFor();
  ada.check();
  await ada.close();
  server = again;
});

it('asks every few seconds, and says so, where sockets are blocked', async () => {
  const ada = await open((page) => page.routeWebSocket(/graphql/, (socket) => socket.close()));
  await ada.takeNext();
  await ada.connection(/Live updates are blocked here\. Checked \d+:\d\d/).waitFor();

  await writesAgain(await writerOfOpen(ada), 'No socket needed');

  await ada.message('No socket needed').waitFor();
  expect(await ada.connection('Up to date').count()).toBe(0);
  ada.check();
  await ada.close();
});

it('puts what came while one wrote above one’s own words, which stay, and sends them when told to', async () => {
  let deaf = false;
  const ada = await open((page) =>
    page.routeWebSocket(/graphql/, (socket) => {
      const far = socket.connectToServer();
      far.onMessage((message) => void (deaf || socket.send(message)));
    }),
  );
  const reference = await ada.takeNext();
  const customer = await writerOfOpen(ada);
  deaf = true;
  await writesAgain(customer, 'It has arrived after all!');
  await until('the api has it', async () =>
    JSON.stringify(
      await server.call(
        'query ($reference: String!) { conversation(reference: $reference) { timeline(last: 1) { nodes { ... on Message { text } } } } }',
        { reference },
      ),
    ).includes('after all'),
  );

  await ada.reply('We send it again.');

  const panel = ada.page.getByRole('alert').filter({ hasText: 'It has arrived after all!' });
  await panel.getByText('Something came while you were writing').waitFor();
  expect(await ada.replyField.inputValue()).toBe('We send it again.');
  expect(await copies(customer, 'We send it again.')).toBe(0);
  deaf = false;
  await panel.getByRole('button', { name: 'Send anyway' }).click();
  await ada.message('We send it again.').getByText('Sent', { exact: true }).waitFor();
  expect(await copies(customer, 'We send it again.')).toBe(1);
  ada.check();
  await ada.close();
});

it('shows who began to wait while the connection was lost', async () => {
  const ada = await open();
  await ada.places.first().waitFor();
  const waiting = await ada.places.count();
  await ada.context.setOffline(true);
  await ada.connection(/Offline since/).waitFor();
  await strangerWrites('Is anybody there?');
  await demo.letters();

  await ada.context.setOffline(false);

  await ada.connection('Up to date').waitFor();
  await ada.places.nth(waiting).waitFor();
  expect(await ada.places.count()).toBe(waiting + 1);
  expect(await ada.places.last().innerText()).toMatch(/<\s1\smin/);
  await ada.close();
});
