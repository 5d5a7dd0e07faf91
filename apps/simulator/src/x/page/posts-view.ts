import { html, type Html } from '../../page/html';
import { when } from '../../page/layout';
import type { Post, User } from '../model';
import { shownPost } from '../shown-text';
import { frame, pathTo, peopleOf, SELECTED, verbatim, type XView } from './frame';

/** Threads shown at most, the newest first. */
const MOST_THREADS = 50;
/** Answers shown in one thread at most. */
const MOST_IN_A_THREAD = 100;
/** People one can write as. */
const MOST_PEOPLE = 200;
/** Past this depth answers stand below each other. */
const DEEPEST = 4;

interface PostsView extends XView {
  handle: User;
}

/** Every thread in which a handle is named, answered or writes. */
export function postsPage(view: PostsView): string {
  const { words, handle } = view;
  const title = words.posts(`@${handle.username}`);
  const threads = threadsOf(view);
  return frame(
    view,
    title,
    html`<p class="back"><a href="${pathTo(view)}">← ${words.overview}</a></p>
      <h1>${title}</h1>
      <details class="card" id="new-post">
        <summary>${words.newPost}</summary>
        ${writeForm(view, { id: 'new', act: 'write', text: `@${handle.username} ` })}
      </details>
      <div id="threads" data-live>
        ${threads.length === 0 && html`<p class="muted">${words.noPosts}</p>`}
        ${threads.map(
          (posts) =>
            html`<section class="card thread" aria-label="${posts[0]?.id}">
              ${nested(view, posts, undefined, 0)}
            </section>`,
        )}
      </div>`,
  );
}

/** Threads by their newest post, oldest post first within. */
function threadsOf({ simulator, handle }: PostsView): Post[][] {
  const { world } = simulator;
  const concerned = simulator.truth(handle.id).filter(({ kind }) => kind === 'post');
  const newest = new Map<string, number>();
  for (const { conversationId, at } of concerned) newest.set(conversationId, at);
  return [...newest.keys()]
    .sort((a, b) => newest.get(b)! - newest.get(a)!)
    .slice(0, MOST_THREADS)
    .map((id) => world.postsIn(id).slice(0, MOST_IN_A_THREAD));
}

function nested(view: PostsView, posts: readonly Post[], parent: string | undefined, depth: number): Html {
  const { world } = view.simulator;
  const originalOf = (id: string | undefined): string | undefined =>
    id === undefined ? undefined : world.posts.get(id)?.originalId;
  const known = new Set(posts.map(({ originalId }) => originalId));
  const here = posts.filter((post) => {
    const answers = originalOf(post.inReplyTo);
    // an answer to what is not shown begins a branch of its own
    return parent === undefined ? answers === undefined || !known.has(answers) : answers === parent;
  });
  if (here.length === 0) return html``;
  return html`<ul class="comments ${depth >= DEEPEST && 'flat'}">
    ${here.map((post) => html`<li>${shown(view, post)} ${nested(view, posts, post.originalId, depth + 1)}</li>`)}
  </ul>`;
}

function shown(view: PostsView, post: Post): Html {
  const { words, language, simulator, handle } = view;
  const { world } = simulator;
  const author = world.user(post.authorId);
  if (post.deletedAt !== undefined) return html`<span class="muted">${words.removed}</span>`;
  const before = post.leading.map((name) => `@${name} `).join('');
  const quoted = post.quotes === undefined ? undefined : world.posts.get(post.quotes);
  const { likes, reposts, views } = post.metrics;
  return html`<div class="who">
      ${
        author.id === handle.id
          ? html`<strong>${author.name}</strong>`
          : html`<strong
              ><a href="${pathTo(view, 'person', handle.id, author.id)}"><bdi>${author.name}</bdi></a></strong
            >`
      }
      <span class="muted">@${author.username}</span>
      ${author.id === handle.id && html`<span class="ours">${words.ours}</span>`}
    </div>
    ${before !== '' && html`<span class="muted">${before}</span>`} ${post.text !== '' && verbatim(post.text)}
    ${pictures(view, post)}
    ${
      quoted &&
      html`<blockquote>
        <strong>${world.user(quoted.authorId).name}</strong>
        ${quoted.deletedAt === undefined ? verbatim(shownPost(quoted, world).text) : words.removed}
      </blockquote>`
    }
    <div class="under">
      ${when(new Date(post.at), language)} ${post.id !== post.originalId && html`<span>${words.edited}</span>`}
      ${post.hidden && html`<span>${words.hidden}</span>`}
      ${post.replySettings !== 'everyone' && html`<span>${words.answersClosed}</span>`}
      ${likes + reposts + views > 0 && html`<span>${words.counts(likes, reposts, views)}</span>`}
    </div>
    ${acts(view, post)}`;
}

