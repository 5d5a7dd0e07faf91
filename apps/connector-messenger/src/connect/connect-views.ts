import type { Words } from '@app/channel';
import { connectFrame, escapeHtml, type Language } from '@app/connector-host';
import type { MetaApp } from '../config';
import { WEBHOOK_FIELDS } from '../page-subscription';
import type { Fault, FoundPage } from './connect-state';
import { filled, WORDS } from './connect-words';

/** What every page of the way shows. */
export interface View {
  readonly language: Language;
  /** Name of the Page that is connected again. */
  readonly again: string | undefined;
  readonly fault?: Fault | undefined;
}

export interface AppChoice {
  readonly id: string;
  readonly appId: string;
}

export interface PermissionView extends View {
  readonly app: MetaApp;
  readonly signInAddress: string;
  readonly webhookFault: Fault | undefined;
  readonly webhookUrl: string;
  readonly redirectUri: string;
}

export interface PagesView extends View {
  readonly pages: readonly FoundPage[];
  /** Ids of Pages that are connected already. */
  readonly connected: ReadonlySet<string>;
  readonly signInAddress: string;
}

export function appView(view: View & { readonly apps: readonly AppChoice[] }): string {
  const { language, apps } = view;
  const known = apps
    .map(({ id, appId }, i) => choice('radio', 'app', id, filled(WORDS.appNamed, { app: appId }), i === 0, language))
    .join('');
  const chooser =
    known === ''
      ? ''
      : `<fieldset class="apps"><legend>${say(WORDS.appKnown, language)}</legend>${known}${choice('radio', 'app', '', WORDS.appNew, false, language)}</fieldset>`;
  // with an app to choose none of these can be required: the browser would not let the choice through
  const required = known === '' ? ' required' : '';
  return frame(
    view,
    1,
    `<p>${say(WORDS.appIntro, language)}</p>${form(
      language,
      'app',
      `${chooser}<div class="another">
<label for="app-id">${say(WORDS.appId, language)}</label><input id="app-id" name="appId" inputmode="numeric" pattern="[0-9]*" maxlength="30" autocomplete="off"${required}>
<label for="app-secret">${say(WORDS.appSecret, language)}</label><input id="app-secret" name="appSecret" type="password" maxlength="200" autocomplete="off" aria-describedby="secret-hint"${required}><p class="hint" id="secret-hint">${say(WORDS.appSecretHint, language)}</p>
<details><summary>${say(WORDS.advanced, language)}</summary>
<label for="graph-url">${say(WORDS.graphUrl, language)}</label><input id="graph-url" name="graphUrl" type="url" placeholder="https://graph.facebook.com" maxlength="500" autocomplete="off">
<label for="dialog-url">${say(WORDS.dialogUrl, language)}</label><input id="dialog-url" name="dialogUrl" type="url" placeholder="https://www.facebook.com" maxlength="500" autocomplete="off">
</details></div>`,
      WORDS.next,
    )}`,
  );
}

export function permissionView(view: PermissionView): string {
  const { language, app, webhookFault } = view;
  const webhook =
    webhookFault === undefined
      ? `<p class="ok">${say(WORDS.webhookDone, language)}</p>`
      : `${alert(WORDS.webhookTodo, webhookFault, language)}${form(language, 'webhook', '', WORDS.webhookRetry)}`;
  const copies: [Words, string][] = [
    [WORDS.callbackUrl, view.webhookUrl],
    [WORDS.verifyToken, app.verifyToken],
    [WORDS.fields, WEBHOOK_FIELDS.join(', ')],
    [WORDS.redirectUri, view.redirectUri],
    [WORDS.deauthorizeUrl, `${view.webhookUrl}/deauthorize`],
    [WORDS.deletionUrl, `${view.webhookUrl}/delete`],
  ];
  const rows = copies
    .map(
      ([label, value], i) =>
        `<label for="copy-${i}">${say(label, language)}</label><input id="copy-${i}" readonly value="${escapeHtml(value)}">`,
    )
    .join('');
  return frame(
    view,
    2,
    `<p class="muted">${say(filled(WORDS.appNamed, { app: app.appId }), language)}</p>${webhook}
<details${webhookFault ? ' open' : ''}><summary>${say(WORDS.webhookByHand, language)}</summary><p class="hint">${say(WORDS.webhookByHandHint, language)}</p>${rows}</details>
<h2>${say(WORDS.facebook, language)}</h2><p>${say(WORDS.facebookHint, language)}</p>
${signIn(view.signInAddress, WORDS.facebookGo, language)}
<details><summary>${say(WORDS.paste, language)}</summary>${form(
      language,
      'token',
      `<label for="token">${say(WORDS.pasteLabel, language)}</label><input id="token" name="token" type="password" required maxlength="2000" autocomplete="off" aria-describedby="token-hint"><p class="hint" id="token-hint">${say(WORDS.pasteHint, language)}</p>`,
      WORDS.pasteGo,
    )}</details>
${form(language, 'restart', '', WORDS.otherApp, 'quiet')}`,
  );
}

