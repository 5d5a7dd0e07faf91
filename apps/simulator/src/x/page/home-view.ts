import { html, type Html } from '../../page/html';
import type { User } from '../model';
import { frame, handlesOf, pathTo, type XView } from './frame';
import type { Act } from './words';

/** The first page: post as somebody new, and the switches of each handle. */
export function homePage(view: XView): string {
  const { simulator, words } = view;
  const handles = handlesOf(simulator.world);
  return frame(
    view,
    words.newPerson,
    html`<h1>${words.newPerson}</h1>
      <p class="muted">${words.intro}</p>
      ${handles.length === 0 ? html`<p class="muted">${words.noHandle}</p>` : writeCard(view, handles)}
      ${handles.map((handle) => switches(view, handle))}`,
  );
}

function writeCard(view: XView, handles: readonly User[]): Html {
  const { words } = view;
  return html`<section class="card">
    <form method="post" action="${pathTo(view, 'write')}">
      <div class="pair">
        <div>
          <label for="name">${words.name}</label>
          <input type="text" id="name" name="name" maxlength="50" required autocomplete="off" dir="auto" />
        </div>
        <div>
          <label for="username">${words.username}</label>
          <input
            type="text"
            id="username"
            name="username"
            maxlength="15"
            autocomplete="off"
            aria-describedby="username-hint"
          />
          <small class="muted" id="username-hint">${words.usernameHint}</small>
        </div>
      </div>
      <label for="handle">${words.handle}</label>
      <select id="handle" name="handle">
        ${handles.map(({ id, username }) => html`<option value="${id}">@${username}</option>`)}
      </select>
      <label for="text">${words.text}</label>
      <textarea id="text" name="text" required maxlength="25000" dir="auto">@${handles[0]!.username} </textarea>
      <button type="submit">${words.send}</button>
    </form>
  </section>`;
}

function switches(view: XView, handle: User): Html {
  const { words } = view;
  return html`<section class="card" aria-labelledby="switches-${handle.id}">
    <h2 id="switches-${handle.id}">${handle.name} <span class="muted">@${handle.username}</span></h2>
    <div id="state-${handle.id}" data-live>${stateOf(view, handle)}</div>
    <details id="fail-${handle.id}">
      <summary>${words.controls}</summary>
      <p class="muted">${words.controlsHint}</p>
      <div class="acts">
        ${(Object.keys(words.act) as Act[]).map(
          (act) =>
            html`<form method="post" action="${pathTo(view, 'act')}" data-here>
              <input type="hidden" name="handle" value="${handle.id}" />
              <button class="quiet small" name="act" value="${act}">${words.act[act]}</button>
            </form>`,
        )}
      </div>
    </details>
  </section>`;
}

/** Who hears of the handle, and what is set to fail now. */
function stateOf(view: XView, handle: User): Html {
  const { words, simulator, language } = view;
  const { world, pushing } = simulator;
  const apps = [...world.apps.values()].flatMap((app) => {
    const hooks = pushing.hooks.listOf(app.id);
    const account = pushing.subscriptions.accountsHearing(handle.id).filter(({ appId }) => appId === app.id);
    const activity = pushing.subscriptions.listOf(app.id).filter(({ filter }) => filter['user_id'] === handle.id);
    const subscribed = account.length + activity.length;
    return subscribed === 0 ? [] : { app, hooks, subscribed };
  });
  const spent = [...world.apps.values()].reduce((sum, app) => sum + app.spent, 0) / 1_000_000;
  const dollars = new Intl.NumberFormat(language, { style: 'currency', currency: 'USD', maximumFractionDigits: 3 });
  return html`${apps.length === 0 && html`<p><span class="state off">${words.notHeard}</span></p>`}
    ${apps.map(
      ({ app, hooks, subscribed }) =>
        html`<p>
          <span class="state">${words.hears(app.name, subscribed)}</span>
          ${hooks.map(({ valid }) => html`<span class="state ${!valid && 'off'}">${words.webhookOf(app.name, valid)}</span> `)}
        </p>`,
    )}
    <p>${troubles(view).map((trouble) => html`<span class="state off">${trouble}</span> `)}</p>
    <p class="muted">${words.cost(dollars.format(spent))}</p>`;
}

function troubles({ simulator, words }: XView): string[] {
  const { faults, rules, world } = simulator;
  const on = (list: readonly { often?: unknown }[]): boolean => list.some(({ often }) => often !== 0);
  const broke = [...world.apps.values()].some(({ credit }) => credit !== null && credit <= 0);
  return [
    ...(on(faults.webhooks) ? [words.trouble.webhooks] : []),
    ...(on(faults.calls) ? [words.trouble.calls] : []),
    ...(rules.outageUntil > world.now() ? [words.trouble.outage] : []),
    ...(broke ? [words.trouble.credit] : []),
    ...(rules.summonedOnly ? [] : [words.trouble.anybody]),
  ];
}
