import { pageFrame, pathWithin } from '../../page/frame';
import { escapeHtml, html, Html } from '../../page/html';
import type { Language } from '../../page/words';
import { compareIds } from '../ids';
import type { User } from '../model';
import type { World } from '../world';
import type { PushingPlatform } from '../pushing-platform';
import type { Words } from './words';

/** People shown in the list at most. */
const MOST_LISTED = 200;

/** What every page needs to know. */
export interface XView {
  simulator: PushingPlatform;
  language: Language;
  words: Words;
  /** Where this page is, without `lang`. */
  path: string;
}

/** A page about one customer and one handle of ours. */
export interface PersonView extends XView {
  handle: User;
  person: User;
}

export function pathTo(view: Pick<XView, 'language'>, ...parts: string[]): string {
  return pathWithin('/sim/x', view.language, parts);
}

/** Users that the team runs: those registered as such, else whoever let an app in. */
export function handlesOf(world: World): User[] {
  const operated = [...world.users.values()].filter((user) => user.operated);
  if (operated.length > 0) return operated;
  const ids = new Set([...world.tokens.values(), ...world.oldTokens.values()].map(({ userId }) => userId));
  return [...ids].map((id) => world.user(id));
}

/** Everybody else. */
export function peopleOf(world: World): User[] {
  const ours = new Set(handlesOf(world).map(({ id }) => id));
  return [...world.users.values()].filter(({ id }) => !ours.has(id));
}

/** A whole page around `main`. */
export function frame(view: XView, title: string, main: Html, open?: { handle: User; person: User }): string {
  const { words, language, path, simulator } = view;
  return pageFrame({
    side: '/sim/x',
    language,
    path,
    title,
    banner: words.banner,
    data: { lost: words.lost },
    inside: open !== undefined,
    navTitle: 'people-title',
    nav: html`<ul class="list pages">
        ${handlesOf(simulator.world).map(
          ({ id, username }) =>
            html`<li>
              <a href="${pathTo(view, 'posts', id)}" ${path.endsWith(`/posts/${id}`) && CURRENT}
                >${words.posts(`@${username}`)}</a
              >
            </li>`,
        )}
      </ul>
      <h2 id="people-title">${words.people}</h2>
      <div id="people" data-live>${peopleList(view, open)}</div>`,
    main,
  });
}

/** Pairs of customer and handle, those with something unread first, then who wrote last. */
function peopleList(view: XView, open: { handle: User; person: User } | undefined): Html {
  const { world } = view.simulator;
  const handles = handlesOf(world);
  const rows = peopleOf(world)
    .flatMap((person) => handles.map((handle) => ({ person, handle, ...directsWith(world, person, handle) })))
    .sort((a, b) => Number(b.unread > 0) - Number(a.unread > 0) || compareIds(b.last, a.last))
    .slice(0, MOST_LISTED);
  if (rows.length === 0) return html`<p class="muted">${view.words.nobody}</p>`;
  return html`<ul class="list">
    ${rows.map(({ person, handle, unread }) => {
      const here = open?.person.id === person.id && open.handle.id === handle.id;
      return html`<li>
        <a href="${pathTo(view, 'person', handle.id, person.id)}" ${here && CURRENT}>
          <span class="row">
            <bdi class="${unread > 0 ? 'new' : ''}">${person.name}</bdi>
            ${unread > 0 && html`<span class="badge">${unread}</span>`}
          </span>
          <small>@${person.username}${handles.length > 1 && ` → @${handle.username}`}</small>
        </a>
      </li>`;
    })}
  </ul>`;
}

/** Direct messages of ours that a customer has not read, and the newest thing they wrote. */
function directsWith(world: World, person: User, handle: User): { unread: number; last: string } {
  const conversation = world
    .conversationsOf(person.id)
    .find((one) => !one.group && one.participantIds.includes(handle.id));
  const directs = conversation ? world.directsOf(conversation.id) : [];
  const readUpTo = conversation?.readUpTo[person.id] ?? '0';
  const unread = directs.filter(({ senderId, id }) => senderId === handle.id && compareIds(id, readUpTo) > 0).length;
  const posted = world.postsBy(person.id).at(-1)?.id ?? '0';
  const written = directs.at(-1)?.id ?? '0';
  return { unread, last: compareIds(posted, written) > 0 ? posted : written };
}

/** Written without a template, where a formatter could add white space that would show. */
export function verbatim(text: string): Html {
  return new Html(`<div class="text" dir="auto">${escapeHtml(text)}</div>`);
}

export const CURRENT = html`aria-current="page"`;
export const CHECKED = html`checked`;
export const SELECTED = html`selected`;
