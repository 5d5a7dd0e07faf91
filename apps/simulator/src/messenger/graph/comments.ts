import type { Chats } from '../chats';
import type { Faults } from '../faults';
import { type Feed, MOST_COMMENT } from '../feed';
import type { Comment, Post, Token } from '../model';
import type { World } from '../world';
import type { Call } from './call';
import { selected } from './conversations';
import { fieldSelection } from './field-selection';
import { badParameter, GraphError, unknownObject } from './graph-error';
import { graphTime, listing } from './listing';

/** Posts and comments in the Graph API. */
export class CommentsApi {
  constructor(
    private readonly world: World,
    private readonly chats: Chats,
    private readonly feed: Feed,
    private readonly faults: Faults,
  ) {}

  /** `GET /{page}/feed` and `/posts`. */
  posts(call: Call, pageId: string): object {
    const { page } = call.page(pageId, 'pages_read_engagement');
    const posts = this.world.postsOf(page.id).sort((a, b) => b.at - a.at);
    const fields = call.text('fields') ?? 'id,message,created_time';
    return listing(call, posts, {
      idOf: ({ id }) => id,
      show: (post) => this.shownPost(post, fields),
      faults: this.faults,
      name: 'feed',
    });
  }

  post(call: Call, post: Post): object {
    this.mine(call, post.pageId, 'pages_read_engagement');
    return this.shownPost(post, call.text('fields') ?? 'id,message,created_time');
  }

  /** `GET /{post or comment}/comments`; `filter=stream` gives answers to comments too. */
  list(call: Call, on: Post | Comment): object {
    this.mine(call, on.pageId, 'pages_read_user_content');
    const postId = 'postId' in on ? on.postId : on.id;
    const stream = call.text('filter') === 'stream' && !('postId' in on);
    const comments = this.world.commentsOf(postId).filter(({ removed }) => !removed);
    const shown = stream ? comments : comments.filter(({ parentId }) => parentId === on.id);
    const order = call.text('order') === 'reverse_chronological' ? [...shown].reverse() : shown;
    const fields = call.text('fields') ?? 'id,from,message,created_time';
    return listing(call, order, {
      idOf: ({ id }) => id,
      show: (comment) => this.shown(comment, fields),
      faults: this.faults,
      name: 'comments',
    });
  }

  one(call: Call, comment: Comment): object {
    this.mine(call, comment.pageId, 'pages_read_user_content');
    if (comment.removed) throw unknownObject(comment.id);
    return this.shown(comment, call.text('fields') ?? 'id,from,message,created_time');
  }

  /** `POST /{post or comment}/comments`: the Page answers in public. */
  reply(call: Call, on: Post | Comment): { answer: object; comment: Comment } {
    const token = this.mine(call, on.pageId, 'pages_manage_engagement');
    const page = this.world.page(on.pageId);
    if (page.standing !== 'good') {
      throw new GraphError(368, 'The action attempted has been deemed abusive or is otherwise disallowed', 1390008);
    }
    if ('removed' in on && on.removed) throw unknownObject(on.id);
    const text = call.text('message') ?? '';
    if (text.trim() === '') throw badParameter('Message cannot be empty, must provide valid attachment or text');
    if (text.length > MOST_COMMENT) throw badParameter('The comment is too long');
    const place = 'postId' in on ? { parent: on.id } : { post: on.id };
    const comment = this.feed.comment(page, null, { ...place, text, appId: token.appId });
    return { answer: { id: comment.id }, comment };
  }

  /** `POST /{comment}`: hides or shows a customer's, changes the Page's own. */
  change(call: Call, comment: Comment): object {
    this.mine(call, comment.pageId, 'pages_manage_engagement');
    if (comment.removed) throw unknownObject(comment.id);
    const hidden = call.text('is_hidden');
    const text = call.text('message');
    if (hidden !== undefined) {
      if (comment.personId === null) throw badParameter('A comment of the Page itself cannot be hidden');
      this.feed.hide(comment.id, hidden === 'true' || hidden === '1');
    }
    if (text !== undefined) {
      if (comment.personId !== null) throw new GraphError(200, '(#200) Permissions error');
      this.feed.edit(comment.id, text);
    }
    return { success: true };
  }

  /** `DELETE /{comment}`. */
  remove(call: Call, comment: Comment): object {
    this.mine(call, comment.pageId, 'pages_manage_engagement');
    if (comment.removed) throw unknownObject(comment.id);
    this.feed.remove(comment.id);
    return { success: true };
  }

  /** `POST /{comment}/likes`. */
  like(call: Call, comment: Comment): object {
    this.mine(call, comment.pageId, 'pages_manage_engagement');
    if (comment.removed) throw unknownObject(comment.id);
    return { success: true };
  }

  private mine(call: Call, pageId: string, scope: string): Token {
    return call.page(pageId, scope).token;
  }

  private shownPost(post: Post, fields: string): object {
    return selected(post.id, fieldSelection(fields), {
      message: () => post.text,
      created_time: () => graphTime(post.at),
      updated_time: () => graphTime(this.world.commentsOf(post.id).at(-1)?.at ?? post.at),
      permalink_url: () => `https://www.facebook.com/${post.id}`,
    });
  }

  private shown(comment: Comment, fields: string): object {
    const all = this.world.commentsOf(comment.postId);
    const top = comment.parentId === comment.postId;
    return selected(comment.id, fieldSelection(fields), {
      from: () => this.feed.authorOf(comment),
      message: () => this.feed.textOf(comment),
      created_time: () => graphTime(comment.at),
      parent: () => (top ? undefined : { id: comment.parentId }),
      is_hidden: () => comment.hidden,
      can_reply_privately: () => comment.personId !== null && comment.privateReply === undefined,
      comment_count: () => all.filter(({ parentId, removed }) => parentId === comment.id && !removed).length,
      attachment: () => {
        if (comment.photoId === undefined) return undefined;
        const src = this.chats.address(comment.photoId);
        return { type: 'photo', url: src, media: { image: { height: 220, width: 320, src } } };
      },
    });
  }
}
