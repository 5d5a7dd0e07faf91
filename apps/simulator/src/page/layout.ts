import type { MailboxSummary } from '../mail-simulator';
import { CUSTOMER_DOMAIN, domainOf } from '../mail/address';
import { escapeHtml, html, type Html } from './html';
import type { Language, Words } from './words';

/** What every page needs to know. */
export interface View {
  language: Language;
  words: Words;
  /** Where this page is, without `lang`, for the switch of languages. */
  path: string;
  mailboxes: MailboxSummary[];
  /** The customer whose mail is shown. */
  address?: string;
}

export function customersOf(mailboxes: readonly MailboxSummary[]): MailboxSummary[] {
  return mailboxes
    .filter(({ address }) => domainOf(address) === CUSTOMER_DOMAIN)
    .sort((a, b) => Number(b.unseen > 0) - Number(a.unseen > 0) || a.name.localeCompare(b.name));
}

/** Whom customers can write to. */
export function companyMailboxes(mailboxes: readonly MailboxSummary[]): MailboxSummary[] {
  return mailboxes.filter(({ address }) => domainOf(address) !== CUSTOMER_DOMAIN);
}

export function pathOf(view: Pick<View, 'language'>, ...parts: string[]): string {
  return `/sim${parts.map((part) => `/${encodeURIComponent(part)}`).join('')}?lang=${view.language}`;
}

/** A whole page around `main`. */
export function layout(view: View, title: string, main: Html): string {
  const { words, language, address } = view;
  const page = html`<html lang="${language}">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${title} – ${words.title}</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href="/sim/app.css" />
      <script src="/sim/app.js" defer></script>
    </head>
    <body data-address="${address ?? ''}" data-arrived="${words.arrived}" data-lost="${words.lost}">
      <a class="skip" href="#main">${title}</a>
      <header>
        <div class="banner">${words.banner}</div>
        <div class="top">
          <a class="brand" href="${pathOf(view)}">${words.title}</a>
          <div class="languages">
            <a href="/sim/messenger?lang=${language}">${words.messenger}</a>
            ${languageSwitch(view, 'fr', 'Français')}${languageSwitch(view, 'en', 'English')}
          </div>
        </div>
      </header>
      <div class="frame${address ? ' inside' : ''}">
        <nav aria-labelledby="customers-title">
          <h2 id="customers-title">${words.customers}</h2>
          <div id="customers" data-live>${customerList(view)}</div>
        </nav>
        <main id="main" tabindex="-1">${main}</main>
      </div>
      <p id="live" role="status" aria-live="polite"></p>
    </body>
  </html>`;
  return `<!doctype html>\n${page.text}`;
}

function languageSwitch({ language, path }: View, to: Language, name: string): Html {
  return to === language
    ? html`<span lang="${to}" aria-current="true">${name}</span>`
    : html`<a lang="${to}" hreflang="${to}" href="${path}?lang=${to}">${name}</a>`;
}

function customerList(view: View): Html {
  const customers = customersOf(view.mailboxes);
  const { words } = view;
  if (customers.length === 0) return html`<p class="muted">${words.noCustomers}</p>`;
  return html`<ul class="list">
    ${customers.map(
      ({ address, name, unseen }) =>
        html`<li>
          <a href="${pathOf(view, 'c', address)}" ${view.address === address && CURRENT}>
            <span class="row">
              <bdi class="${unseen ? 'new' : ''}">${name}</bdi>
              ${unseen > 0 && html`<span class="badge" aria-label="${words.unseen(unseen)}">${unseen}</span>`}
            </span>
            <small>${address}</small>
          </a>
        </li>`,
    )}
  </ul>`;
}

const CURRENT = html`aria-current="page"`;

/** Date and time as people of the language write them; the machine's own time zone, since the reader sits at it. */
export function when(date: Date, language: Language): Html {
  const written = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(date);
  return html`<time datetime="${date.toISOString()}">${written}</time>`;
}

export function problemBox(words: Words, problem: string | undefined): Html {
  if (!problem) return html``;
  return html`<div class="problem" role="alert"><strong>${words.failed}.</strong> ${problem}</div>`;
}

/** For replies outside a page. */
export function plainProblem(words: Words, problem: string): string {
  return `<!doctype html><meta charset="utf-8"><title>${escapeHtml(words.failed)}</title><p>${escapeHtml(problem)}</p>`;
}
