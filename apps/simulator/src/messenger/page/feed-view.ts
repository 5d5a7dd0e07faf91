import { escapeHtml, html, Html } from '../../page/html';
import { when } from '../../page/layout';
import type { Comment } from '../model';
import { type ChatView, frame, pathTo } from './frame';

/** Posts shown at most, the newest first. */
const MOST_POSTS = 20;
/** Comments shown under one post at most. */
const MOST_COMMENTS = 200;
/** People one can comment as. */
const MOST_PEOPLE = 200;

/** The posts of a Page and what stands under them. */
export function feedPage(view: ChatView, pageId: string, problem?: string): string {
  const { simulator, words, language } = view;
  const page = simulator.world.page(pageId);
  const posts = simulator.world.postsOf(pageId).slice(-MOST_POSTS).reverse();
  return frame(
    view,
    words.feed(page.name),
    html`<p class="back"><a href="${pathTo(view)}">← ${words.overview}</a></p>
      <h1>${words.feed(page.name)}</h1>
      ${problem && html`<div class="problem" role="alert">${problem}</div>`}
      ${posts.map(
        (post) =>
          html`<section class="card" aria-labelledby="${post.id}">
            <p class="muted">${page.name} · ${when(new Date(post.at), language)}</p>
            ${verbatim('p', 'post', post.text)}
            <h2 id="${post.id}">${words.comments}</h2>
            <div id="under-${post.id}" data-live>
              ${list(view, simulator.world.commentsOf(post.id).slice(-MOST_COMMENTS), post.id)}
            </div>
            ${commentForm(view, pageId, post.id)}
          </section>`,
      )}`,
  );
}

function list(view: ChatView, comments: readonly Comment[], parentId: string): Html {
  const here = comments.filter((comment) => comment.parentId === parentId);
  if (here.length === 0) return html``;
  return html`<ul class="comments">
    ${here.map((comment) => html`<li>${shown(view, comment)} ${list(view, comments, comment.id)}</li>`)}
  </ul>`;
}

function shown(view: ChatView, comment: Comment): Html {
  const { words, language, simulator } = view;
  if (comment.removed) return html`<span class="muted">${words.removed}</span>`;
  const { name } = simulator.feed.authorOf(comment);
  return html`<strong><bdi>${name}</bdi></strong>
    ${verbatim('div', 'text', simulator.feed.textOf(comment))}
    <div class="under">
      ${when(new Date(comment.at), language)} ${comment.edits.length > 0 && html`<span>${words.edited}</span>`}
      ${comment.hidden && html`<span>${words.hidden}</span>`}
      ${comment.privateReply !== undefined && html`<span>${words.privately}</span>`}
      ${
        comment.personId !== null &&
        html`<details id="edit-${comment.id}">
            <summary>${words.edit}</summary>
            <form method="post" action="${pathTo(view, 'feed', comment.pageId, 'edit')}" data-here>
              <input type="hidden" name="comment" value="${comment.id}" />
              <input
                type="text"
                name="text"
                aria-label="${words.edit}"
                dir="auto"
                value="${simulator.feed.textOf(comment)}"
              />
              <button class="quiet" type="submit">${words.save}</button>
            </form>
          </details>
          <form method="post" action="${pathTo(view, 'feed', comment.pageId, 'remove')}" data-here>
            <input type="hidden" name="comment" value="${comment.id}" />
            <button class="quiet" type="submit">${words.remove}</button>
          </form>`
      }
      <details id="reply-${comment.id}">
        <summary>${words.reply}</summary>
        ${commentForm(view, comment.pageId, comment.id)}
      </details>
    </div>`;
}

/** Under a post or a comment, by anybody or by the Page itself. */
function commentForm(view: ChatView, pageId: string, under: string): Html {
  const { words, simulator } = view;
  const people = [...simulator.world.people.values()].slice(-MOST_PEOPLE);
  return html`<form method="post" action="${pathTo(view, 'feed', pageId, 'comment')}" data-here>
    <input type="hidden" name="under" value="${under}" />
    <label for="text-${under}">${words.comment}</label>
    <input type="text" id="text-${under}" name="text" maxlength="8000" required autocomplete="off" dir="auto" />
    <label for="as-${under}">${words.commentAs}</label>
    <select id="as-${under}" name="person">
      ${people.map(({ id, name }) => html`<option value="${id}">${name}</option>`)}
      <option value="">${words.thePage}</option>
    </select>
    <button class="quiet" type="submit">${words.comment}</button>
  </form>`;
}

function verbatim(tag: 'p' | 'div', name: string, text: string): Html {
  return new Html(`<${tag} class="${name}" dir="auto">${escapeHtml(text)}</${tag}>`);
}
