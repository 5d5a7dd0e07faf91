import { escapeHtml, html, Html } from '../../page/html';
import { when } from '../../page/layout';
import { REACTIONS } from '../chats';
import type { Message, Thread } from '../model';
import { DAY } from '../world';
import { type ChatView, frame, pathTo } from './frame';

/** Messages shown at most, the newest. */
const MOST_SHOWN = 200;
/** Reactions one click away. */
const OFFERED = ['like', 'love', 'smile', 'wow', 'sad', 'angry'];

/** One chat, seen by the person. */
export function chatPage(view: Required<ChatView>, problem?: string): string {
  const { simulator, words, pageId, personId } = view;
  const { world } = simulator;
  const page = world.page(pageId);
  const person = world.person(personId);
  const thread = world.findThread(pageId, world.psid(person, pageId));
  return frame(
    view,
    `${person.name} → ${page.name}`,
    html`<p class="back"><a href="${pathTo(view)}">← ${words.overview}</a></p>
      <h1><bdi>${person.name}</bdi> → ${page.name}</h1>
      <div id="chat" data-live>
        ${thread ? messages(view, thread) : html`<p class="muted">${words.empty}</p>`}
        ${
          thread?.typingUntil !== undefined &&
          thread.typingUntil > world.now() &&
          html`<p class="typing">${words.typing(page.name)}</p>`
        }
      </div>
      ${problem && html`<div class="problem" role="alert">${problem}</div>`} ${composer(view)}
      <p id="window" class="muted" data-live>${windowOf(view, thread)}</p>
      <details class="card" id="inbox">
        <summary>${words.inbox}</summary>
        <p class="muted">${words.inboxHint}</p>
        <form method="post" action="${pathTo(view, 'chat', pageId, personId, 'inbox')}" data-here>
          <label for="inbox-text">${words.message}</label>
          <input type="text" id="inbox-text" name="text" maxlength="2000" required autocomplete="off" dir="auto" />
          <button class="quiet" type="submit">${words.send}</button>
        </form>
      </details>`,
  );
}

function messages(view: Required<ChatView>, thread: Thread): Html {
  const shown = view.simulator.world.messagesOf(thread).slice(-MOST_SHOWN);
  return html`<ol class="chat">
    ${shown.map((message) => bubble(view, thread, message))}
  </ol>`;
}

function bubble(view: Required<ChatView>, thread: Thread, message: Message): Html {
  const { words, language } = view;
  const mine = message.direction === 'inbound';
  const reactions = Object.values(message.reactions).join(' ');
  const state = message.at <= thread.readUpTo ? words.read : message.at <= thread.deliveredUpTo ? words.delivered : words.sent; // prettier-ignore
  return html`<li class="${mine ? 'mine' : ''}" id="${message.id}">
    ${message.withdrawn ? html`<span class="bubble gone">${words.unsent}</span>` : said(view, message)}
    <div class="under">
      ${reactions && html`<span class="reaction">${reactions}</span>`} ${when(new Date(message.at), language)}
      ${message.edits.length > 0 && html`<span>${words.edited}</span>`}
      ${!mine && html`<span>${message.at <= thread.readUpTo ? '✓✓' : '✓'} ${state}</span>`}
      ${mine && !message.withdrawn ? ownActs(view, message) : !message.withdrawn && reactionActs(view, thread, message)}
    </div>
  </li>`;
}

function said(view: Required<ChatView>, message: Message): Html {
  const { files } = view.simulator;
  const text = message.edits.at(-1)?.text ?? message.text;
  const enclosed = message.attachments.map(({ type, fileId, payload, beside }) => {
    const file = fileId === undefined ? undefined : files.get(fileId);
    if (!file) {
      const { title, url } = { ...(payload as { title?: string; url?: string } | null | undefined), ...beside };
      return html`<div>📎 ${String(title ?? url ?? type)}</div>`;
    }
    const address = files.address('', file.id);
    if (file.mime.startsWith('image/')) return html`<img src="${address}" alt="${file.name}" />`;
    return html`<div><a href="${address}" download>📎 ${file.name}</a></div>`;
  });
  return html`<span class="bubble">${text !== '' && verbatim(text)}${enclosed}</span>`;
}

function ownActs(view: Required<ChatView>, { id, text, edits }: Message): Html {
  const { words, pageId, personId } = view;
  return html`<form method="post" action="${pathTo(view, 'chat', pageId, personId, 'unsend')}" data-here>
      <input type="hidden" name="mid" value="${id}" />
      <button class="quiet" type="submit">${words.unsend}</button>
    </form>
    ${
      text !== '' &&
      html`<details id="edit-${id}">
        <summary>${words.edit}</summary>
        <form method="post" action="${pathTo(view, 'chat', pageId, personId, 'edit')}" data-here>
          <input type="hidden" name="mid" value="${id}" />
          <input type="text" name="text" aria-label="${words.edit}" dir="auto" value="${edits.at(-1)?.text ?? text}" />
          <button class="quiet" type="submit">${words.save}</button>
        </form>
      </details>`
    }`;
}

function reactionActs(view: Required<ChatView>, thread: Thread, message: Message): Html {
  const { words, pageId, personId } = view;
  const reacted = message.reactions[thread.psid] !== undefined;
  return html`<form method="post" action="${pathTo(view, 'chat', pageId, personId, 'react')}" data-here>
    <input type="hidden" name="mid" value="${message.id}" />
    ${OFFERED.map(
      (name) =>
        html`<button class="emoji" name="reaction" value="${name}" aria-label="${words.react(REACTIONS[name] ?? name)}">
          ${REACTIONS[name]}
        </button>`,
    )}
    ${reacted && html`<button class="emoji" name="reaction" value="" aria-label="${words.takeBack}">✕</button>`}
  </form>`;
}

function composer(view: Required<ChatView>): Html {
  const { words, pageId, personId } = view;
  return html`<form
    class="composer"
    method="post"
    action="${pathTo(view, 'chat', pageId, personId, 'write')}"
    enctype="multipart/form-data"
    data-here
  >
    <label for="text">${words.message}</label>
    <textarea id="text" name="text" maxlength="20000" dir="auto" autofocus></textarea>
    <label for="picture">${words.picture}</label>
    <input type="file" id="picture" name="picture" accept="image/*" />
    <div class="row">
      <button type="submit">${words.send}</button>
      <button class="quiet" type="submit" name="sticker" value="like" aria-label="${words.like}">👍</button>
    </div>
    <details id="quick">
      <summary class="muted">${words.quickReply}</summary>
      <input type="text" name="quickReply" aria-label="${words.quickReply}" maxlength="1000" autocomplete="off" />
    </details>
  </form>`;
}

function windowOf({ words, language, simulator }: Required<ChatView>, thread: Thread | undefined): Html {
  const now = simulator.world.now();
  const closes = (thread?.openedAt ?? 0) + (thread?.openForMs ?? 0);
  const human = (thread?.wroteAt ?? 0) + 7 * DAY;
  const at = (time: number): string =>
    new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(time);
  if (closes <= now && human <= now) return html`${words.windowShut}`;
  const parts = [closes > now && words.windowOpen(at(closes)), human > now && words.windowHuman(at(human))];
  return html`${parts.filter(Boolean).join(', ')}.`;
}

/** Written without a template, where a formatter could add white space that would show. */
function verbatim(text: string): Html {
  return new Html(`<div class="text" dir="auto">${escapeHtml(text)}</div>`);
}
