import type { Words } from '@app/channel';
import { connectFrame, escapeHtml, type Language } from '@app/connector-host';
import type { XApp } from '../config';
import type { Connected } from './connect-steps';
import type { Fault, FoundHandle } from './connect-state';
import { filled, WORDS } from './connect-words';

/** What every page of the way shows. */
export interface View {
  readonly language: Language;
  /** Name of the account that is connected again. */
  readonly again: string | undefined;
  readonly fault?: Fault | undefined;
}

export interface AppView extends View {
  readonly apps: readonly { readonly id: string; readonly clientId: string }[];
  readonly redirectUri: string;
}

export interface PermissionView extends View {
  readonly app: XApp;
  readonly signInAddress: string;
  readonly webhookFault: Fault | undefined;
  /** Undefined where X could deliver nowhere. */
  readonly webhookUrl: string | undefined;
  readonly redirectUri: string;
}

export interface HandleView extends View {
  readonly found: FoundHandle;
  readonly connected: boolean;
  readonly signInAddress: string;
}

export function appView(view: AppView): string {
  const { language, apps, redirectUri } = view;
  const known = apps
    .map(({ id, clientId }, i) => radio('app', id, filled(WORDS.appNamed, { app: clientId }), i === 0, language))
    .join('');
  const chooser =
    known === ''
      ? ''
      : `<fieldset class="apps"><legend>${say(WORDS.appKnown, language)}</legend>${known}${radio('app', '', WORDS.appNew, false, language)}</fieldset>`;
  // with an app to choose none of these can be required: the browser would not let the choice through
  const required = known === '';
  const plan = `<fieldset><legend>${say(WORDS.plan, language)}</legend>${radio('plan', 'summoned', WORDS.planSummoned, true, language)}${radio('plan', 'anybody', WORDS.planAnybody, false, language)}</fieldset>`;
  const addresses = `<details><summary>${say(WORDS.advanced, language)}</summary>${input({ name: 'apiUrl', label: WORDS.apiUrl, type: 'url', placeholder: 'https://api.x.com' }, language)}${input({ name: 'authorizeUrl', label: WORDS.authorizeUrl, type: 'url', placeholder: 'https://x.com' }, language)}</details>`;
  const fields = [
    input({ name: 'clientId', label: WORDS.clientId, required }, language),
    input(
      { name: 'clientSecret', label: WORDS.clientSecret, type: 'password', hint: WORDS.clientSecretHint },
      language,
    ),
    input({ name: 'consumerKey', label: WORDS.consumerKey, required }, language),
    input({ name: 'consumerSecret', label: WORDS.consumerSecret, type: 'password', hint: WORDS.consumerSecretHint, required }, language), // prettier-ignore
    input({ name: 'bearerToken', label: WORDS.bearerToken, type: 'password', hint: WORDS.bearerHint }, language),
  ].join('');
  return frame(
    view,
    1,
    `<p>${say(WORDS.appIntro, language)}</p><p>${say(WORDS.appRedirect, language)} <code>${escapeHtml(redirectUri)}</code></p>${form(
      language,
      'app',
      `${chooser}<div class="another">${fields}${plan}${addresses}</div>`,
      WORDS.next,
    )}`,
  );
}

export function permissionView(view: PermissionView): string {
  const { language, app, webhookFault, webhookUrl, redirectUri } = view;
  const retry = webhookUrl === undefined ? '' : form(language, 'webhook', '', WORDS.webhookRetry);
  const push =
    webhookFault === undefined
      ? `<p class="ok">${say(WORDS.webhookDone, language)}</p>`
      : `${alert(WORDS.webhookTodo, webhookFault, language)}${retry}`;
  const copies = [
    [WORDS.redirectUri, redirectUri] as const,
    ...(webhookUrl ? [[WORDS.callbackUrl, webhookUrl] as const] : []),
  ];
  const rows = copies
    .map(
      ([label, value], i) =>
        `<label for="copy-${i}">${say(label, language)}</label><input id="copy-${i}" readonly value="${escapeHtml(value)}">`,
    )
    .join('');
  const tokens = [
    input({ name: 'token', label: WORDS.token, type: 'password', required: true }, language),
    input({ name: 'tokenSecret', label: WORDS.tokenSecret, type: 'password', hint: WORDS.pasteHint, required: true }, language), // prettier-ignore
  ].join('');
  return frame(
    view,
    2,
    `<p class="muted">${say(filled(WORDS.appNamed, { app: app.clientId }), language)}</p>${app.push === 'none' ? '' : push}
<details${webhookFault ? ' open' : ''}><summary>${say(WORDS.addresses, language)}</summary>${rows}</details>
<h2>${say(WORDS.permission, language)}</h2><p>${say(WORDS.permissionHint, language)}</p>
${signIn(view.signInAddress, WORDS.permissionGo, language)}
<details><summary>${say(WORDS.paste, language)}</summary>${form(language, 'token', tokens, WORDS.pasteGo)}</details>
${form(language, 'restart', '', WORDS.otherApp, 'quiet')}`,
  );
}

