import { html, type Html } from './html';
import type { Language } from './words';

/** The simulated platforms that have pages, and the page of all of them, by where these are. */
const SIDES = {
  '/sim': { en: 'Simulated mail', fr: 'Courrier simulé' },
  '/sim/messenger': { en: 'Simulated Messenger', fr: 'Messenger simulé' },
  '/sim/x': { en: 'Simulated X', fr: 'X simulé' },
  '/sim/control': { en: 'Control', fr: 'Réglages' },
} as const satisfies Record<string, Record<Language, string>>;

export type Side = keyof typeof SIDES;

/** What differs from page to page. */
export interface Frame {
  side: Side;
  language: Language;
  /** Where this page is, without `lang`, for the switch of languages. */
  path: string;
  /** Of this very page. */
  title: string;
  /** Said above everything: that nothing here is real. */
  banner: string;
  /** Data attributes of the body for the page's script. */
  data: Readonly<Record<string, string>>;
  /** Shows one customer: on narrow screens the list of all gives way. */
  inside: boolean;
  /** Names the list of people for screen readers: an id within `nav`. */
  navTitle: string;
  nav: Html;
  main: Html;
}

/** Address of a page of one side, in the language that is being read. */
export function pathWithin(side: Side, language: Language, parts: readonly string[]): string {
  return `${side}${parts.map((part) => `/${encodeURIComponent(part)}`).join('')}?lang=${language}`;
}

/** A whole page. Style and script are files of the side, since the page allows none inside. */
export function pageFrame(frame: Frame): string {
  const { side, language, title, inside } = frame;
  const name = SIDES[side][language];
  const data = Object.entries(frame.data).map(([key, value]) => html`data-${key}="${value}" `);
  const page = html`<html lang="${language}">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${title} – ${name}</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href="${side}/app.css" />
      <script src="${side}/app.js" defer></script>
    </head>
    <body ${data}>
      <a class="skip" href="#main">${title}</a>
      <header>
        <div class="banner">${frame.banner}</div>
        <div class="top">
          <a class="brand" href="${pathWithin(side, language, [])}">${name}</a>
          <div class="languages">
            ${otherSides(side, language)}
            ${languageSwitch(frame, 'fr', 'Français')}${languageSwitch(frame, 'en', 'English')}
          </div>
        </div>
      </header>
      <div class="frame${inside ? ' inside' : ''}">
        <nav aria-labelledby="${frame.navTitle}">${frame.nav}</nav>
        <main id="main" tabindex="-1">${frame.main}</main>
      </div>
      <p id="live" role="status" aria-live="polite"></p>
    </body>
  </html>`;
  return `<!doctype html>\n${page.text}`;
}

function otherSides(here: Side, language: Language): Html[] {
  return (Object.keys(SIDES) as Side[])
    .filter((side) => side !== here)
    .map((side) => html`<a href="${pathWithin(side, language, [])}">${SIDES[side][language]}</a>`);
}

function languageSwitch({ language, path }: Frame, to: Language, name: string): Html {
  return to === language
    ? html`<span lang="${to}" aria-current="true">${name}</span>`
    : html`<a lang="${to}" hreflang="${to}" href="${path}?lang=${to}">${name}</a>`;
}
