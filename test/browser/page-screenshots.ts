/**
 * Pictures of what only a Messenger page brings: the time for answers, who reads along, what became of messages.
 *
 *     node -r ./test/support/house/register-typescript.js test/browser/page-screenshots.ts OUTDIR [only]
 *
 * As `screenshots.ts`: English and French, light and dark, at 1440, 900 and 390 pixels; `only` is a part of a name.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { change, comment, privateMessage } from '../support/page-events';
import setUpDatabase, { releaseTestServer } from '../support/postgres';
import { minutesAgo, type HeardEvent } from '../support/running-api';
import type { AgentPage } from './agent-page';
import { startChromium } from './chromium';
import { PageDesk, sendEvent } from './page-desk';

const [, , outDir = 'screenshots', only = ''] = process.argv;
const HEIGHTS = { 1440: 900, 900: 800, 390: 844 } as const;
const WIDTHS = [1440, 900, 390] as const;
const DAY = 24 * 60;

/** Name of the picture, and what the platform tells before it. */
const SCREENS: Readonly<Record<string, readonly HeardEvent[]>> = {
  closing: [
    privateMessage('1', 'a', minutesAgo(21 * 60), { text: 'Where is my parcel? It should have come on Monday.' }),
  ],
  'people-only': [privateMessage('2', 'b', minutesAgo(2 * DAY), { text: 'Any news?' })],
  closed: [privateMessage('3', 'c', minutesAgo(8 * DAY), { text: 'I have been waiting for a week.' })],
  public: [comment('4', 'd', minutesAgo(50), { text: 'Your hotline never answers. Is anybody there?' })],
  hidden: [
    comment('5', 'e', minutesAgo(40), { text: 'Something nobody should have to read.' }),
    change('comment:e', minutesAgo(30), { type: 'hidden', hidden: true }),
    change('comment:e', minutesAgo(30), {
      type: 'refused',
      action: 'delete',
      detail: 'Only its author can delete it.',
    }),
  ],
  changes: [
    privateMessage('6', 'f1', minutesAgo(30), { text: 'Wher is it?' }),
    change('f1', minutesAgo(29), { type: 'edited', text: 'Where is it?', number: 1 }),
    change('f1', minutesAgo(28), { type: 'reaction', by: '6', emoji: '😮' }),
    privateMessage('6', 'f2', minutesAgo(27), { text: 'My address is …' }),
    change('f2', minutesAgo(26), { type: 'withdrawn', by: 'author' }),
    privateMessage('6', 'f3', minutesAgo(25), { class: 'notice', text: 'Came by an advertisement' }),
    privateMessage('6', 'f4', minutesAgo(24), {
      text: '',
      pendingFiles: [
        { position: 0, kind: 'image' },
        { position: 1, kind: 'audio' },
      ],
    }),
    change('f4', minutesAgo(23), { type: 'file', position: 1, file: null, problem: 'the link has ended' }),
    {
      kind: 'thread',
      externalId: 'handover',
      threadKey: '6',
      at: minutesAgo(22).toISOString(),
      handledBy: { who: 'other', app: 'Page inbox' },
    },
  ],
  parts: [privateMessage('7', 'g', minutesAgo(20), { text: 'Please explain all of it.' })],
};

async function main(): Promise<void> {
  await mkdir(outDir, { recursive: true });
  await setUpDatabase();
  const [desk, browser] = await Promise.all([PageDesk.start(), startChromium()]);
  try {
    const places = await prepare(desk, await desk.open(browser));
    for (const locale of ['en', 'fr'] as const) {
      const page = await desk.open(browser, { locale });
      await page.page.evaluate(`localStorage.setItem('evenhand.locale', '${locale}')`);
      for (const width of WIDTHS) {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.page.setViewportSize({ width, height: HEIGHTS[width] });
          await page.page.emulateMedia({ colorScheme });
          await walk(page, places, `${locale}.${colorScheme}.${width}`);
        }
      }
      await page.close();
    }
  } finally {
    await browser.close();
    await desk.stop();
    await releaseTestServer();
  }
}

/** Takes each conversation, and does in it what its picture shows. @returns their references by name. */
async function prepare(desk: PageDesk, ada: AgentPage): Promise<ReadonlyMap<string, string>> {
  const places = new Map<string, string>();
  for (const [name, events] of Object.entries(SCREENS)) {
    await ada.page.goto('/queue');
    await ada.page.getByRole('heading', { level: 1 }).waitFor();
    places.set(name, await desk.taken(ada, ...events));
    if (name === 'public' || name === 'closing') await type(ada, 'Good afternoon, we are looking for it.');
    if (name === 'closed') {
      await ada.button('Try all the same').click();
      await type(ada, 'Good afternoon, your parcel has been found.');
    }
    if (name === 'parts') await sendInParts(desk, ada, places.get(name)!);
  }
  return places;
}

async function type(ada: AgentPage, text: string): Promise<void> {
  await ada.replyField.fill(text);
  await ada.page.getByText('Draft saved').waitFor();
}

async function sendInParts(desk: PageDesk, ada: AgentPage, reference: string): Promise<void> {
  await ada.replyField.fill('A sentence of an explanation. '.repeat(150));
  await ada.button('Send answer').click();
  await ada.message('A sentence').getByText('Queued').waitFor();
  const id = await desk.newestReply(reference);
  await desk.page.hear(
    sendEvent(id, 'sent', { part: 0, parts: 3, nativeIds: ['mid.1'] }),
    sendEvent(id, 'uncertain', { part: 1, parts: 3 }),
  );
  await ada.page.getByText('Delivery not confirmed').first().waitFor();
}

async function walk(page: AgentPage, places: ReadonlyMap<string, string>, look: string): Promise<void> {
  const shoot = async (name: string): Promise<void> => {
    if (!`${name}.${look}`.includes(only)) return;
    await page.page.waitForTimeout(350); // what is drawn late
    await page.page.screenshot({ path: join(outDir, `${name}.${look}.png`) });
    process.stdout.write(`${name}.${look}\n`);
  };
  for (const [name, reference] of places) {
    if (!`${name}.${look} private.${look} moderation.${look} erase.${look} export.${look}`.includes(only)) continue;
    await page.page.goto(`/c/${reference}`);
    await page.messages.first().waitFor();
    await shoot(name);
    if (name === 'public') {
      await page.page.getByRole('radio').last().check();
      await shoot('private');
      await page.button(/^(Hide or delete|Masquer ou supprimer)$/).click();
      await shoot('moderation');
      await page.page.keyboard.press('Escape');
      for (const dialog of ['export', 'erase']) {
        await page.button(/^(About|Au sujet de)/).click();
        await page.page.locator(`[role=menuitem][data-key=${dialog}]`).click();
        await page.page.locator('[role=dialog], [role=alertdialog]').waitFor();
        await shoot(dialog);
        await page.page.keyboard.press('Escape');
      }
    }
  }
  await page.page.goto('/accounts');
  await page.page.getByRole('heading', { level: 2 }).first().waitFor();
  await shoot('page-accounts');
  await page.page.goto('/mine');
  await page.page.getByRole('row').first().waitFor();
  await shoot('page-list');
}

void main();