export function handleView(view: HandleView): string {
  const { language, found, connected, again } = view;
  const options = (
    [
      ['none', WORDS.historyNone],
      ['days:7', WORDS.history7],
      ['days:30', WORDS.history30],
      ['all', WORDS.historyAll],
    ] as const
  ).map(([value, label]) => `<option value="${value}">${say(label, language)}</option>`);
  const history =
    again !== undefined || connected
      ? ''
      : `<label for="history">${say(WORDS.history, language)}</label><select id="history" name="history" aria-describedby="history-hint">${options.join('')}</select><p class="hint" id="history-hint">${say(WORDS.historyHint, language)}</p>`;
  const note = connected && again === undefined ? `<p class="hint">${say(WORDS.connectedAlready, language)}</p>` : '';
  return frame(
    view,
    3,
    `<h2>${say(WORDS.handle, language)}</h2><p><strong dir="auto">${escapeHtml(found.name)}</strong> <span class="muted">@${escapeHtml(found.username)}</span></p>${note}
<p class="hint">${say(WORDS.handleHint, language)}</p><p class="hint">${say(WORDS.encrypted, language)}</p>
${form(language, 'handle', history, WORDS.connect)}<p><a href="${escapeHtml(view.signInAddress)}">${say(WORDS.signInAgain, language)}</a></p>`,
  );
}

export function doneView(language: Language, { name, untold }: Pick<Connected, 'name' | 'untold'>): string {
  const types = untold.map(({ type }) => type).filter((type) => type !== '');
  const fault = { words: filled(WORDS.untold, { types: types.join(', ') || '…' }), detail: untold[0]?.why ?? '' };
  const less = untold.length === 0 ? '' : alert(WORDS.doneLess, fault, language);
  return connectFrame(
    language,
    WORDS.done,
    `<p><strong dir="auto">${escapeHtml(name)}</strong></p><p class="ok">${say(WORDS.doneDetail, language)}</p>${less}<a class="button" href="/">${say(WORDS.back, language)}</a>`,
  );
}

export function faultView(language: Language, fault: Fault): string {
  return connectFrame(
    language,
    WORDS.title,
    `${alert(WORDS.notYet, fault, language)}<a class="button" href="/">${say(WORDS.back, language)}</a>`,
  );
}

function frame({ language, again, fault }: View, step: 1 | 2 | 3, body: string): string {
  const steps = [WORDS.stepApp, WORDS.stepPermission, WORDS.stepHandle]
    .map((name, i) => `<li${i + 1 === step ? ' aria-current="step"' : ''}>${say(name, language)}</li>`)
    .join('');
  const title = again === undefined ? WORDS.title : WORDS.again;
  const account = again === undefined ? '' : `<p class="muted" dir="auto">${escapeHtml(again)}</p>`;
  const told = fault === undefined ? '' : alert(WORDS.notYet, fault, language);
  return connectFrame(language, title, `${account}<ol class="steps">${steps}</ol>${told}${body}`);
}

function alert(title: Words, { words, detail }: Fault, language: Language): string {
  const told = detail === '' ? '' : `<p><code lang="en">${escapeHtml(detail)}</code></p>`;
  return `<div class="alert" role="alert"><p><strong>${say(title, language)}</strong></p><p>${say(words, language)}</p>${told}</div>`;
}

function form(language: Language, step: string, fields: string, submit: Words, style = ''): string {
  const button = `<button type="submit"${style === '' ? '' : ` class="${style}"`}>${say(submit, language)}</button>`;
  return `<form method="post" accept-charset="utf-8"><input type="hidden" name="lang" value="${language}"><input type="hidden" name="step" value="${step}">${fields}${button}</form>`;
}

interface Input {
  readonly name: string;
  readonly label: Words;
  readonly type?: 'password' | 'url';
  readonly hint?: Words;
  readonly placeholder?: string;
  readonly required?: boolean;
}

function input({ name, label, type, hint, placeholder, required }: Input, language: Language): string {
  const attributes = [
    `id="${name}" name="${name}" type="${type ?? 'text'}" maxlength="2000" autocomplete="off" spellcheck="false"`,
    placeholder === undefined ? '' : ` placeholder="${placeholder}"`,
    hint === undefined ? '' : ` aria-describedby="${name}-hint"`,
    required === true ? ' required' : '',
  ].join('');
  const more = hint === undefined ? '' : `<p class="hint" id="${name}-hint">${say(hint, language)}</p>`;
  return `<label for="${name}">${say(label, language)}</label><input ${attributes}>${more}`;
}

/** A link, not a form: a policy that lets forms go nowhere else also holds where they are redirected to. */
function signIn(address: string, label: Words, language: Language): string {
  return `<a class="button" href="${escapeHtml(address)}">${say(label, language)}</a>`;
}

function radio(name: string, value: string, label: Words, checked: boolean, language: Language): string {
  return `<label class="choice"><input type="radio" name="${name}" value="${escapeHtml(value)}"${checked ? ' checked' : ''}> <span dir="auto">${say(label, language)}</span></label>`;
}

function say(words: Words, language: Language): string {
  return escapeHtml(words[language]);
}
