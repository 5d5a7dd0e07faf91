import { gzipSync } from 'node:zlib';
import type { Browser, Response } from 'playwright-core';
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

/** KB of the files of a kind, packed by gzip one by one. */
async function kilobytes(responses: readonly Response[], kind: 'script' | 'stylesheet'): Promise<number> {
  const files = responses.filter((response) => response.request().resourceType() === kind);
  const bodies = await Promise.all(files.map((response) => response.body()));
  return bodies.reduce((sum, body) => sum + gzipSync(body).length, 0) / 1_000;
}

it('brings at most 250 KB of script and 40 KB of style until the first page is there, and each file once', async () => {
  const ada = await AgentPage.open(browser, demo.url);
  const responses: Response[] = [];
  ada.page.on('response', (response) => responses.push(response));

  await ada.enterAs('Ada');
  await ada.places.first().waitFor();

  const script = await kilobytes(responses, 'script');
  const style = await kilobytes(responses, 'stylesheet');
  console.log(`${script.toFixed(0)} KB of script, ${style.toFixed(0)} KB of style`);
  expect(script).toBeGreaterThan(50);
  expect(script).toBeLessThan(250);
  expect(style).toBeLessThan(40);
  const files = responses.map((response) => response.url()).filter((url) => url.includes('/assets/'));
  expect(new Set(files).size).toBe(files.length);
  await ada.close();
});

it('shows a conversation within 400 ms of the click, though it was never read before', async () => {
  const ada = await AgentPage.open(browser, demo.url);
  await ada.enterAs('Ada');
  const references = [await ada.takeNext(), await ada.takeNext(), await ada.takeNext()];
  const milliseconds: number[] = [];
  for (const reference of references) {
    await ada.page.goto('/mine');
    const row = ada.page.getByRole('row').filter({ hasText: reference });
    await row.waitFor();
    const started = performance.now();
    await row.click();
    await ada.messages.first().waitFor();
    milliseconds.push(performance.now() - started);
  }

  console.log(`shown after ${milliseconds.map((each) => each.toFixed(0)).join(', ')} ms`);
  expect(Math.min(...milliseconds)).toBeLessThan(400);
  ada.check();
  await ada.close();
});
