import type { Browser } from 'playwright-core';
import { barriers } from './accessibility';
import { AgentPage } from './agent-page';
import { startChromium } from './chromium';
import { Demo } from './demo';

let demo: Demo;
let browser: Browser;

beforeAll(async () => {
  [demo, browser] = await Promise.all([Demo.start(), startChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await demo?.stop();
});

it('erases a customer once the pseudonym was typed, and forgets what was typed for them', async () => {
  const ada = await AgentPage.open(browser, demo.url);
  await ada.enterAs('Ada');
  const reference = await ada.takeNext();
  await ada.replyField.fill('Never to be seen again');
  await ada.page.getByText('Draft saved').waitFor();
  await ada.button(/^About /).click();
  await ada.page.getByRole('menuitem', { name: 'Erase this customer…' }).click();
  const dialog = ada.page.getByRole('alertdialog');
  const pseudonym = (await dialog.getByRole('heading').innerText()).replace(/^Erase /, '');
  await dialog.getByRole('textbox', { name: /To confirm/ }).fill('somebody else');
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('Asked for it');
  await dialog.getByRole('button', { name: 'Erase for good' }).click();
  await dialog.getByText('This is not the pseudonym of the customer. Nothing was erased.').waitFor();
  expect(await barriers(ada.page)).toEqual([]);

  await dialog.getByRole('textbox', { name: /To confirm/ }).fill(pseudonym);
  await dialog.getByRole('button', { name: 'Erase for good' }).click();

  await dialog.getByText(/^Erased: \d+ messages?, \d+ files?/).waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await ada.page.getByText(`There is no conversation ${reference}`).waitFor();
  expect(JSON.stringify(await ada.page.evaluate('({ ...localStorage })'))).not.toContain('Never to be seen again');
  await ada.page.goto('/mine');
  await ada.page.getByText('You hold no conversation').waitFor();
  ada.check();
  await ada.close();
});
