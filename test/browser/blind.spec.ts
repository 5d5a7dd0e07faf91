import type { Browser, Response } from 'playwright-core';
import { fameIn } from '../support/blind-canary';
import { BlindHouse } from '../support/blind-house';
import { AgentPage } from './agent-page';
import { startChromium } from './chromium';

/*
 * What the page asks for, is given, shows and keeps of a customer whose fame would be recognised. Seen red: a picture beside the
 * name; the count in a subject.
 */

let house: BlindHouse;
let browser: Browser;
let lea: AgentPage;
/** Everything that came to the browser; read at once, for another page lets go of it. */
const came: Promise<Told>[] = [];
const shown: Told[] = [];

interface Told {
  readonly where: string;
  readonly text: string;
}

beforeAll(async () => {
  [house, browser] = await Promise.all([BlindHouse.start('canary'), startChromium()]);
  await house.tell();
  lea = await AgentPage.open(browser, house.url);
  lea.page.on('response', (response) => came.push(bodyOf(response)));
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await house?.stop();
});

async function bodyOf(response: Response): Promise<Told> {
  const body = await response.body().catch(() => Buffer.alloc(0));
  return { where: response.url(), text: `${JSON.stringify(response.headers())} ${body.toString('latin1')}` };
}

const EVERYTHING = `indexedDB.databases().then((stores) => [
  document.documentElement.outerHTML, document.cookie,
  JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), JSON.stringify(stores),
].join('\\n'))`;

/** The page as it stands, and what it keeps in the browser. */
async function look(where: string): Promise<void> {
  shown.push({ where, text: await lea.page.evaluate<string>(EVERYTHING) });
}

it('asks nobody else for anything, and shows and keeps nothing by which fame could be known', async () => {
  await lea.signIn(house.person.email, house.person.password);
  await look('the queue');
  for (let n = 0; n < 4; n++) {
    const reference = await lea.takeNext();
    await look(reference);
    await lea.page.goto('/queue');
    await lea.page.getByRole('heading', { level: 1 }).waitFor();
  }
  for (const path of ['/accounts', '/mine', '/done', '/nowhere']) {
    await lea.page.goto(path);
    await lea.page.getByRole('heading', { level: 1 }).waitFor();
    await look(path);
  }

  const { cookies } = await lea.context.storageState();
  shown.push({ where: 'cookies', text: JSON.stringify(cookies) });
  const bodies = await Promise.all(came);
  expect(bodies.some(({ text }) => text.includes('my kettle whistles no more'))).toBe(true);
  expect(shown.some(({ text }) => text.includes('my kettle whistles no more'))).toBe(true);
  const telling = [...bodies, ...shown].flatMap(({ where, text }) => {
    const found = fameIn(text);
    return found === undefined ? [] : [`${where}: ${found}`];
  });
  expect(telling).toEqual([]);
  // people have no pictures: whatever image there is belongs to a message or to the page itself
  expect(shown.flatMap(({ text }) => text.match(/<img[^>]+(?:twimg|fbcdn|profile)[^>]*>/g) ?? [])).toEqual([]);
  // throws when a script failed, or anything was asked for elsewhere
  lea.check();
}, 240_000);
