import type { Browser } from 'playwright-core';
import { until } from '../support/product';
import { AgentPage } from './agent-page';
import { ChatPage } from './chat-page';
import { startChromium } from './chromium';
import { Demo } from './demo';

let demo: Demo;
let browser: Browser;
let lea: AgentPage;
let chat: ChatPage;

beforeAll(async () => {
  [demo, browser] = await Promise.all([Demo.start(), startChromium()]);
  await demo.emptyQueue(await demo.person('SUPERVISOR'));
  [lea, chat] = await Promise.all([AgentPage.open(browser, demo.url), ChatPage.open(browser, demo.url)]);
});
afterAll(async () => {
  await browser?.close();
  await demo?.stop();
});
afterEach(() => lea.check());

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Takes the next from the queue once somebody waits. */
async function takeNext(): Promise<string> {
  await lea.page.goto('/queue');
  await lea.places.first().waitFor();
  return lea.takeNext();
}

async function dismissSpam(): Promise<void> {
  await lea.button(/^No reply needed/).click();
  await lea.page.getByRole('menuitem', { name: 'Spam' }).click();
  await lea.page.waitForURL('**/queue');
}

/** Product time has moved: sessions ended, and what was held went back. */
async function comeBack(): Promise<void> {
  await lea.page.waitForURL('**/sign-in**');
  await lea.button('Enter as Léa').click();
  await lea.page.getByRole('navigation', { name: 'Places' }).waitFor();
}

it('shows what a customer writes and sends, and brings the answer into their chat, with what became of it', async () => {
  await lea.page.goto('/');
  await lea.button('Enter as Léa').click();
  await lea.page.getByText('Nobody is waiting.').first().waitFor();
  await chat.writeAs('Zora Lindqvist', 'My kettle leaks.');
  await lea.places.first().waitFor();
  await lea.takeNext();
  await chat.write('This is the place', { name: 'leak.png', mimeType: 'image/png', buffer: PIXEL });
  await lea
    .message('This is the place')
    .getByRole('link', { name: /leak\.png/ })
    .waitFor();

  const seconds: number[] = [];
  for (const words of ['It leaks from below.', 'I have the bill.', 'Is it under warranty?']) {
    const written = performance.now();
    await chat.write(words);
    await lea.message(words).waitFor();
    seconds.push((performance.now() - written) / 1_000);
  }
  console.log(`from the chat on the page after ${seconds.map((each) => each.toFixed(2)).join(', ')} s`);
  expect(seconds.sort((a, b) => a - b)[1]).toBeLessThan(2);

  await lea.reply('We send you a new one.');

  await chat.message('We send you a new one.').waitFor();
  await lea.message('We send you a new one.').getByText('Read', { exact: true }).waitFor();
});

it('shows at once what the customer edits, takes back and reacts to', async () => {
  await chat.message('My kettle leaks.').getByText('Edit', { exact: true }).click();
  await chat.message('My kettle leaks.').getByRole('textbox').fill('My kettle LX leaks.');
  await chat.page.getByRole('button', { name: 'Save' }).first().click();
  await lea
    .message('My kettle LX leaks.')
    .getByText(/^Edited/)
    .waitFor();

  await chat.message('This is the place').getByRole('button', { name: 'Unsend' }).click();
  await lea.message('The customer took this message back').waitFor();
  expect(await lea.message('This is the place').count()).toBe(0);

  await chat.message('We send you').getByRole('button', { name: 'React with ❤️' }).click();
  await lea.message('We send you').getByText('❤️').waitFor();
});

it('answers one comment in public and another in private, which reaches the chat alone', async () => {
  await chat.openFeed();
  await chat.comment('Grace Lindqvist', 'Do you deliver on Saturdays?');
  await takeNext();
  await lea.reply('Yes, until noon.');
  await chat.commented('Yes, until noon.').waitFor();

  await chat.comment('Theo Ashworth', 'My order 62-1 never came.');
  await takeNext();
  await lea.page.getByRole('radio', { name: 'Answer in private' }).check();
  await lea.replyField.fill('Theo, we call you today.');
  await lea.button('Send in private').click();
  await chat.page.getByText('answered in private').waitFor();
  // where they have written in private before, too, that conversation is named as well
  await lea.page.getByText('Goes on in private:').first().waitFor();
  expect(await chat.commented('Theo, we call you today.').count()).toBe(0);
  await chat.openChat('Theo Ashworth');
  await chat.message('Theo, we call you today.').waitFor();
});

