import { escapeHtml, html, Html } from './html';
import { companyMailboxes, customersOf, pathOf, type View } from './layout';

/** What a form was sent with, to show it again beside what was wrong with it. */
export interface Draft {
  name?: string;
  from?: string;
  to?: string;
  subject?: string;
  text?: string;
  /** Key of the mail that is answered. */
  reply?: string;
}

/** The form in which a customer writes: a new mail as anybody, a new mail as one customer, an answer, or a reminder. */
export function writeForm(view: View, kind: 'anybody' | 'customer' | 'reply' | 'chase', draft: Draft): Html {
  const { words } = view;
  const label = kind === 'reply' ? words.reply : words.send;
  return html`<form method="post" action="${pathOf(view, 'write')}" enctype="multipart/form-data">
    ${kind === 'anybody' ? whoFields(view, draft) : html`<input type="hidden" name="from" value="${view.address}" />`}
    ${kind === 'reply' || kind === 'chase' ? html`<input type="hidden" name="reply" value="${draft.reply}" />` : whatFields(view, draft)}
    <label for="text">${words.message}</label>
    ${textArea(draft.text ?? '')}
    <label for="files">${words.files}</label>
    <input type="file" id="files" name="files" multiple aria-describedby="files-hint" />
    <small class="muted" id="files-hint">${words.filesHint}</small>
    <div><button type="submit" data-busy="${words.sending}">${label}</button></div>
  </form>`;
}

/** Written without a template, where a formatter could add white space to what is typed. */
function textArea(text: string): Html {
  return new Html(
    `<textarea id="text" name="text" required maxlength="100000" dir="auto">\n${escapeHtml(text)}</textarea>`,
  );
}

function whoFields({ words, mailboxes }: View, draft: Draft): Html {
  return html`<div class="pair">
      <div>
        <label for="name">${words.name}</label>
        <input type="text" id="name" name="name" maxlength="80" autocomplete="off" dir="auto" value="${draft.name}" />
      </div>
      <div>
        <label for="from">${words.address}</label>
        <input
          type="text"
          id="from"
          name="from"
          maxlength="120"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          inputmode="email"
          list="known"
          aria-describedby="from-hint"
          value="${draft.from}"
        />
        <small class="muted" id="from-hint">${words.addressHint}</small>
      </div>
    </div>
    <datalist id="known">
      ${customersOf(mailboxes).map(({ address, name }) => html`<option value="${address}">${name}</option>`)}
    </datalist>`;
}

function whatFields({ words, mailboxes }: View, draft: Draft): Html {
  const company = companyMailboxes(mailboxes);
  const to = html`<label for="to">${words.to}</label>
    <select id="to" name="to">
      ${company.map(
        ({ address }) => html`<option value="${address}" ${draft.to === address && SELECTED}>${address}</option>`,
      )}
    </select>`;
  return html`${company.length === 1 ? html`<input type="hidden" name="to" value="${company[0]?.address}" />` : to}
    <label for="subject">${words.subject}</label>
    <input type="text" id="subject" name="subject" maxlength="400" required dir="auto" value="${draft.subject}" />`;
}

const SELECTED = html`selected`;
