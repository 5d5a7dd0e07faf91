import { createHash } from 'node:crypto';
import type { ConnectField, Words } from '@app/channel';
import { WORDS, type Language } from './connect-words';

const STYLE = `
:root { color-scheme: light dark; --text:#1B1F24; --muted:#57606A; --surface:#F6F8FA; --page:#fff; --line:#8C959F; --accent:#0B5FD9; --on-accent:#fff; --danger:#B42318; --ok:#1A6B3C }
@media (prefers-color-scheme: dark) { :root { --text:#E8ECF1; --muted:#A3ADB8; --surface:#171B21; --page:#0F1216; --line:#6B7581; --accent:#6FB1FF; --on-accent:#0F1216; --danger:#FF8B7E; --ok:#6FD19A } }
* { box-sizing: border-box }
body { margin:0; background:var(--surface); color:var(--text); font:16px/1.5 system-ui, sans-serif }
main { max-width:36rem; margin:2rem auto; padding:1.5rem; background:var(--page); border-radius:12px }
h1 { font-size:1.5rem; line-height:1.25; margin:0 0 .5rem }
h2 { font-size:1.0625rem; margin:1.5rem 0 .25rem }
p { margin:.5rem 0 } .muted { color:var(--muted) } .hint { color:var(--muted); font-size:.875rem; margin:.25rem 0 0 }
label { display:block; font-weight:600; margin-top:1rem }
input, select { width:100%; min-height:44px; padding:.5rem .75rem; margin-top:.25rem; font:inherit; color:inherit; background:var(--page); border:1px solid var(--line); border-radius:8px }
input[readonly] { background:var(--surface) }
:focus-visible { outline:3px solid var(--accent); outline-offset:2px }
button, a.button { display:inline-block; min-height:44px; margin-top:1.5rem; padding:.625rem 1.25rem; font:inherit; font-weight:600; color:var(--on-accent); background:var(--accent); border:0; border-radius:8px; cursor:pointer; text-decoration:none }
.alert { border-inline-start:4px solid var(--danger); padding:.5rem 1rem; margin:1rem 0; background:var(--surface) } .alert strong { color:var(--danger) }
.ok { color:var(--ok) } code { overflow-wrap:anywhere; font-size:.875rem }
.steps { display:flex; gap:2.25rem; margin:1rem 0; padding-inline-start:1.25rem; color:var(--muted) } .steps [aria-current] { color:var(--text); font-weight:600 }
fieldset { margin:1rem 0 0; padding:0; border:0 } legend { padding:0; font-weight:600 }
label.choice { display:flex; align-items:center; gap:.5rem; min-height:44px; margin:0; font-weight:400 } .choice input { flex:none; width:1.25rem; min-height:1.25rem; margin:0; accent-color:var(--accent) } .choice .hint { margin:0 }
.apps:has(input[value=''][type=radio]:not(:checked)) + .another { display:none }
details { margin-top:1.5rem } summary { min-height:44px; padding:.625rem 0; font-weight:600; cursor:pointer } a { color:var(--accent) } a.button { color:var(--on-accent) }
button.quiet { color:var(--accent); background:none; padding-inline:0 }
@media (max-width: 40rem) { main { margin:0; border-radius:0; min-height:100vh } }
`;

/** Nothing is loaded from anywhere, nothing may frame the page, and the form goes nowhere else. */
export const CONNECT_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-type': 'text/html; charset=utf-8',
};

export interface FormPage {
  readonly language: Language;
  readonly again: boolean;
  readonly fields: readonly ConnectField[];
  /** What was typed; passwords are not given back. */
  readonly values: Readonly<Record<string, string>>;
  readonly fault?: { readonly words: Words; readonly detail: string };
}

export function formPage({ language, again, fields, values, fault }: FormPage): string {
  const words = (of: Words): string => escapeHtml(of[language]);
  const alert = fault
    ? `<div class="alert" role="alert" tabindex="-1"><p><strong>${words(WORDS.failed)}</strong></p><p>${words(fault.words)}</p>` +
      (fault.detail === '' ? '' : `<p><code lang="en">${escapeHtml(fault.detail)}</code></p>`) +
      `<p>${words(WORDS.retype)}</p></div>`
    : '';
  const body = fields.map((field, i) => fieldHtml(field, i, values[field.name], language)).join('\n');
  return connectFrame(
    language,
    again ? WORDS.reconnect : WORDS.connect,
    `<p class="muted">${words(WORDS.secrets)}</p>${alert}
<form method="post" accept-charset="utf-8"><input type="hidden" name="lang" value="${language}">${body}
<button type="submit">${words(WORDS.submit)}</button><p class="hint">${words(WORDS.waiting)}</p></form>`,
  );
}

export function donePage(language: Language): string {
  return connectFrame(
    language,
    WORDS.done,
    `<p class="ok">${escapeHtml(WORDS.doneDetail[language])}</p><a class="button" href="/">${escapeHtml(WORDS.back[language])}</a>`,
  );
}

export function gonePage(language: Language): string {
  return connectFrame(
    language,
    WORDS.gone,
    `<p>${escapeHtml(WORDS.goneDetail[language])}</p><a class="button" href="/">${escapeHtml(WORDS.back[language])}</a>`,
  );
}

function fieldHtml(field: ConnectField, index: number, typed: string | undefined, language: Language): string {
  const id = `field-${index}`;
  const value = field.kind === 'password' || field.fixed ? (field.fixed ? field.value : '') : (typed ?? field.value);
  const hint = field.hint ? `<p class="hint" id="${id}-hint">${escapeHtml(field.hint[language])}</p>` : '';
  const common =
    `id="${id}" name="${escapeHtml(field.name)}"${field.required ? ' required' : ''}${field.fixed ? ' readonly' : ''}` +
    (field.hint ? ` aria-describedby="${id}-hint"` : '') +
    (field.autocomplete ? ` autocomplete="${escapeHtml(field.autocomplete)}"` : '');
  const control =
    field.kind === 'choice'
      ? `<select ${common}>${(field.choices ?? [])
          .map(
            (choice) =>
              `<option value="${escapeHtml(choice.value)}"${choice.value === value ? ' selected' : ''}>${escapeHtml(choice.label[language])}</option>`,
          )
          .join('')}</select>`
      : `<input ${common} type="${field.kind}" value="${escapeHtml(value ?? '')}" maxlength="1000"${field.kind === 'number' ? ' inputmode="numeric"' : ''} spellcheck="false" dir="auto">`;
  const heading = field.heading ? `<h2>${escapeHtml(field.heading[language])}</h2>` : '';
  return `${heading}<label for="${id}">${escapeHtml(field.label[language])}</label>${control}${hint}`;
}

/** The frame of every page here. `body` is HTML: escape what was typed or came from elsewhere. */
export function connectFrame(language: Language, title: Words, body: string): string {
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title[language])} – Evenhand</title><style>${STYLE}</style></head>
<body><main><h1>${escapeHtml(title[language])}</h1>${body}</main></body></html>`;
}

/** Text as it may stand in HTML, attributes included. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
