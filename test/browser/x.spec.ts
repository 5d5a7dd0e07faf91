import type { Browser } from 'playwright-core';
import { charge, connectHandle, direct, encrypted, handleNews, mention } from '../support/handle-events';
import { minutesAgo } from '../support/running-api';
import { barriers, cutOff } from './accessibility';
import type { AgentPage } from './agent-page';
import { startChromium } from './chromium';
import { PageDesk, sendEvent } from './page-desk';

let desk: PageDesk;
let browser: Browser;
let ada: AgentPage;
let people = 9_000;

beforeAll(async () => {
  [desk, browser] = await Promise.all([PageDesk.start(connectHandle), startChromium()]);
  ada = await desk.open(browser);
});
afterAll(async () => {
  await browser?.close();
  await desk?.stop();
});
beforeEach(async () => {
  await desk.takeAll();
  await ada.page.goto('/queue');
  await ada.page.getByRole('heading', { level: 1 }).waitFor();
});
afterEach(() => ada.check());

const person = (): string => String(++people);

/** Sends what is in the field, and lets the platform refuse it. */
async function refused(reference: string, text: string, code: string, button: string | RegExp): Promise<void> {
  await ada.replyField.fill(text);
  await ada.button(button).click();
  await ada.message(text).getByText('Queued').waitFor();
  await desk.page.hear(
    sendEvent(await desk.newestReply(reference), 'failed', {
      failure: { code, detail: '403 Forbidden', retryable: true },
    }),
  );
}

describe('the length of an answer', () => {
  it('counts a public one as X does, at once, and marks where it is too long', async () => {
    await desk.taken(ada, mention(person(), 'l1', minutesAgo(9)));
    await ada.replyField.fill('Où est mon colis ?');
    await ada.page.getByText('18 of 280', { exact: true }).waitFor();
    await ada.replyField.fill(`See https://example.com/${'a'.repeat(300)}`);
    await ada.page.getByText('27 of 280', { exact: true }).waitFor();
    expect(await ada.button('Publish answer').isEnabled()).toBe(true);

    await ada.replyField.fill(`${'word '.repeat(56)}and too much`);
    await ada.page.getByText('292 of at most 280: 12 too many').waitFor();
    expect(await ada.button('Publish answer').isDisabled()).toBe(true);
    expect(await ada.page.locator('#composer mark').textContent()).toBe('and too much');
    expect(await ada.replyField.getAttribute('aria-invalid')).toBe('true');
    expect(await barriers(ada.page)).toEqual([]);
  });

  it('counts a private one plainly, and shows it only when it matters', async () => {
    await desk.taken(ada, mention(person(), 'l2', minutesAgo(9)));
    await ada.replyField.fill('你好'.repeat(100));
    await ada.page.getByText('400 of at most 280: 120 too many').waitFor();
    await ada.page.getByRole('radio', { name: 'Answer in private' }).check();
    await ada.button('Send in private').and(ada.page.locator(':enabled')).waitFor();
    expect(await ada.page.getByText(/ of (at most )?[\d,]+/).count()).toBe(0);
    await ada.replyField.fill('x'.repeat(9_000));
    await ada.page.getByText('9,000 of 10,000').waitFor();
  });

  it('is counted by nothing that others load', async () => {
    const other = await desk.open(browser);
    const loaded: string[] = [];
    other.page.on('request', (request) => loaded.push(request.url()));
    await desk.taken(other, direct(person(), 'l3', minutesAgo(9)));
    await other.replyField.fill('Hello');
    await other.page.getByText('Draft saved').waitFor();
    expect(loaded.filter((url) => url.includes('weighted-length'))).toEqual([]);
    await other.page.goto('/queue');
    await other.page.getByRole('heading', { level: 1 }).waitFor();
    await desk.taken(other, mention(person(), 'l4', minutesAgo(9)));
    await other.replyField.fill('Hello');
    await other.page.getByText('5 of 280').waitFor();
    expect(loaded.filter((url) => url.includes('weighted-length'))).toHaveLength(1);
    other.check();
    await other.close();
  });
});