function acts(view: PostsView, post: Post): Html {
  const { words, handle } = view;
  const fold = (name: 'reply' | 'quote' | 'edit' | 'fame', inside: Html): Html =>
    html`<details id="${name}-${post.originalId}">
      <summary>${words[name]}</summary>
      ${inside}
    </details>`;
  const { likes, reposts, views } = post.metrics;
  return html`<div class="under acts-of">
    ${fold('reply', writeForm(view, { id: `r${post.id}`, act: 'reply', post, text: '' }))}
    ${fold('quote', writeForm(view, { id: `q${post.id}`, act: 'quote', post, text: '' }))}
    ${fold(
      'edit',
      html`<form method="post" action="${pathTo(view, 'posts', handle.id, 'edit')}" data-here>
        <input type="hidden" name="post" value="${post.id}" />
        <textarea name="text" aria-label="${words.edit}" dir="auto">${post.text}</textarea>
        <button class="quiet" type="submit">${words.save}</button>
      </form>`,
    )}
    ${fold(
      'fame',
      html`<form class="row-form" method="post" action="${pathTo(view, 'posts', handle.id, 'fame')}" data-here>
        <input type="hidden" name="post" value="${post.id}" />
        ${number('likes', words.likes, likes, post.id)} ${number('reposts', words.reposts, reposts, post.id)}
        ${number('views', words.views, views, post.id)}
        <button class="quiet" type="submit">${words.apply}</button>
      </form>`,
    )}
    <form method="post" action="${pathTo(view, 'posts', handle.id, 'remove')}" data-here>
      <input type="hidden" name="post" value="${post.id}" />
      <button class="quiet" type="submit">${words.remove}</button>
    </form>
  </div>`;
}

function number(name: string, label: string, value: number, id: string): Html {
  return html`<label for="${name}-${id}">${label}</label>
    <input type="number" id="${name}-${id}" name="${name}" min="0" max="1000000000" value="${value}" />`;
}

/** Writes as any customer, or as the handle in X's own program. */
function writeForm(
  view: PostsView,
  { id, act, post, text }: { id: string; act: 'write' | 'reply' | 'quote'; post?: Post; text: string },
): Html {
  const { words, simulator, handle } = view;
  const people = peopleOf(simulator.world).slice(-MOST_PEOPLE);
  // whoever is spoken to goes on speaking
  const likely = post?.authorId === handle.id ? post.inReplyToUserId : post?.authorId;
  return html`<form
    method="post"
    action="${pathTo(view, 'posts', handle.id, act)}"
    enctype="multipart/form-data"
    data-here
  >
    ${post && html`<input type="hidden" name="post" value="${post.id}" />`}
    <label for="text-${id}">${words.text}</label>
    <textarea id="text-${id}" name="text" maxlength="25000" dir="auto">${text}</textarea>
    <label for="as-${id}">${words.as}</label>
    <select id="as-${id}" name="author">
      ${people.map((person) => html`<option value="${person.id}" ${person.id === likely && SELECTED}>${person.name} (@${person.username})</option>`)}
      <option value="${handle.id}">${words.ourselves(`@${handle.username}`)}</option>
    </select>
    <label for="picture-${id}">${words.picture}</label>
    <input type="file" id="picture-${id}" name="picture" accept="image/*" />
    ${
      act === 'reply'
        ? choice('unnamed', words.unnamed, words.unnamedHint)
        : choice('closed', words.closed, words.closedHint)
    }
    <button type="submit">${words.send}</button>
  </form>`;
}

function choice(name: string, label: string, hint: string): Html {
  return html`<label class="choice">
    <input type="checkbox" name="${name}" value="yes" /> <span>${label}: <span class="muted">${hint}</span></span>
  </label>`;
}

function pictures({ simulator }: PostsView, post: Post): Html[] {
  return simulator.media.of(post).map(({ id, name, mime }) => {
    const address = `/sim/x/file/${id}`;
    if (mime.startsWith('image/')) return html`<img class="picture" src="${address}" alt="${name}" />`;
    return html`<div><a href="${address}" download>📎 ${name}</a></div>`;
  });
}
