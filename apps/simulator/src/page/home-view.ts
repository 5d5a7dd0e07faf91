import type { Faults } from '../mail/faults';
import { html, type Html } from './html';
import { layout, pathOf, problemBox, type View } from './layout';
import type { Words } from './words';
import { type Draft, writeForm } from './write-form';

/** The faults one can set on the page; the control API knows all of them. */
export const PRESETS: Readonly<Record<keyof Omit<Words['fault'], 'other'>, Faults>> = {
  none: {},
  login: { refuseLogin: true },
  down: { down: true },
  silent: { cutAfterData: 1 },
  cut: { cutDuringData: 1 },
  later: { data: { code: 451, text: '4.3.0 Try again later' } },
  refuse: { rcpt: { code: 550, text: '5.2.1 Mailbox unavailable' } },
  slow: { delayMs: 5_000 },
};

interface HomeView extends View {
  faults: Faults;
}

/** The first page: write as anybody, and the switches. */
export function homePage(view: HomeView, draft: Draft, problem?: string): string {
  const { words } = view;
  return layout(
    view,
    words.newCustomer,
    html`<h1>${words.newCustomer}</h1>
      <p class="muted">${words.intro}</p>
      ${problemBox(words, problem)}
      <section class="card">${writeForm(view, 'anybody', draft)}</section>
      ${faultsCard(view)}`,
  );
}

function faultsCard(view: HomeView): Html {
  const { words } = view;
  const current = presetOf(view.faults);
  return html`<details class="card" ${current !== 'none' && OPEN}>
    <summary>${words.faults}</summary>
    <p class="muted">${words.faultsHint}</p>
    <p id="in-force" data-live>
      ${words.inForce}: <span class="state ${current === 'none' ? '' : 'off'}">${words.fault[current]}</span>
    </p>
    <form method="post" action="${pathOf(view, 'faults')}">
      <fieldset>
        <legend class="skip">${words.faults}</legend>
        ${(Object.keys(PRESETS) as (keyof typeof PRESETS)[]).map(
          (name) =>
            html`<label class="choice">
              <input type="radio" name="fault" value="${name}" ${name === current && CHECKED} />
              <span>${words.fault[name]}</span>
            </label>`,
        )}
      </fieldset>
      <button class="quiet" type="submit">${words.apply}</button>
    </form>
  </details>`;
}

function presetOf(faults: Faults): keyof Words['fault'] {
  const now = JSON.stringify(withoutSpent(faults));
  const names = Object.keys(PRESETS) as (keyof typeof PRESETS)[];
  return names.find((name) => JSON.stringify(PRESETS[name]) === now) ?? 'other';
}

/** Faults that struck as often as they should are none any more. */
function withoutSpent(faults: Faults): Faults {
  return Object.fromEntries(Object.entries(faults).filter(([, often]) => often !== 0 && often !== false));
}

const OPEN = html`open`;
const CHECKED = html`checked`;