describe('an answer that X refuses', () => {
  it('leaves the text in the field, and can be given in private', async () => {
    const reference = await desk.taken(ada, mention(person(), 'r1', minutesAgo(9)));
    await refused(reference, 'Your parcel is in Lyon.', 'REPLY_NOT_ALLOWED', 'Publish answer');
    await ada.page.getByText('X did not take the public answer').waitFor();
    await ada.page.getByText('The platform does not let us answer there. Answer in private, or').waitFor();
    expect(await ada.replyField.inputValue()).toBe('Your parcel is in Lyon.');
    await ada.page.getByText('waits again, at the same place').waitFor();
    expect(await ada.button('Try again').count()).toBe(0);
    const link = ada.page.getByRole('link', { name: 'Open on X' });
    await link.waitFor();
    expect(await link.getAttribute('href')).toBe('https://x.com/i/web/status/r1');
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
    expect(await barriers(ada.page)).toEqual([]);

    await ada.button('Answer in private').click();
    await ada.focused(ada.replyField);
    expect(ada.reference).toBe(reference);
    expect(await ada.page.getByRole('radio', { name: 'Answer in private' }).isChecked()).toBe(true);
    await ada.button('Send in private').click();
    await ada.page
      .getByText(/^Sent in private: C-\d+\.$/)
      .first()
      .waitFor();
    await ada.page.getByText('X did not take').waitFor({ state: 'detached' });
  });

  it('survives a reload, and does not come back once it was thrown away', async () => {
    const reference = await desk.taken(ada, mention(person(), 'r2', minutesAgo(9)));
    await refused(reference, 'Written with care.', 'REPLY_NOT_ALLOWED', 'Publish answer');
    await ada.page.getByText('Draft saved').waitFor();
    await ada.page.reload();
    await ada.page.getByText('X did not take the public answer').waitFor();
    expect(await ada.replyField.inputValue()).toBe('Written with care.');
    const saved = ada.page.waitForResponse((answer) => answer.request().postData()?.includes('"text":""') ?? false);
    await ada.replyField.fill('');
    await ada.button('Put the text back').waitFor();
    await saved;
    await ada.page.reload();
    await ada.button('Put the text back').waitFor();
    expect(await ada.replyField.inputValue()).toBe('');
    await ada.button('Put the text back').click();
    expect(await ada.replyField.inputValue()).toBe('Written with care.');
  });

  it('asks for another text where X has had the same', async () => {
    const reference = await desk.taken(ada, mention(person(), 'r3', minutesAgo(9)));
    await refused(reference, 'Thank you, we look into it.', 'DUPLICATE', 'Publish answer');
    await ada.page.getByText('The platform has had the same text from us just now.').last().waitFor();
    await ada.button('Change the text').click();
    await ada.focused(ada.replyField);
    expect(await ada.page.getByRole('radio', { name: 'Answer in public' }).isChecked()).toBe(true);
    await ada.replyField.fill('Thank you, Zoé, we look into it.');
    await ada.button('Publish answer').click();
    await ada.message('Thank you, Zoé').getByText('Queued').waitFor();
    expect(await ada.page.getByText('X did not take').count()).toBe(0);
  });

  it('in private goes back to where it was written, and never turns public by itself', async () => {
    await desk.taken(ada, mention(person(), 'r4', minutesAgo(9)));
    await ada.page.getByRole('radio', { name: 'Answer in private' }).check();
    await ada.replyField.fill('Your number is 4711.');
    await ada.button('Send in private').click();
    const sent = ada.page.getByText(/^Sent in private: C-\d+\.$/).first();
    await sent.waitFor();
    const elsewhere = /C-\d+/.exec(await sent.innerText())![0];
    const failure = { code: 'RECIPIENT_REFUSES', detail: '403', retryable: true };
    await desk.page.hear(sendEvent(await desk.newestReply(elsewhere), 'failed', { failure }));

    await ada.page.getByText('X did not take the answer in private').waitFor();
    expect(await ada.replyField.inputValue()).toBe('Your number is 4711.');
    expect(await ada.page.getByRole('radio', { name: 'Answer in private' }).isChecked()).toBe(true);
    expect(await barriers(ada.page)).toEqual([]);
    await ada.button('Answer in public').click();
    await ada.focused(ada.replyField);
    await ada.button('Publish answer').waitFor();
  });

  it('can end the wait, where nothing else is left', async () => {
    const reference = await desk.taken(ada, direct(person(), 'r5', minutesAgo(9)));
    await refused(reference, 'Hello again.', 'RECIPIENT_REFUSES', 'Send answer');
    await ada.page.getByText('X did not take the answer in private').waitFor();
    const asked = ada.page.waitForRequest((request) => request.postData()?.includes('"NO_WAY_TO_ANSWER"') ?? false);
    await ada.button('No way to answer').click();
    await asked;
    await ada.page.getByText(`${reference} ended: the platform takes no answer any more.`).first().waitFor();
    expect(new URL(ada.page.url()).pathname).toBe('/queue');
  });

  it('lets those who have waited longer come first', async () => {
    const reference = await desk.taken(ada, mention(person(), 'r6', minutesAgo(9)));
    await refused(reference, 'In turn.', 'REPLY_NOT_ALLOWED', 'Publish answer');
    await ada.button('Answer in private').waitFor();
    await desk.page.hear(mention(person(), 'r7', minutesAgo(60)));
    await ada.button('Answer in private').click();
    await ada.page.waitForURL((url) => !url.pathname.endsWith(reference));
    await ada.page.getByText(`has waited longer and comes first. Your text in ${reference} is kept.`).first().waitFor();
    await ada.page.goto(`/c/${reference}`);
    await ada.replyField.waitFor();
    expect(await ada.replyField.inputValue()).toBe('In turn.');
  });
});

