import type { Browser, Request } from 'playwright-core';
import { until } from '../support/product';
import type { ApiClient } from '../support/api-client';
import { AgentPage } from './agent-page';
import { startChromium } from './chromium';
import { Demo } from './demo';

let demo: Demo;
let browser: Browser;
let server: ApiClient;

beforeAll(async () => {
  [demo, browser] = await Promise.all([Demo.start(), startChromium()]);
  server = await demo.person('ADMIN');
});
afterAll(async () => {
  await browser?.close();
  await demo?.stop();
});

/** What the server holds of Ada's draft. */
async function kept(reference: string): Promise<string | undefined> {
  const { conversation } = await server.call<{ conversation: { draft: { text: string } | null } }>(
    'query ($reference: String!) { conversation(reference: $reference) { draft { text } } }',
    { reference },
  );
  return conversation.draft?.text;
}

async function open(reference?: string): Promise<AgentPage> {
  const ada = await AgentPage.open(browser, demo.url);
  await ada.enterAs('Ada');
  if (reference) {
    await ada.page.goto(`/c/${reference}`);
    await ada.messages.first().waitFor();
  }
  return ada;
}

/** Text of the draft that a request saves; empty when it saves none. */
function savedText(request: Request): string {
  const body = request.postDataJSON() as { variables?: { input?: { revision?: number; text?: string } } } | null;
  const input = body?.variables?.input;
  return input?.revision === undefined ? '' : (input.text ?? '');
}

/** Types at the end of the reply, key by key. */
async function type(ada: AgentPage, text: string): Promise<void> {
  await ada.replyField.press('Control+End');
  await ada.replyField.pressSequentially(text);
}

const shows = (ada: AgentPage, text: string): Promise<unknown> =>
  until(`the reply field shows “${text}”`, async () => (await ada.replyField.inputValue()) === text);

it('has what is typed on the server within a second', async () => {
  const ada = await open();
  const reference = await ada.takeNext();
  const seconds: number[] = [];
  for (const word of ['Bonjour', ' Madame', ', je regarde']) {
    const saved = ada.page.waitForResponse((response) => savedText(response.request()).endsWith(word));
    await type(ada, word);
    const typed = performance.now();
    await saved;
    seconds.push((performance.now() - typed) / 1_000);
  }

  console.log(`on the server ${seconds.map((each) => each.toFixed(2)).join(', ')} s after the last key`);
  expect(await kept(reference)).toBe('Bonjour Madame, je regarde');
  expect(seconds.sort((a, b) => a - b)[1]).toBeLessThan(1);
  ada.check();
  await ada.close();
});

it('shows what was typed wherever one signs in after the page was killed', async () => {
  const first = await open();
  const reference = await first.takeNext();
  await type(first, 'Bonjour, je regarde votre dossier');
  await first.page.getByText('Draft saved').waitFor();
  await first.close();

  const second = await open(reference);

  await shows(second, 'Bonjour, je regarde votre dossier');
  expect(await kept(reference)).toBe('Bonjour, je regarde votre dossier');
  second.check();
  await second.close();
});

it('shows in a second tab what is typed in the first, and goes on from there', async () => {
  const one = await open();
  const reference = await one.takeNext();
  const two = await one.anotherTab();
  await two.page.goto(`/c/${reference}`);
  await two.messages.first().waitFor();

  await type(one, 'Votre remboursement');
  await shows(two, 'Votre remboursement');
  await type(two, ' part demain.');

  await shows(one, 'Votre remboursement part demain.');
  expect(await two.replyField.inputValue()).toBe('Votre remboursement part demain.');
  await one.close();
});

it('keeps what the server did not get before the session ended, and leads back to it', async () => {
  const ada = await open();
  const reference = await ada.takeNext();
  await type(ada, 'Avant.');
  await until('the server has it', async () => (await kept(reference)) === 'Avant.');
  // no draft gets through any more, and then the session ends as well
  await ada.page.route('**/graphql', (route) => (savedText(route.request()) ? route.abort() : route.fallback()));
  await type(ada, ' Et après.');

  await ada.context.clearCookies();
  await ada.page.getByText('Your session has ended. What you typed is kept.').waitFor();
  await ada.page.unroute('**/graphql');
  await ada.page.reload();
  await ada.button('Enter as Ada').click();

  await ada.page.waitForURL(`**/c/${reference}`);
  await shows(ada, 'Avant. Et après.');
  await ada.page.getByText('Draft saved').waitFor();
  expect(await kept(reference)).toBe('Avant. Et après.');
  ada.check();
  await ada.close();
});

it('shows again what was typed before somebody signed out in another tab', async () => {
  const one = await open();
  const reference = await one.takeNext();
  await type(one, 'Votre dossier est complet.');
  await until('the server has it', async () => (await kept(reference)) === 'Votre dossier est complet.');
  const two = await one.anotherTab();
  await two.page.goto('/queue');
  await two.chooseInMenu('Sign out');
  await two.page.getByText('One inbox that answers everybody in turn.').waitFor();

  await one.page.reload();
  await one.button('Enter as Ada').click();

  await one.page.waitForURL(`**/c/${reference}`);
  await shows(one, 'Votre dossier est complet.');
  expect(await kept(reference)).toBe('Votre dossier est complet.');
  one.check();
  await one.close();
});

it('never carries text from one conversation to another', async () => {
  const ada = await open();
  const first = await ada.takeNext();
  await type(ada, 'For the first');
  await ada.page.keyboard.press('Escape');
  const second = await ada.takeNext();
  expect(await ada.replyField.inputValue()).toBe('');
  await type(ada, 'For the second');

  for (const [reference, text] of [
    [first, 'For the first'],
    [second, 'For the second'],
    [first, 'For the first'],
  ] as const) {
    await ada.page.getByRole('row').filter({ hasText: reference }).click();
    await ada.page.waitForURL(`**/c/${reference}`);
    await shows(ada, text);
  }
  expect([await kept(first), await kept(second)]).toEqual(['For the first', 'For the second']);
  ada.check();
  await ada.close();
});
