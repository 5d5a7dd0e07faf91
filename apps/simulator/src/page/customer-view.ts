import type { Email } from 'postal-mime';
import type { StoredMail } from '../mail/stored-mail';
import { escapeHtml, html, Html } from './html';
import { layout, pathOf, problemBox, type View, when } from './layout';
import { type Entry, splitQuote, type Thread } from './threads';
import { type Draft, writeForm } from './write-form';

/** A mail with what was read of it; `read` is undefined where it cannot be read. */
export interface ReadEntry extends Entry {
  read: Email | undefined;
}

interface CustomerView extends View {
  address: string;
  name: string;
}

/** All threads of a customer, and the form for a new mail. */
export function customerPage(
  view: CustomerView,
  threads: { thread: Thread; subject: string }[],
  draft: Draft,
  problem?: string,
): string {
  const { words, name } = view;
  const list = html`<ul class="list threads">
    ${threads.map(
      ({ thread, subject }) =>
        html`<li>
          <a href="${pathOf(view, 'c', view.address, thread.key)}">
            <span class="row">
              <bdi class="${thread.unseen ? 'new' : ''}">${subject || words.noSubject}</bdi>
              ${thread.unseen && html`<span class="badge">${words.unseen(1)}</span>`}
            </span>
            <small>${words.count(thread.entries.length)} · ${when(lastOf(thread).internalDate, view.language)}</small>
          </a>
        </li>`,
    )}
  </ul>`;
  return layout(
    view,
    words.mails(name),
    html`<p class="back"><a href="${pathOf(view)}">← ${words.home}</a></p>
      <h1>${words.mails(name)}</h1>
      ${problemBox(words, problem)}
      <div id="threads" data-live>${threads.length > 0 ? list : html`<p class="muted">${words.noMails}</p>`}</div>
      <details class="card" ${(problem !== undefined || threads.length === 0) && OPEN}>
        <summary>${words.writeAs(name)}</summary>
        ${writeForm(view, 'customer', draft)}
      </details>`,
  );
}

/** One thread with the text of each mail, and the form to answer it. */
export function threadPage(view: CustomerView, entries: ReadEntry[], draft: Draft, problem?: string): string {
  const { words, name } = view;
  const subject = entries[0]?.read?.subject || words.noSubject;
  const answered = entries.some(({ mine }) => !mine);
  return layout(
    view,
    subject,
    html`<p class="back"><a href="${pathOf(view, 'c', view.address)}">← ${words.back}</a></p>
      <h1 dir="auto">${subject}</h1>
      <div id="thread" data-live>${entries.map((entry) => article(view, entry))}</div>
      ${problemBox(words, problem)}
      <section class="card" aria-labelledby="reply-title">
        <h2 id="reply-title">${answered ? words.replyAs(name) : words.chase}</h2>
        ${writeForm(view, answered ? 'reply' : 'chase', draft)}
      </section>`,
  );
}

function article(view: CustomerView, { key, mine, mail, read }: ReadEntry): Html {
  const { words } = view;
  const { said, quoted } = splitQuote(read?.text ?? '');
  const from = read?.from?.name || read?.from?.address || '?';
  const base = ['c', view.address, 'mail', key] as const;
  return html`<article class="mail ${mine ? '' : 'team'}" id="${key}">
    <header>
      <strong><bdi>${from}</bdi> <span class="muted">(${mine ? words.you : words.team})</span></strong>
      <span class="muted">${mine ? words.sent : words.received} ${when(mail.internalDate, view.language)}</span>
    </header>
    ${read ? verbatim(said) : html`<p class="text muted">${words.notShown}</p>`}
    ${
      quoted &&
      html`<details>
        <summary>${words.quoted}</summary>
        ${verbatim(quoted)}
      </details>`
    }
    <footer>
      ${read?.attachments.map(
        ({ filename, mimeType, content }, n) =>
          html`<a href="${pathOf(view, ...base, 'file', String(n))}" download>
            ${filename ?? mimeType} (${size(content, view.language)})
          </a>`,
      )}
      <a href="${pathOf(view, ...base, 'source')}">${words.source}</a>
    </footer>
  </article>`;
}

/** Written without a template, where a formatter could add white space that would show. */
function verbatim(text: string): Html {
  return new Html(`<div class="text" dir="auto">${escapeHtml(text)}</div>`);
}

function size(content: ArrayBuffer | Uint8Array | string, language: string): string {
  const bytes = typeof content === 'string' ? content.length : content.byteLength;
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'kilobyte'] : [bytes / 1e6, 'megabyte'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 }).format(value);
}

function lastOf(thread: Thread): StoredMail {
  return (thread.entries.at(-1) as Entry).mail;
}

const OPEN = html`open`;