describe('an encrypted message', () => {
  it('is no empty bubble: it leads to X, and the word that it was answered there ends the wait', async () => {
    const reference = await desk.taken(ada, encrypted('9500', 'e1', minutesAgo(9)));
    const bubble = ada.messages.first();
    await bubble.getByText('Encrypted: only its sender and we can read it').waitFor();
    const link = bubble.getByRole('link', { name: 'Open on X' });
    expect(await link.getAttribute('href')).toBe('https://x.com/messages/100000000000000001-9500');
    await ada.page.getByText('it can be read and answered on X only').waitFor();
    expect(await ada.replyField.count()).toBe(0);
    expect(await barriers(ada.page)).toEqual([]);

    await ada.button('Answered on X').click();
    await ada.page.getByText(`${reference} ended: answered on X.`).first().waitFor();
    await ada.page.goto(`/c/${reference}`);
    await ada.page.getByText('Answered on X.', { exact: true }).waitFor();
  });

  it('gives the field back as soon as one comes that can be read', async () => {
    const who = person();
    await desk.taken(ada, encrypted(who, 'e2', minutesAgo(9)));
    await ada.page.getByText('it can be read and answered on X only').waitFor();
    await desk.page.hear(direct(who, 'e3', minutesAgo(1)));
    await ada.replyField.waitFor();
    expect(await ada.button('Answered on X').count()).toBe(0);
  });
});

it('says that public and private are one matter, both ways', async () => {
  const who = person();
  await desk.page.hear(mention(who, 'm1', minutesAgo(9)), direct(who, 'm2', minutesAgo(8)));
  await ada.page.goto('/queue');
  await ada.places.first().waitFor();
  expect(await ada.places.count()).toBe(1);
  const one = await ada.takeNext();
  const notice = ada.page.getByText(/^Also wrote in (public|private): C-\d+ – one wait$/);
  await notice.waitFor();
  await notice.getByRole('link').click();
  await ada.page.waitForURL((url) => !url.pathname.endsWith(one));
  await notice.getByRole('link', { name: one }).waitFor();
  expect(await barriers(ada.page)).toEqual([]);
});

