/**
 * Pictures of what only X brings: answers that it counts, refuses or keeps to itself, one matter in two conversations, costs.
 *
 *     node -r ./test/support/house/register-typescript.js test/browser/x-screenshots.ts OUTDIR [only]
 *
 * As `screenshots.ts`: English and French, light and dark, at 1440, 900 and 390 pixels; `only` is a part of a name.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { charge, connectHandle, direct, encrypted, handleNews, mention } from '../support/handle-events';
import setUpDatabase, { releaseTestServer } from '../support/postgres';
import { minutesAgo, type HeardEvent } from '../support/running-api';
import type { AgentPage } from './agent-page';
import { startChromium } from './chromium';
import { PageDesk, sendEvent } from './page-desk';

const [, , outDir = 'screenshots', only = ''] = process.argv;
const HEIGHTS = { 1440: 900, 900: 800, 390: 844 } as const;
const WIDTHS = [1440, 900, 390] as const;
const ANSWER = 'Good afternoon Zoé, your parcel reached our depot in Lyon this morning and comes to you tomorrow.';

interface Screen {
  readonly events: readonly HeardEvent[];
  readonly next?: (desk: PageDesk, ada: AgentPage, reference: string) => Promise<void>;
}

const by = (name: string) => ({ author: { value: name, name }, participants: [{ value: name, name, role: 'from' }] });

const SCREENS: Readonly<Record<string, Screen>> = {
  counted: {
    events: [mention('1', 'a', minutesAgo(50), { text: '@nord where is my parcel?', ...by('Zoé Martin') })],
    next: (_desk, ada) => type(ada, ANSWER),
  },
  'too-long': {
    events: [mention('2', 'b', minutesAgo(48), { text: '@nord please explain all of it', ...by('Ali Ben') })],
    next: (_desk, ada) => type(ada, `${ANSWER} `.repeat(4)),
  },
  'not-allowed': {
    events: [mention('3', 'c', minutesAgo(46), { text: 'My washing machine leaks. @nord', ...by('Ines Roux') })],
    next: (desk, ada, reference) => refuse(desk, ada, reference, 'REPLY_NOT_ALLOWED', 'Publish answer'),
  },
  duplicate: {
    events: [mention('4', 'd', minutesAgo(44), { text: '@nord any news?', ...by('Max Hill') })],
    next: (desk, ada, reference) => refuse(desk, ada, reference, 'DUPLICATE', 'Publish answer'),
  },
  'closed-messages': {
    events: [direct('5', 'e', minutesAgo(42), { text: 'The upload of my licence photo fails.', ...by('Lou Petit') })],
    next: (desk, ada, reference) => refuse(desk, ada, reference, 'RECIPIENT_REFUSES', 'Send answer'),
  },
  encrypted: { events: [encrypted('6', 'f', minutesAgo(40))] },
  matter: {
    events: [
      mention('7', 'g', minutesAgo(38), { text: '@nord my e-gift card does not work', ...by('Tartempion') }),
      direct('7', 'h', minutesAgo(37), { text: 'Its number is in the picture.', ...by('Tartempion') }),
    ],
  },
};

async function main(): Promise<void> {
  await mkdir(outDir, { recursive: true });
  await setUpDatabase();
  const [desk, browser] = await Promise.all([PageDesk.start(connectHandle), startChromium()]);
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
  for (const [name, { events, next }] of Object.entries(SCREENS)) {
    await ada.page.goto('/queue');
    await ada.page.getByRole('heading', { level: 1 }).waitFor();
    const reference = await desk.taken(ada, ...events);
    places.set(name, reference);
    await next?.(desk, ada, reference);
    await desk.takeAll();
  }
  await charge(
    desk.api.ownerUrl,
    { id: desk.page.id, workspaceId: desk.workspace.id },
    { 0: 1_234_000, 1: 41_200_000 },
  );
  await desk.page.hear(
    handleNews(2, {
      status: 'rate_limited',
      pausedUntil: new Date(Date.now() + 40 * 60_000).toISOString(),
      detail: 'The credit of the app at X is used up. Buy credit in the developer console; it goes on by itself.',
    }),
  );
  return places;
}

async function type(ada: AgentPage, text: string): Promise<void> {
  await ada.replyField.fill(text);
  await ada.page.getByText('Draft saved').waitFor();
}

async function refuse(desk: PageDesk, ada: AgentPage, reference: string, code: string, button: string): Promise<void> {
  await ada.replyField.fill(ANSWER);
  await ada.button(button).click();
  await ada.message(ANSWER).getByText('Queued').waitFor();
  const failure = { code, detail: '403 Forbidden: you are not permitted to perform this action', retryable: true };
  await desk.page.hear(sendEvent(await desk.newestReply(reference), 'failed', { failure }));
  await ada.page.getByText('X did not take').waitFor();
  await ada.page.getByText('Draft saved').waitFor();
}

async function walk(page: AgentPage, places: ReadonlyMap<string, string>, look: string): Promise<void> {
  const shoot = async (name: string): Promise<void> => {
    await page.page.waitForTimeout(350); // what is drawn late
    await page.page.screenshot({ path: join(outDir, `x-${name}.${look}.png`) });
    process.stdout.write(`x-${name}.${look}\n`);
  };
  const wanted = (name: string): boolean => `x-${name}.${look}`.includes(only);
  for (const [name, reference] of places) {
    if (!wanted(name)) continue;
    await page.page.goto(`/c/${reference}`);
    await page.messages.first().waitFor();
    await shoot(name);
  }
  if (wanted('accounts')) {
    await page.page.goto('/accounts');
    await page.page.getByRole('heading', { level: 2 }).first().waitFor();
    await shoot('accounts');
    await page.page.getByRole('region', { name: '@nord' }).getByRole('button').last().click();
    await page.page.locator('[role=alertdialog]').waitFor();
    await shoot('disconnect');
    await page.page.keyboard.press('Escape');
  }
}

void main();
