import type { Browser } from 'playwright-core';
import { barriers } from './accessibility';
import { AgentPage } from './agent-page';
import { startChromium } from './chromium';
import { Demo } from './demo';

let demo: Demo;
let browser: Browser;
let ada: AgentPage;

beforeAll(async () => {
  [demo, browser] = await Promise.all([Demo.start({ EVENHAND_DEMO: 'off' }), startChromium()]);
  ada = await AgentPage.open(browser, demo.url);
});
afterAll(async () => {
  await browser?.close();
  await demo?.stop();
});
afterEach(() => ada.check());

it('leads the first visitor through the first admin to the first mailbox', async () => {
  await ada.page.goto('/');
  await ada.page.waitForURL('**/welcome');
  await ada.page.getByRole('textbox', { name: 'Workspace' }).fill('Nord');
  await ada.page.getByRole('textbox', { name: 'Your name' }).fill('Ada');
  await ada.page.getByRole('textbox', { name: 'E-mail address' }).fill('ada@nord.example');
  await ada.page.getByLabel('Password').fill('a long enough password');
  expect(await barriers(ada.page)).toEqual([]);
  await ada.button('Create the workspace').click();
  await ada.button('Connect a mailbox').waitFor();
  expect(await barriers(ada.page)).toEqual([]);

  await ada.button('Connect a mailbox').click();

  await ada.page.waitForURL('**/connect/**');
  expect(await ada.page.locator('form').innerText()).toMatch(/IMAP/);
});

it('says in an empty queue what to do first', async () => {
  await ada.page.goto('/queue');
  await ada.page.getByText('No account is connected yet.').waitFor();

  expect(await ada.page.getByRole('main').getByRole('link', { name: 'Connect a mailbox' }).count()).toBe(1);
  expect(await barriers(ada.page)).toEqual([]);
});