it('fits on a telephone: refusal, encrypted message, and a text that is too long', async () => {
  const narrow = await desk.open(browser, { viewport: { width: 320, height: 568 } });
  const reference = await desk.taken(narrow, mention(person(), 'n1', minutesAgo(9)));
  await narrow.replyField.fill('Short.');
  await narrow.button('Publish answer').click();
  await narrow.message('Short.').getByText('Queued').waitFor();
  const failure = { code: 'REPLY_NOT_ALLOWED', detail: '403', retryable: true };
  await desk.page.hear(sendEvent(await desk.newestReply(reference), 'failed', { failure }));
  await narrow.button('Answer in private').waitFor();
  expect(await cutOff(narrow.page)).toEqual([]);
  await narrow.replyField.fill('too long '.repeat(60));
  await narrow.page.getByText(/ of at most 280/).waitFor();
  expect(await cutOff(narrow.page)).toEqual([]);
  await desk.takeAll();
  await narrow.page.goto('/queue');
  await narrow.page.getByRole('heading', { level: 1 }).waitFor();
  await desk.taken(narrow, encrypted(person(), 'n2', minutesAgo(9)));
  await narrow.button('Answered on X').waitFor();
  expect(await cutOff(narrow.page)).toEqual([]);
  narrow.check();
  await narrow.close();
});

describe('on Accounts', () => {
  it('tells what X costs, and why all of its app is held back', async () => {
    const account = { id: desk.page.id, workspaceId: desk.workspace.id };
    await charge(desk.api.ownerUrl, account, { 0: 1_234_000 });
    await desk.page.hear(
      handleNews(2, {
        status: 'rate_limited',
        pausedUntil: new Date(Date.now() + 3_600_000).toISOString(),
        detail: 'The credit of the app is used up: buy more in the developer console.',
      }),
    );
    await ada.page.goto('/accounts');
    const banner = ada.page.getByRole('alert').filter({ hasText: '@nord accepts the next message at' });
    await banner.getByText('The credit of the app is used up').waitFor();
    const card = ada.page.getByRole('region', { name: '@nord' });
    await card.getByText('Cost today').waitFor();
    expect(await card.getByText('$1.23', { exact: true }).count()).toBe(2);
    await card.getByText('Costs are estimated from the platform’s price list').waitFor();
    expect(await barriers(ada.page)).toEqual([]);
    await ada.button('Connect an X account').click();
    await ada.page.getByText('account add x').waitFor();
    await desk.page.hear(handleNews(3, {}));
    await banner.waitFor({ state: 'detached' });
  });

  it('disconnects an account once its name was typed, and says what is erased when', async () => {
    await ada.page.goto('/accounts');
    const card = ada.page.getByRole('region', { name: '@nord' });
    await card.getByRole('button', { name: 'Disconnect…' }).click();
    const dialog = ada.page.getByRole('alertdialog', { name: 'Disconnect @nord' });
    await dialog.getByText('10 business days from now').waitFor();
    expect(await barriers(ada.page)).toEqual([]);
    await dialog.getByRole('textbox').fill('@sud');
    await dialog.getByRole('button', { name: 'Disconnect', exact: true }).click();
    await dialog.getByText('neither the address nor the name').waitFor();
    await dialog.getByRole('textbox').fill('@nord');
    await dialog.getByRole('button', { name: 'Disconnect', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await card.getByText('Disconnected', { exact: true }).waitFor();
    expect(await card.getByRole('button', { name: 'Disconnect…' }).count()).toBe(0);
  });
});
