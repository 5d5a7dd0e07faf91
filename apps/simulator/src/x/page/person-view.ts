import { html, type Html } from '../../page/html';
import { when } from '../../page/layout';
import { compareIds } from '../ids';
import type { Chat, Direct } from '../model';
import { CHECKED, frame, pathTo, type PersonView, SELECTED, verbatim } from './frame';

/** Messages shown at most, the newest. */
const MOST_SHOWN = 200;

/** What one customer and one handle write to each other directly, seen by the customer; and who the customer is on X. */
export function personPage(view: PersonView): string {
  const { words, handle, person } = view;
  const title = words.of(person.name, `@${handle.username}`);
  return frame(
    view,
    title,
    html`<p class="back"><a href="${pathTo(view, 'posts', handle.id)}">← ${words.posts(`@${handle.username}`)}</a></p>
      <h1><bdi>${person.name}</bdi> → @${handle.username}</h1>
      <div id="chat" data-live>${messages(view)}</div>
      ${composer(view)}
      <details class="card" id="inbox">
        <summary>${words.inbox}</summary>
        <p class="muted">${words.inboxHint}</p>
        <form method="post" action="${pathTo(view, 'person', handle.id, person.id, 'inbox')}" data-here>
          <label for="inbox-text">${words.message}</label>
          <input type="text" id="inbox-text" name="text" maxlength="10000" required autocomplete="off" dir="auto" />
          <button class="quiet" type="submit">${words.sendDirect}</button>
        </form>
      </details>
      ${profile(view)}`,
    { handle, person },
  );
}

type Row = { kind: 'direct'; direct: Direct } | { kind: 'chat'; chat: Chat };

function messages(view: PersonView): Html {
  const { simulator, words, handle, person } = view;
  const { world } = simulator;
  const conversation = simulator.directs.between(person.id, handle.id);
  const both = new Set([person.id, handle.id]);
  const rows: Row[] = [
    ...world.directsOf(conversation.id).map((direct) => ({ kind: 'direct' as const, direct })),
    ...[...world.chats.values()]
      .filter(({ senderId, recipientId }) => both.has(senderId) && both.has(recipientId))
      .map((chat) => ({ kind: 'chat' as const, chat })),
  ];
  if (rows.length === 0) return html`<p class="muted">${words.noMessages}</p>`;
  rows.sort((a, b) => timeOf(a) - timeOf(b));
  const readUpTo = conversation.readUpTo[handle.id] ?? '0';
  return html`<ol class="chat">
    ${rows.slice(-MOST_SHOWN).map((row) => (row.kind === 'chat' ? chatRow(view, row.chat) : directRow(view, row.direct, readUpTo)))}
  </ol>`;
}

function timeOf(row: Row): number {
  return row.kind === 'chat' ? row.chat.at : row.direct.at;
}

function directRow({ simulator, words, language, person }: PersonView, direct: Direct, readUpTo: string): Html {
  const mine = direct.senderId === person.id;
  const state = compareIds(direct.id, readUpTo) <= 0 ? words.read : words.sent;
  const files = simulator.media.of(direct).map(({ id, name, mime }) => {
    const address = `/sim/x/file/${id}`;
    if (mime.startsWith('image/')) return html`<img src="${address}" alt="${name}" />`;
    return html`<div><a href="${address}" download>📎 ${name}</a></div>`;
  });
  return html`<li class="${mine && 'mine'}" id="${direct.id}">
    <span class="bubble">${direct.text !== '' && verbatim(direct.text)}${files}</span>
    <div class="under">${when(new Date(direct.at), language)} ${mine && html`<span>${state}</span>`}</div>
  </li>`;
}

function chatRow({ words, language, person }: PersonView, chat: Chat): Html {
  return html`<li class="${chat.senderId === person.id && 'mine'}" id="${chat.id}">
    <span class="bubble">🔒 ${verbatim(chat.text)}</span>
    <div class="under">${when(new Date(chat.at), language)} <span>${words.encrypted}</span></div>
  </li>`;
}

function composer(view: PersonView): Html {
  const { words, handle, person } = view;
  return html`<form
    class="composer"
    method="post"
    action="${pathTo(view, 'person', handle.id, person.id, 'write')}"
    enctype="multipart/form-data"
    data-here
  >
    <label for="text">${words.message}</label>
    <textarea id="text" name="text" maxlength="10000" dir="auto"></textarea>
    <label for="picture">${words.picture}</label>
    <input type="file" id="picture" name="picture" accept="image/*" />
    <div class="row">
      <button type="submit">${words.sendDirect}</button>
      <button class="quiet" type="submit" name="encrypted" value="yes">🔒 ${words.sendChat}</button>
    </div>
  </form>`;
}

function profile(view: PersonView): Html {
  const { words, handle, person } = view;
  const { reach } = person;
  const flags = [
    ['closed', words.closedDirects, person.directs === 'nobody'],
    ['protected', words.protected, person.protected],
    ['blocks', words.blocks, person.blocks.includes(handle.id)],
  ] as const;
  return html`<details class="card" id="profile">
    <summary>${words.profile}</summary>
    <p class="muted">@${person.username}. ${words.profileHint}</p>
    <form method="post" action="${pathTo(view, 'person', handle.id, person.id, 'profile')}">
      <div class="pair">
        <div>
          <label for="followers">${words.followers}</label>
          <input type="number" id="followers" name="followers" min="0" max="1000000000" value="${reach.followers}" />
        </div>
        <div>
          <label for="badge">${words.badge}</label>
          <select id="badge" name="badge">
            ${(Object.keys(words.badges) as (keyof typeof words.badges)[]).map(
              (kind) =>
                html`<option value="${kind}" ${kind === reach.verifiedType && SELECTED}>${words.badges[kind]}</option>`,
            )}
          </select>
        </div>
      </div>
      <label for="bio">${words.bio}</label>
      <input type="text" id="bio" name="bio" maxlength="160" dir="auto" value="${person.bio}" />
      ${flags.map(
        ([name, label, on]) =>
          html`<label class="choice">
            <input type="checkbox" name="${name}" value="yes" ${on && CHECKED} /> <span>${label}</span>
          </label>`,
      )}
      <button class="quiet" type="submit">${words.apply}</button>
    </form>
  </details>`;
}