export function pagesView(view: PagesView): string {
  const { language, pages, connected, again } = view;
  const boxes = pages
    .map((page) => {
      const hint =
        page.lacking.length > 0
          ? filled(WORDS.lacking, { tasks: page.lacking.join(', ') })
          : again === undefined && connected.has(page.id)
            ? WORDS.connectedAlready
            : undefined;
      const label = { en: page.name, fr: page.name };
      const only = pages.length === 1 || again !== undefined;
      return choice('checkbox', 'page', page.id, label, only, language, hint, page.lacking.length > 0);
    })
    .join('');
  const history = `<label for="history">${say(WORDS.history, language)}</label><select id="history" name="history" aria-describedby="history-hint">${(
    [
      ['none', WORDS.historyNone],
      ['days:30', WORDS.history30],
      ['days:365', WORDS.history365],
      ['all', WORDS.historyAll],
    ] as const
  )
    .map(([value, label]) => `<option value="${value}">${say(label, language)}</option>`)
    .join('')}</select><p class="hint" id="history-hint">${say(WORDS.historyHint, language)}</p>`;
  return frame(
    view,
    3,
    `${form(
      language,
      'pages',
      `<fieldset><legend>${say(WORDS.choose, language)}</legend><p class="hint">${say(WORDS.chooseHint, language)}</p>${boxes}</fieldset>${again === undefined ? history : ''}`,
      WORDS.connect,
    )}<p><a href="${escapeHtml(view.signInAddress)}">${say(WORDS.signInAgain, language)}</a></p>`,
  );
}

export function doneView(language: Language, names: readonly string[]): string {
  return connectFrame(
    language,
    WORDS.done,
    `<ul>${names.map((name) => `<li dir="auto">${escapeHtml(name)}</li>`).join('')}</ul><p class="ok">${say(WORDS.doneDetail, language)}</p><a class="button" href="/">${say(WORDS.back, language)}</a>`,
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
  const steps = [WORDS.stepApp, WORDS.stepFacebook, WORDS.stepPages]
    .map((name, i) => `<li${i + 1 === step ? ' aria-current="step"' : ''}>${say(name, language)}</li>`)
    .join('');
  const title = again === undefined ? WORDS.title : WORDS.again;
  const page = again === undefined ? '' : `<p class="muted" dir="auto">${escapeHtml(again)}</p>`;
  const told = fault === undefined ? '' : alert(WORDS.notYet, fault, language);
  return connectFrame(language, title, `${page}<ol class="steps">${steps}</ol>${told}${body}`);
}

function alert(title: Words, { words, detail }: Fault, language: Language): string {
  const told = detail === '' ? '' : `<p><code lang="en">${escapeHtml(detail)}</code></p>`;
  return `<div class="alert" role="alert"><p><strong>${say(title, language)}</strong></p><p>${say(words, language)}</p>${told}</div>`;
}

function form(language: Language, step: string, fields: string, submit: Words, style = ''): string {
  const button = `<button type="submit"${style === '' ? '' : ` class="${style}"`}>${say(submit, language)}</button>`;
  return `<form method="post" accept-charset="utf-8"><input type="hidden" name="lang" value="${language}"><input type="hidden" name="step" value="${step}">${fields}${button}</form>`;
}

/** A link, not a form: a policy that lets forms go nowhere else also holds where they are redirected to. */
function signIn(address: string, label: Words, language: Language): string {
  return `<a class="button" href="${escapeHtml(address)}">${say(label, language)}</a>`;
}

function choice(
  type: 'radio' | 'checkbox',
  name: string,
  value: string,
  label: Words,
  checked: boolean,
  language: Language,
  hint?: Words,
  disabled = false,
): string {
  const state = `${checked && !disabled ? ' checked' : ''}${disabled ? ' disabled' : ''}`;
  const more = hint === undefined ? '' : `<br><span class="hint">${say(hint, language)}</span>`;
  return `<label class="choice"><input type="${type}" name="${name}" value="${escapeHtml(value)}"${state}> <span><span dir="auto">${say(label, language)}</span>${more}</span></label>`;
}

function say(words: Words, language: Language): string {
  return escapeHtml(words[language]);
}
