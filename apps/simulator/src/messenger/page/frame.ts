import { pageFrame, pathWithin } from '../../page/frame';
import { html, type Html } from '../../page/html';
import type { Language } from '../../page/words';
import type { MessengerPlatform } from '../platform';
import type { Words } from './words';

/** People shown in the list at most. */
const MOST_LISTED = 200;

/** What every page needs to know. */
export interface ChatView {
  simulator: MessengerPlatform;
  language: Language;
  words: Words;
  /** Where this page is, without `lang`. */
  path: string;
  /** The chat that is open. */
  pageId?: string;
  personId?: string;
}

export function pathTo(view: Pick<ChatView, 'language'>, ...parts: string[]): string {
  return pathWithin('/sim/messenger', view.language, parts);
}

/** A whole page around `main`. */
export function frame(view: ChatView, title: string, main: Html): string {
  const { words, language, path } = view;
  return pageFrame({
    side: '/sim/messenger',
    language,
    path,
    title,
    banner: words.banner,
    data: { lost: words.lost },
    inside: view.personId !== undefined,
    navTitle: 'people-title',
    nav: html`<ul class="list pages">
        ${Array.from(
          view.simulator.world.pages.values(),
          ({ id, name }) =>
            html`<li>
              <a href="${pathTo(view, 'feed', id)}" ${view.path.endsWith(`/feed/${id}`) && CURRENT}
                >${words.feed(name)}</a
              >
            </li>`,
        )}
      </ul>
      <h2 id="people-title">${words.people}</h2>
      <div id="people" data-live>${peopleList(view)}</div>`,
    main,
  });
}

/** Chats, those with something unread first, then the newest. */
function peopleList(view: ChatView): Html {
  const { world } = view.simulator;
  const rows = Array.from(world.threads.values(), (thread) => {
    const messages = world.messagesOf(thread);
    const unread = messages.filter(({ direction, at }) => direction === 'outbound' && at > thread.readUpTo).length;
    return { thread, unread, last: messages.at(-1) };
  })
    .filter(({ last }) => last !== undefined)
    .sort((a, b) => Number(b.unread > 0) - Number(a.unread > 0) || b.thread.updatedAt - a.thread.updatedAt)
    .slice(0, MOST_LISTED);
  if (rows.length === 0) return html`<p class="muted">${view.words.nobody}</p>`;
  return html`<ul class="list">
    ${rows.map(({ thread, unread, last }) => {
      const here = view.personId === thread.personId && view.pageId === thread.pageId;
      return html`<li>
        <a href="${pathTo(view, 'chat', thread.pageId, thread.personId)}" ${here && CURRENT}>
          <span class="row">
            <bdi class="${unread > 0 ? 'new' : ''}">${world.person(thread.personId).name}</bdi>
            ${unread > 0 && html`<span class="badge">${unread}</span>`}
          </span>
          <small dir="auto">${last!.withdrawn ? view.words.unsent : (last!.text || '📎').slice(0, 60)}</small>
        </a>
      </li>`;
    })}
  </ul>`;
}

const CURRENT = html`aria-current="page"`;
