import type { Browser } from 'playwright-core';
import { DEMO_MAILBOX } from '../../apps/simulator/src';
import { until } from '../support/product';
import { barriers, cutOff } from './accessibility';
import { AgentPage } from './agent-page';
import { startChromium } from './chromium';
import { Demo } from './demo';

let demo: Demo;
let browser: Browser;
let ada: AgentPage;

beforeAll(async () => {
  [demo, browser] = await Promise.all([Demo.start(), startChromium()]);
  await demo.mailAlone();
  ada = await AgentPage.open(browser, demo.url);
});
afterAll(async () => {
  await browser?.close();
  await demo?.stop();
});
afterEach(() => ada.check());

it('goes through a day by keyboard alone, from the card to the answer', async () => {
  const { keyboard } = ada.page;
  await ada.page.goto('/');
  await ada.button('Enter as Ada').waitFor();
  await until('Tab leads to the card', async () => {
    await keyboard.press('Tab');
    return (await ada.button('Enter as Ada').and(ada.page.locator(':focus')).count()) === 1;
  });
  await keyboard.press('Enter');
  await ada.places.first().waitFor();

  await ada.takeNext();
  await ada.focused(ada.subject);
  await ada.reply('Par le clavier seul.');
  await ada.message('Par le clavier seul.').getByText('Sent', { exact: true }).waitFor();
  const second = await ada.takeNext();
  await keyboard.press('b');
  await ada.focused(ada.page.getByRole('menuitem').first());
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await ada.page.waitForURL('**/queue');

  const third = await ada.takeNext();
  expect(third).not.toBe(second);
});

it('gives the focus to the conversation that is opened, and back to its row when it is closed', async () => {
  await ada.takeNext();
  const reference = ada.reference;
  await ada.page.goto('/mine');
  const row = ada.page.getByRole('row').filter({ hasText: reference });
  await row.focus();
  await ada.page.keyboard.press('Enter');
  await ada.page.waitForURL(`**/c/${reference}`);
  await ada.focused(ada.subject);

  await ada.page.keyboard.press('Escape');

  await ada.page.waitForURL('**/mine');
  await ada.focused(row);
  expect(await row.innerText()).toContain(reference);
});

it('lets single keys be switched off and on, and never takes them while one types', async () => {
  await ada.page.goto('/queue');
  await ada.places.first().waitFor();
  await ada.chooseInMenu('Single-key shortcuts');
  await ada.page.keyboard.press('Escape');
  await ada.page.getByRole('menu').waitFor({ state: 'detached' });
  await ada.page.keyboard.press('?');
  await ada.page.keyboard.press('n');
  await ada.page.reload();
  await ada.places.first().waitFor();
  await ada.page.keyboard.press('?');
  await ada.page.keyboard.press('n');
  expect(await ada.page.getByRole('dialog').count()).toBe(0);
  expect(new URL(ada.page.url()).pathname).toBe('/queue');

  await ada.chooseInMenu('Single-key shortcuts');
  await ada.page.keyboard.press('Escape');
  await ada.page.getByRole('menu').waitFor({ state: 'detached' });
  await ada.page.keyboard.press('?');
  await ada.page.getByRole('dialog').waitFor();
  await ada.page.keyboard.press('Escape');
  await ada.page.getByRole('dialog').waitFor({ state: 'detached' });
  const reference = await ada.takeNext();
  await ada.page.keyboard.press('r');
  await ada.focused(ada.replyField);
  await ada.page.keyboard.type('Benne?');
  expect(await ada.replyField.inputValue()).toBe('Benne?');
  expect(ada.reference).toBe(reference);
});

