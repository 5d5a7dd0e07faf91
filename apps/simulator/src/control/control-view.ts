import type { Channel, Customers } from '../customers/customers';
import { pageFrame, pathWithin } from '../page/frame';
import { html, type Html } from '../page/html';
import type { Language } from '../page/words';
import { rateOf, RATES, type Rate } from './rates';
import { type Switches, TROUBLES, type Trouble } from './switches';
import type { Words } from './words';

export interface ControlView {
  readonly customers: Customers;
  readonly switches: Switches;
  readonly language: Language;
  readonly words: Words;
}

const SIDE_OF = { mail: '/sim', messenger: '/sim/messenger', x: '/sim/x' } as const;

export function controlPath({ language }: Pick<ControlView, 'language'>, ...parts: string[]): string {
  return pathWithin('/sim/control', language, parts);
}

/** The switches of all channels on one page. */
export function controlPage(view: ControlView): string {
  const { words, language, switches } = view;
  const channels = Object.keys(switches) as Channel[];
  return pageFrame({
    side: '/sim/control',
    language,
    path: '/sim/control',
    title: words.title,
    banner: words.banner,
    data: { lost: words.lost },
    inside: false,
    navTitle: 'places-title',
    nav: html`<h2 id="places-title">${words.places}</h2>
      <ul class="list">
        ${channels.map(
          (channel) =>
            html`<li><a href="${pathWithin(SIDE_OF[channel], language, [])}">${words.channel[channel]}</a></li>`,
        )}
      </ul>`,
    main: html`<h1>${words.title}</h1>
      <p class="muted">${words.intro}</p>
      ${lifeCard(view)} ${channels.map((channel) => channelCard(view, channel))}`,
  });
}

function lifeCard(view: ControlView): Html {
  const { words, customers } = view;
  const { life } = customers;
  const current = rateOf(life);
  return html`<section class="card" aria-labelledby="life-title">
    <h2 id="life-title">${words.life}</h2>
    <p class="muted">${words.lifeHint}</p>
    <p id="life" data-live>${life ? html`<span class="state">${words.on(life.written)}</span>` : words.off}</p>
    <form method="post" action="${controlPath(view, 'life')}">
      <fieldset>
        <legend class="skip">${words.life}</legend>
        ${(Object.keys(RATES) as Rate[]).map(
          (rate) =>
            html`<label class="choice">
              <input type="radio" name="rate" value="${rate}" required ${rate === current && CHECKED} />
              <span>${words.rates[rate]}</span>
            </label>`,
        )}
      </fieldset>
      <button class="quiet" type="submit">${words.apply}</button>
    </form>
  </section>`;
}

function channelCard(view: ControlView, channel: Channel): Html {
  const { words } = view;
  return html`<section class="card" aria-labelledby="channel-${channel}">
    <h2 id="channel-${channel}">${words.channel[channel]}</h2>
    <div id="switches-${channel}" data-live>${TROUBLES.map((trouble) => row(view, channel, trouble))}</div>
  </section>`;
}

function row(view: ControlView, channel: Channel, trouble: Trouble): Html {
  const { words, switches } = view;
  const { name, hint } = words.trouble[channel][trouble];
  const known = switches[channel]?.[trouble];
  const on = known?.isOn() ?? false;
  const id = `${channel}-${trouble}`;
  return html`<form method="post" action="${controlPath(view, 'switch')}">
    <p>
      <strong id="${id}">${name}</strong>
      ${on ? html`<span class="state off">${words.fails}</span>` : html`<span class="muted">${known ? words.works : words.none}</span>`}
    </p>
    <p class="muted">${hint}</p>
    <input type="hidden" name="channel" value="${channel}" />
    <input type="hidden" name="trouble" value="${trouble}" />
    <input type="hidden" name="on" value="${on ? 'no' : 'yes'}" />
    ${known && html`<button class="quiet small" aria-describedby="${id}">${on ? words.heal : words.begin}</button>`}
  </form>`;
}

const CHECKED = html`checked`;
