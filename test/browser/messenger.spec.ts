import type { Browser } from 'playwright-core';
import { change, comment, privateMessage } from '../support/page-events';
import { minutesAgo } from '../support/running-api';
import { barriers, cutOff } from './accessibility';
import type { AgentPage } from './agent-page';
import { startChromium } from './chromium';
import { PageDesk, sendEvent } from './page-desk';

const HOUR = 60;
const DAY = 24 * HOUR;

let desk: PageDesk;
let browser: Browser;
let ada: AgentPage;
let people = 7_000;

beforeAll(async () => {
  [desk, browser] = await Promise.all([PageDesk.start(), startChromium()]);
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

describe('the time for answers', () => {
  it('is told in its last four hours, and when only people may still answer', async () => {
    await desk.taken(ada, privateMessage(person(), 'w1', minutesAgo(21 * HOUR)));
    await ada.page.getByText(/^Window closes in (2\sh\s59|3\sh\s00)$/).waitFor();
    await ada.button('Send answer').waitFor();

    await desk.taken(ada, privateMessage(person(), 'w2', minutesAgo(30 * HOUR)));
    await ada.page.getByText(/^Only a person may answer \(until \w{3} \d{1,2}:\d{2}\)$/).waitFor();

    await desk.taken(ada, privateMessage(person(), 'w3', minutesAgo(5)));
    expect(await ada.page.getByText(/Window closes|Only a person/).count()).toBe(0);
  });

  it('puts the reason in place of the field when it is over, and the field back when the customer writes', async () => {
    const who = person();
    const reference = await desk.taken(ada, privateMessage(who, 'w4', minutesAgo(10)));
    await ada.reply('First of two.');
    await ada.message('First of two.').getByText('Queued').waitFor();
    await ada.replyField.fill('Second, half written');
    await ada.page.getByText('Draft saved').waitFor();

    const failure = { code: 'REPLY_WINDOW_CLOSED', detail: '(#10) outside of allowed window', retryable: false };
    await desk.page.hear(sendEvent(await desk.newestReply(reference), 'failed', { failure }));

    await ada.page.getByText('Messenger does not let us write first after 24 h (7 days for a person).').waitFor();
    expect(await ada.page.getByRole('note', { name: 'Your text is kept:' }).innerText()).toBe('Second, half written');
    expect(await ada.button(/^Send/).count()).toBe(0);
    expect(await barriers(ada.page)).toEqual([]);

    await desk.page.hear(privateMessage(who, 'w5', new Date(Date.now() + 1_000)));
    await ada.replyField.waitFor();
    await ada.page.goto('/queue');
    await ada.places.first().waitFor();
    expect(await ada.takeNext()).toBe(reference);
    expect(await ada.replyField.inputValue()).toBe('Second, half written');
    await ada.button('Send answer').click();
    await ada.message('Second, half written').getByText('Queued').waitFor();
  });

  it('lets one try all the same', async () => {
    await desk.taken(ada, privateMessage(person(), 'w6', minutesAgo(8 * DAY)));
    await ada.button('Try all the same').click();
    await ada.focused(ada.replyField);
    await ada.page.keyboard.insertText('Are you still there?');
    await ada.page.keyboard.press('Control+Enter');
    await ada.message('Are you still there?').getByText('Queued').waitFor();
    expect(await ada.page.getByRole('alert').count()).toBe(0);
  });

  it('lets one end the wait for that reason, and take it back', async () => {
    const reference = await desk.taken(ada, privateMessage(person(), 'w7', minutesAgo(8 * DAY)));
    await ada.button('No reply needed').click();
    expect(await ada.page.getByRole('menuitem').last().innerText()).toBe('The platform takes no answer any more');
    await ada.page.keyboard.press('Escape');
    expect(await barriers(ada.page)).toEqual([]);
    const asked = ada.page.waitForRequest((request) => request.postData()?.includes('"NO_WAY_TO_ANSWER"') ?? false);
    await ada.button('End without an answer').click();
    await asked;
    await ada.page.getByText(`${reference} ended: the platform takes no answer any more.`).first().waitFor();
    await ada.page.waitForURL(/\/queue$/);
    await ada.button(/^Undo/).click();
    await ada.button('End without an answer').waitFor();
    expect(ada.reference).toBe(reference);
  });
});

it('says which program answers in the thread instead of us, as far as the platform tells', async () => {
  const who = person();
  await desk.taken(ada, privateMessage(who, 'h1', minutesAgo(9)));
  const told: readonly (readonly [string, string])[] = [
    ['page-inbox', 'Answers here now: the page’s own inbox.'],
    ['5120000000000002', 'Answers here now: the app 5120000000000002.'],
    ['', 'Answers here now: another program.'],
  ];
  for (const [i, [app, words]] of told.entries()) {
    const at = minutesAgo(8 - i).toISOString();
    const handledBy = { who: 'other', app };
    await desk.page.hear({ kind: 'thread', externalId: `${who}:${at}`, threadKey: who, at, handledBy });
    await ada.page.getByText(words, { exact: true }).waitFor();
  }
  expect(await ada.page.getByText('Answers here now').count()).toBe(1);
});

describe('a public comment', () => {
  it('is answered in public where nobody says otherwise, and both ways look and read differently', async () => {
    await desk.taken(ada, comment(person(), 'p1', minutesAgo(9)));
    await ada.page.getByText('Everybody can read this.').waitFor();
    await ada.button('Publish answer').waitFor();
    expect(await ada.page.getByRole('radio', { name: 'Answer in public' }).isChecked()).toBe(true);
    expect(await barriers(ada.page)).toEqual([]);
    await ada.replyField.fill('To all.');
    await ada.button('Publish answer').click();
    await ada.message('To all.').getByText('Queued').waitFor();
  });

  it('is answered in private where one chooses so, once, and leads to where it goes on', async () => {
    const reference = await desk.taken(ada, comment(person(), 'p2', minutesAgo(9)));
    await ada.page.getByRole('radio', { name: 'Answer in private' }).check();
    await ada.page.getByText('Only the customer gets it. Possible once.').waitFor();
    expect(await barriers(ada.page)).toEqual([]);
    await ada.replyField.fill('Between us.');
    await ada.button('Send in private').click();

    await ada.page
      .getByText(/^Sent in private: C-\d+\.$/)
      .first()
      .waitFor();
    await ada.page.getByRole('radio', { name: 'Answer in private', disabled: true }).waitFor();
    expect(await ada.message('Between us.').count()).toBe(0);
    await ada.page.getByText('Goes on in private:').getByRole('link').click();
    await ada.page.waitForURL((url) => !url.pathname.endsWith(reference));
    await ada.message('Between us.').waitFor();
    await ada.page.getByText('Began in public:').getByRole('link', { name: reference }).waitFor();
  });

  it('is never answered in public by what was meant for one person', async () => {
    const who = person();
    await desk.taken(ada, comment(who, 'p3', minutesAgo(9)));
    await ada.page.getByRole('radio', { name: 'Answer in private' }).check();
    await ada.replyField.fill('Your account number is 4711.');
    const other = await desk.open(browser);
    await other.page.goto(ada.page.url());
    await other.page.getByRole('radio', { name: 'Answer in private' }).check();
    await other.replyField.fill('First.');
    await other.button('Send in private').click();
    await other.page
      .getByText(/^Sent in private/)
      .first()
      .waitFor();
    await other.close();

    await ada.page.getByText('This can no longer be answered in private.').waitFor();
    await ada.replyField.fill('Your account number is 4711.');
    expect(await ada.button('Send in private').isDisabled()).toBe(true);
    await ada.page.keyboard.press('Control+Enter');
    expect(await ada.message('4711').count()).toBe(0);
  });

  it('can be hidden, shown and deleted; what the platform refuses is said', async () => {
    await desk.taken(ada, comment(person(), 'p4', minutesAgo(9)));
    const bubble = ada.message('text of comment:p4');
    const choose = async (name: RegExp) => {
      await bubble.getByRole('button', { name: 'Hide or delete' }).click();
      await ada.page.getByRole('menuitem', { name }).click();
    };
    await choose(/^Hide/);
    await bubble.getByText('Being hidden…').waitFor();
    await desk.page.hear(change('comment:p4', new Date(), { type: 'hidden', hidden: true }));
    await bubble.getByText('Hidden from others').waitFor();
    expect(await bubble.getByText('Being hidden…').count()).toBe(0);

    await choose(/^Show again/);
    await bubble.getByText('Being shown again…').waitFor();
    const refused = { type: 'refused', action: 'show', detail: 'Only the author could' };
    await desk.page.hear(change('comment:p4', new Date(), refused));
    await bubble.getByText('The platform did not show it again. Only the author could').waitFor();

    await choose(/^Delete/);
    await ada.page.getByRole('alertdialog', { name: 'Delete this message?' }).waitFor();
    expect(await barriers(ada.page)).toEqual([]);
    await ada.button('Delete for everybody').click();
    await bubble.getByText('Being deleted…').waitFor();
    await desk.page.hear(change('comment:p4', new Date(), { type: 'withdrawn', by: 'us' }));
    await ada.message('Removed by us').waitFor();
    expect(await bubble.count()).toBe(0);
  });
});

it('shows at once what becomes of messages: edits, reactions, files, and that one was taken back', async () => {
  const who = person();
  const pendingFiles = [{ position: 0, kind: 'image' }];
  await desk.taken(
    ada,
    privateMessage(who, 'm1', minutesAgo(9), { text: 'Wher is it?' }),
    privateMessage(who, 'm2', minutesAgo(8), { text: 'My address is secret', pendingFiles }),
    privateMessage(who, 'm3', minutesAgo(7), { class: 'notice', text: 'Came by an advertisement' }),
  );
  await ada.message('My address').getByText('A picture is on its way.').waitFor();
  await ada.message('Came by an advertisement').waitFor();

  await desk.page.hear(
    change('m1', minutesAgo(6), { type: 'edited', text: 'Where is it?', number: 1 }),
    change('m1', minutesAgo(5), { type: 'reaction', by: who, emoji: '😮' }),
    change('m2', minutesAgo(5), { type: 'file', position: 0, file: null, problem: 'it is gone' }),
  );
  await ada
    .message('Where is it?')
    .getByText(/^Edited \d/)
    .waitFor();
  await ada.message('Where is it?').getByText('😮').waitFor();
  await ada.message('My address').getByText('A picture could not be fetched. it is gone').waitFor();
  expect(await barriers(ada.page)).toEqual([]);

  await desk.page.hear(change('m2', minutesAgo(4), { type: 'withdrawn', by: 'author' }));
  await ada.message('The customer took this message back').waitFor();
  expect(await ada.message('secret').count()).toBe(0);
});

it('says as how many messages a long reply goes out, refuses what is too long, and tells how each part fared', async () => {
  const reference = await desk.taken(ada, privateMessage(person(), 'l1', minutesAgo(9)));
  await ada.replyField.fill('word '.repeat(900));
  await ada.page.getByText('goes out as 3 messages').waitFor();
  await ada.replyField.fill('x'.repeat(20_010));
  await ada.page.getByText('20,010 of at most 20,000: 10 too many').waitFor();
  expect(await ada.button('Send answer').isDisabled()).toBe(true);
  await ada.replyField.fill('word '.repeat(900));
  await ada.button('Send answer').click();
  await ada.message('word word').getByText('Queued').waitFor();

  const id = await desk.newestReply(reference);
  const failure = { code: 'RECIPIENT_REFUSES', detail: '', retryable: false };
  await desk.page.hear(
    sendEvent(id, 'sent', { part: 0, parts: 3, nativeIds: ['mid.1'] }),
    sendEvent(id, 'sent', { part: 1, parts: 3, nativeIds: ['mid.2'] }),
    sendEvent(id, 'failed', { part: 2, parts: 3, failure }),
  );
  const parts = ada.message('word word').getByRole('list', { name: 'Parts of this reply' });
  await parts.getByText('1 of 3: Sent').waitFor();
  await parts.getByText('3 of 3: Not sent. The recipient does not accept the message.').waitFor();
  expect(await barriers(ada.page)).toEqual([]);
});

/** The browser lays the page out for its new width within a frame; the rules for narrow pages may follow a frame later. */
async function resize({ page }: AgentPage, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 844 });
  const nextFrame = 'new Promise((done) => requestAnimationFrame(done))';
  for (let frame = 0; frame < 3; frame++) await page.evaluate(nextFrame);
}