it('hides a comment and deletes another where the public reads them', async () => {
  await chat.openFeed();
  await chat.comment('Maya Thornton', 'Something nasty');
  await takeNext();
  await lea.button('Hide or delete').click();
  await lea.page.getByRole('menuitem', { name: /^Hide/ }).click();
  await lea.message('Something nasty').getByText('Hidden from others').waitFor();
  await chat.page.getByText('hidden: only its author sees it').waitFor();
  await dismissSpam();

  await chat.comment('Callum Reid', 'Buy my watches');
  await takeNext();
  await lea.button('Hide or delete').click();
  await lea.page.getByRole('menuitem', { name: /^Delete/ }).click();
  await lea.button('Delete for everybody').click();
  await lea.message('Removed by us').waitFor();
  await chat.page.getByText('Comment removed').waitFor();
  expect(await chat.commented('Buy my watches').count()).toBe(0);
  await dismissSpam();
});

it('tells everybody that the Page must be connected again, still hears customers, and sends what waited once it is', async () => {
  await demo.emptyQueue(await demo.person('SUPERVISOR'));
  await chat.openChat('Zora Lindqvist');
  await chat.write('When does it come?');
  await takeNext();
  await chat.press('Let the Page’s token expire');
  await lea.reply('It comes on Tuesday.');

  await lea.page.getByText(/needs to be reconnected\. Customers can still write/).waitFor();
  await lea.page.getByText(/needs to be reconnected before anything can be sent/).waitFor();
  await lea
    .message('It comes on Tuesday.')
    .getByText(/^Goes out once .* is connected again$/)
    .waitFor();
  await chat.write('Are you there?');
  await lea.message('Are you there?').waitFor();

  const ada = await AgentPage.open(browser, demo.url);
  await ada.enterAs('Ada');
  await ada.page.getByRole('alert').getByRole('link', { name: 'Connect again' }).click();
  await ada.button('Connect again').click();
  await ada.page.getByRole('link', { name: 'Continue with Facebook' }).click();
  await ada.button(/^Continue as Ada/).click();
  await ada.button('Connect').click();
  await ada.page.getByText('Back to Evenhand').click();
  await ada.waitingList.or(ada.page.getByText('Nobody is waiting.')).first().waitFor();
  ada.check();
  await ada.close();

  await lea.page
    .getByText(/needs to be reconnected/)
    .first()
    .waitFor({ state: 'detached' });
  await chat.message('It comes on Tuesday.').waitFor({ timeout: 30_000 });
  await lea.message('It comes on Tuesday.').getByText('Read', { exact: true }).waitFor();
  expect(await chat.message('It comes on Tuesday.').count()).toBe(1);
}, 60_000);

it('says when only people may answer, keeps the text when nobody may, and shows the refusal to one who tries', async () => {
  const reference = await takeNext();
  await chat.press('Move the clock on by 25 hours (closes windows)');
  await comeBack();
  expect(await takeNext()).toBe(reference);
  await lea.page.getByText(/^Only a person may answer/).waitFor();
  await lea.replyField.fill('Half a draft');
  await lea.page.getByText('Draft saved').waitFor();

  await chat.press('Move the clock on by 7 days (closes them to people too)');
  await comeBack();
  expect(await takeNext()).toBe(reference);
  await lea.page.getByText('Messenger does not let us write first after 24 h (7 days for a person).').waitFor();
  expect(await lea.page.getByRole('note', { name: 'Your text is kept:' }).innerText()).toBe('Half a draft');

  await lea.button('Try all the same').click();
  await lea.button('Send answer').click();
  const message = lea.message('Half a draft');
  await message.getByText('Not sent', { exact: true }).waitFor();
  await message.getByText('The platform no longer lets us answer.').waitFor();
  await message.getByText('What the server said').click();
  await message.getByText(/\(#10\) This message is sent outside of allowed window/).waitFor();
  await until('the customer has it not', async () => (await chat.message('Half a draft').count()) === 0);
});
