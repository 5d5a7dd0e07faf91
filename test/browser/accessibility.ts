import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
// The frame of a mail runs no script, so that axe cannot look into it either.
const OPTIONS = {
  runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] },
  rules: { 'target-size': { enabled: true } },
  iframes: false,
};

/** What of the page as it stands breaks WCAG 2.2 AA, in light and in dark: rule, theme and place. */
export async function barriers(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(`new Promise(requestAnimationFrame)
      .then(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined))))`);
    await page.evaluate(AXE);
    const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(OPTIONS)})`);
    for (const { id, nodes } of violations) {
      for (const { target, failureSummary } of nodes) {
        found.push(`${id} (${colorScheme}) ${target.join(' ')}: ${failureSummary ?? ''}`);
      }
    }
  }
  return found;
}

/** What can be pressed or filled in and is cut off by the window's sides, and the page itself if it scrolls sideways. */
export async function cutOff(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const width = document.documentElement.clientWidth;
    const wide = document.scrollingElement.scrollWidth > width
      ? ['the page is ' + document.scrollingElement.scrollWidth + ' px wide']
      : [];
    for (const element of document.querySelectorAll('a, button, input, textarea, h1, h2, [role=row], [role=tab], li')) {
      const box = element.getBoundingClientRect();
      if (box.width === 0 || box.height === 0 || !element.checkVisibility({ visibilityProperty: true })) continue;
      if (box.width <= 1 || element.closest('[data-pane]') === null) continue;
      if (box.left < -1 || box.right > width + 1) {
        wide.push(element.tagName + ' ' + (element.getAttribute('aria-label') ?? element.textContent).slice(0, 40) +
          ' from ' + Math.round(box.left) + ' to ' + Math.round(box.right) + ' px of ' + width);
      }
    }
    return wide;
  })()`);
}