it('says why a reply waits for its files, and moves nothing when the connection breaks', async () => {
  const narrow = await desk.open(browser, { viewport: { width: 390, height: 844 } });
  await desk.taken(narrow, privateMessage(person(), 'u1', minutesAgo(9)));
  await narrow.page.route('**/attachments', () => undefined);
  const file = { name: 'parcel.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('picture') };
  await narrow.page.locator('input[type=file]').setInputFiles(file);
  await narrow.replyField.fill('See the picture.');
  await narrow.page.keyboard.press('Control+Enter');
  await narrow.page.getByText('The reply can be sent as soon as the files are here.').waitFor();

  for (const width of [390, 900]) {
    await resize(narrow, width);
    const before = await narrow.replyField.boundingBox();
    await narrow.context.setOffline(true);
    await narrow.page
      .getByText(/^Offline since/)
      .filter({ visible: true })
      .waitFor();
    expect(await narrow.replyField.boundingBox()).toEqual(before);
    await narrow.context.setOffline(false);
    await narrow.page
      .getByText(/^Offline since/)
      .filter({ visible: true })
      .waitFor({ state: 'detached' });
  }
  narrow.check();
  await narrow.close();
});

it('fits on a telephone: the switch, the reason in place of the field, and a long text', async () => {
  const narrow = await desk.open(browser, { viewport: { width: 320, height: 568 } });
  await desk.taken(narrow, comment(person(), 'n1', minutesAgo(9)));
  await narrow.page.getByRole('radio', { name: 'Answer in public' }).waitFor();
  expect(await cutOff(narrow.page)).toEqual([]);
  await desk.taken(narrow, privateMessage(person(), 'n2', minutesAgo(8 * DAY)));
  await narrow.button('Try all the same').waitFor();
  expect(await cutOff(narrow.page)).toEqual([]);
  narrow.check();
  await narrow.close();
});

it('tells of the page on Accounts: how long the permission lasts, and how to connect each kind', async () => {
  await ada.page.goto('/accounts');
  await ada.page.getByText('The permission lasts 9 more days.').waitFor();
  await ada.button('Connect again').waitFor();
  await ada.button('Connect a mailbox').waitFor();
  await ada.button('Connect a Messenger page').click();
  await ada.page.getByText('account add messenger').waitFor();
  expect(await barriers(ada.page)).toEqual([]);
});

it('sends a customer who asks their data, to an address of theirs', async () => {
  await desk.taken(ada, privateMessage('70001', 'x1', minutesAgo(9)));
  await ada.button(/^About /).click();
  await ada.page.getByRole('menuitem', { name: 'Send them their data…' }).click();
  const dialog = ada.page.getByRole('dialog');
  await dialog.getByRole('radio').first().waitFor();
  expect(await barriers(ada.page)).toEqual([]);
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('Asked by telephone');
  await dialog.getByRole('button', { name: 'Send', exact: true }).click();
  await dialog.getByText(/A link that opens once goes to/).waitFor();
});