it('has no barrier in the queue, a list, a conversation, a menu, the keys and the accounts', async () => {
  await ada.page.goto('/queue');
  await ada.places.first().waitFor();
  expect(await barriers(ada.page)).toEqual([]);
  await ada.page.keyboard.press('?');
  await ada.page.getByRole('dialog').waitFor();
  expect(await barriers(ada.page)).toEqual([]);
  await ada.page.keyboard.press('Escape');
  await ada.page.goto('/mine');
  await ada.page.getByRole('row').first().waitFor();
  expect(await barriers(ada.page)).toEqual([]);
  await ada.page.getByRole('row').first().click();
  await ada.messages.first().waitFor();
  expect(await barriers(ada.page)).toEqual([]);
  await ada.page.keyboard.press('e');
  await ada.page.getByRole('menuitem').first().waitFor();
  expect(await barriers(ada.page)).toEqual([]);
  await ada.page.keyboard.press('Escape');
  await ada.page.goto('/accounts');
  await ada.page.getByRole('heading', { level: 2 }).first().waitFor();
  expect(await barriers(ada.page)).toEqual([]);
});

it('has no barrier where something went wrong: a reply that failed, a wrong password, a place that is not', async () => {
  await ada.page.goto('/queue');
  await ada.places.first().waitFor();
  await ada.takeNext();
  await demo.provider.faults({ rcpt: { code: 550, text: '5.1.1 No such person here' } });
  await ada.reply('Impossible.');
  await ada.message('Impossible.').getByText('Not sent', { exact: true }).waitFor();
  await ada.page.keyboard.press('m');
  await ada.focused(ada.noteField);
  expect(await barriers(ada.page)).toEqual([]);
  await demo.provider.faults({});
  await ada.page.goto('/failed');
  await ada.page.getByRole('row').first().waitFor();
  expect(await barriers(ada.page)).toEqual([]);
  await ada.page.goto('/nowhere');
  await ada.page.getByRole('heading', { level: 1 }).waitFor();
  expect(await barriers(ada.page)).toEqual([]);

  const nobody = await AgentPage.open(browser, demo.url);
  await nobody.page.goto('/sign-in');
  await nobody.button('Enter as Ada').waitFor();
  expect(await barriers(nobody.page)).toEqual([]);
  await nobody.page.getByRole('textbox', { name: 'E-mail address' }).fill('ada@demo.evenhand.test');
  await nobody.page.getByLabel('Password').fill('not the right one');
  await nobody.button('Sign in').click();
  await nobody.page.getByRole('alert').waitFor();
  expect(await barriers(nobody.page)).toEqual([]);
  nobody.check();
  await nobody.close();
});

it('has no barrier where nobody waits', async () => {
  await demo.emptyQueue(await demo.person('SUPERVISOR'));
  await ada.page.goto('/queue');
  await ada.page.getByText(/^Nobody is waiting\. Last answer/).waitFor();

  expect(await barriers(ada.page)).toEqual([]);
});

it.each([
  { width: 390, height: 844, where: 'on a telephone' },
  { width: 320, height: 568, where: 'on a small telephone' },
  { width: 320, height: 200, where: 'at 400 % of a window of 1280 by 800' },
])('fits, and lets one answer, $where', async ({ width, height }) => {
  const address = `narrow-${width}-${height}@customers.test`;
  const long = 'https://example.org/' + 'a-long-address-'.repeat(12);
  await demo.provider.write({
    from: { address },
    to: DEMO_MAILBOX,
    subject: 'Anticonstitutionnellement'.repeat(3),
    text: long,
  });
  const narrow = await AgentPage.open(browser, demo.url, { viewport: { width, height } });
  await narrow.page.goto('/');
  await narrow.button('Enter as Ada').waitFor();
  expect(await cutOff(narrow.page)).toEqual([]);
  await narrow.button('Enter as Ada').click();
  await narrow.button('Take the next').first().waitFor();
  expect(await cutOff(narrow.page)).toEqual([]);
  await narrow.takeNext();
  expect(await cutOff(narrow.page)).toEqual([]);
  await narrow.replyField.fill('Short.');
  await narrow.button('Send answer').click();
  await narrow.message('Short.').getByText('Sent', { exact: true }).waitFor();
  expect(await cutOff(narrow.page)).toEqual([]);
  for (const place of ['mine', 'failed', 'done', 'accounts']) {
    await narrow.page.goto(`/${place}`);
    await narrow.page.getByRole('main').getByRole('heading').first().waitFor();
    expect([place, await cutOff(narrow.page)]).toEqual([place, []]);
  }
  narrow.check();
  await narrow.close();
});
