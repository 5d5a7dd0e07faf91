import type { MailboxSummary } from '../mail-simulator';
import { CUSTOMER_DOMAIN, domainOf } from '../mail/address';
import { pageFrame, pathWithin } from './frame';
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
  return pathWithin('/sim', view.language, parts);
}

/** A whole page around `main`. */
export function layout(view: View, title: string, main: Html): string {
  const { words, language, address, path } = view;
  return pageFrame({
    side: '/sim',
    language,
    path,
    title,
    banner: words.banner,
    data: { address: address ?? '', arrived: words.arrived, lost: words.lost },
    inside: Boolean(address),
    navTitle: 'customers-title',
    nav: html`<h2 id="customers-title">${words.customers}</h2>
      <div id="customers" data-live>${customerList(view)}</div>`,
    main,
  });
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
