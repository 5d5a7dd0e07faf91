/**
 * Pictures of the screens that people look at before a change is taken, and of what goes wrong; and those of the README.
 *
 *     node -r ./test/support/house/register-typescript.js test/browser/screenshots.ts OUTDIR [only]
 *
 * Each in English and French, light and dark, at 1440, 900 and 390 pixels: `conversation.en.light.1440.png`.
 * `only` is a part of a name: `fr.dark`, or `queue.en`.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { AgentPage } from './agent-page';
import { startChromium } from './chromium';
import { Demo } from './demo';

const [, , outDir = 'screenshots', only = ''] = process.argv;
const WIDTHS = { 1440: 900, 900: 800, 390: 844 } as const;

async function main(): Promise<void> {
  await mkdir(outDir, { recursive: true });
  const [demo, browser] = await Promise.all([Demo.start(), startChromium()]);
  try {
    for (const language of ['en', 'fr'] as const) await takeFrom(demo, browser, language);
    await demo.emptyQueue(await demo.person('SUPERVISOR'));
    for (const language of ['en', 'fr'] as const) {
      await everyLook(browser, demo, language, async (page, shoot) => {
        await page.page.goto('/queue');
        await page.waitingList.waitFor();
        await shoot('queue-empty');
      });
    }
  } finally {
    await browser.close();
    await demo.stop();
  }
}

/** The screens of a working day in one language; each language has conversations of its own. */
async function takeFrom(demo: Demo, browser: Browser, language: 'en' | 'fr'): Promise<void> {
  const nobody = await AgentPage.open(browser, demo.url, { locale: language });
  for (const [width, theme] of looks()) {
    await nobody.page.setViewportSize({ width, height: WIDTHS[width] });
    await nobody.page.emulateMedia({ colorScheme: theme });
    await nobody.page.goto('/sign-in');
    await nobody.page.getByRole('button', { name: /Ada/ }).waitFor();
    await picture(nobody, `sign-in.${language}.${theme}.${width}`);
  }
  await nobody.close();

  const work = await signedIn(browser, demo, language);
  const held = await work.takeNext();
  const answered = await work.takeNext();
  await send(
    work,
    language === 'fr' ? 'Bonjour, un technicien passe mardi à 14 h.' : 'Hello, a technician comes on Tuesday at 2 pm.',
  );
  await work.page
    .getByText(language === 'fr' ? /^Envoyé/ : /^Sent/)
    .first()
    .waitFor();
  const failed = await work.takeNext();
  await demo.provider.faults({ rcpt: { code: 550, text: '5.1.1 No such person here' } });
  await send(work, language === 'fr' ? 'Votre carte-cadeau part à l’instant.' : 'Your gift card leaves right now.');
  await work.page
    .getByText(language === 'fr' ? 'Non envoyé' : 'Not sent')
    .first()
    .waitFor();
  await demo.provider.faults({});
  await work.close();

  await everyLook(browser, demo, language, async (page, shoot) => {
    await page.page.goto('/queue');
    await page.places.first().waitFor();
    await shoot('queue');
    for (const [name, reference] of Object.entries({ conversation: held, sent: answered, failed })) {
      await page.page.goto(`/c/${reference}`);
      await page.messages.first().waitFor();
      await shoot(name);
    }
    await page.page.goto('/accounts');
    await page.page.getByRole('heading', { level: 2 }).first().waitFor();
    await shoot('accounts');
    await page.page.goto(`/c/${held}`);
    await page.messages.first().waitFor();
    await page.context.setOffline(true);
    await page.page
      .getByText(language === 'fr' ? /Hors ligne/ : /Offline since/)
      .first()
      .waitFor({ state: 'attached' });
    await shoot('offline');
    await page.context.setOffline(false);
  });

  // else its customer, who waits again, would be the first to be taken next time
  const mend = await signedIn(browser, demo, language);
  await mend.page.goto(`/c/${failed}`);
  await mend.button(/Try again|Réessayer/).click();
  await mend.page
    .getByText(/^(Sent|Envoyé)/)
    .first()
    .waitFor();
  await mend.close();
}

async function send(page: AgentPage, text: string): Promise<void> {
  await page.page.keyboard.press('r');
  await page.page.locator('textarea:focus').waitFor();
  await page.page.keyboard.insertText(text);
  await page.page.keyboard.press('Control+Enter');
}

async function everyLook(
  browser: Browser,
  demo: Demo,
  language: 'en' | 'fr',
  walk: (page: AgentPage, shoot: (name: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const page = await signedIn(browser, demo, language);
  for (const [width, theme] of looks()) {
    if (
      !['queue', 'conversation', 'sent', 'failed', 'accounts', 'offline', 'queue-empty'].some((name) =>
        wanted(`${name}.${language}.${theme}.${width}`),
      )
    )
      continue;
    await page.page.setViewportSize({ width, height: WIDTHS[width] });
    await page.page.emulateMedia({ colorScheme: theme });
    await walk(page, (name) => picture(page, `${name}.${language}.${theme}.${width}`));
  }
  await page.close();
}

function looks(): (readonly [keyof typeof WIDTHS, 'light' | 'dark'])[] {
  return ([1440, 900, 390] as const).flatMap((width) => [[width, 'light'] as const, [width, 'dark'] as const]);
}

const wanted = (name: string): boolean => name.includes(only);

async function picture(page: AgentPage, name: string): Promise<void> {
  if (!wanted(name)) return;
  await page.page.evaluate('document.fonts.ready');
  await page.page.waitForTimeout(350); // what is drawn late: skeletons, frames of mails
  await page.page.screenshot({ path: join(outDir, `${name}.png`) });
  process.stdout.write(`${name}\n`);
}

async function signedIn(browser: Browser, demo: Demo, language: 'en' | 'fr'): Promise<AgentPage> {
  const page = await AgentPage.open(browser, demo.url, { locale: language });
  await page.enterAs('Ada');
  return page;
}

void main();
