import { html, type Html } from '../../page/html';
import type { Page } from '../model';
import { type ChatView, frame, pathTo } from './frame';
import type { Act } from './words';

/** The first page: write as somebody new, and the switches of each Page. */
export function homePage(view: ChatView, problem?: string): string {
  const { simulator, words } = view;
  const pages = [...simulator.world.pages.values()];
  return frame(
    view,
    words.newPerson,
    html`<h1>${words.newPerson}</h1>
      <p class="muted">${words.intro}</p>
      ${problem && html`<div class="problem" role="alert">${problem}</div>`}
      <section class="card">
        <form method="post" action="${pathTo(view, 'write')}">
          <label for="name">${words.name}</label>
          <input type="text" id="name" name="name" maxlength="80" required autocomplete="off" dir="auto" />
          <label for="page">${words.page}</label>
          <select id="page" name="page">
            ${pages.map(({ id, name }) => html`<option value="${id}">${name}</option>`)}
          </select>
          <label for="text">${words.message}</label>
          <textarea id="text" name="text" required maxlength="20000" dir="auto"></textarea>
          <button type="submit">${words.send}</button>
        </form>
      </section>
      ${pages.map((page) => switches(view, page))}`,
  );
}

function switches(view: ChatView, page: Page): Html {
  const { words } = view;
  const heard = Object.keys(page.subscriptions).length;
  return html`<section class="card" aria-labelledby="switches-${page.id}">
    <h2 id="switches-${page.id}">${page.name}</h2>
    <div id="state-${page.id}" data-live>
      <p>
        <span class="state ${heard > 0 ? '' : 'off'}">${heard > 0 ? words.connected(heard) : words.notConnected}</span>
        ${troubles(view, page).map((trouble) => html`<span class="state off">${trouble}</span> `)}
      </p>
    </div>
    <details id="fail-${page.id}">
      <summary>${words.controls}</summary>
      <p class="muted">${words.controlsHint}</p>
      <div class="acts">
        ${(Object.keys(words.act) as Act[]).map(
          (act) =>
            html`<form method="post" action="${pathTo(view, 'act')}" data-here>
              <input type="hidden" name="page" value="${page.id}" />
              <button class="quiet small" name="act" value="${act}">${words.act[act]}</button>
            </form>`,
        )}
      </div>
    </details>
  </section>`;
}

/** What is set to fail now, in words. */
function troubles({ simulator, words }: ChatView, page: Page): string[] {
  const { webhooks = [], graph = [] } = simulator.faults.get();
  const on = (faults: readonly { often?: unknown }[]): boolean => faults.some(({ often }) => often !== 0);
  return [
    ...(on(webhooks) ? [words.webhooksFail] : []),
    ...(on(graph) ? [words.graphFails] : []),
    ...(page.standing === 'blocked' ? [words.blocked] : []),
  ];
}
