import type { Files } from './files';
import type { Chats } from './chats';
import type { Comment, Page, Person, Post } from './model';
import type { World } from './world';
import type { Webhooks } from './webhooks/webhooks';

/** Longest text of a comment. */
export const MOST_COMMENT = 8_000;

/** What stands in public under a Page's posts: keeps it, and tells the apps. */
export class Feed {
  constructor(
    private readonly world: World,
    private readonly files: Files,
    private readonly chats: Chats,
    private readonly webhooks: Webhooks,
  ) {}

  post(page: Page, text: string, at = new Date(this.world.now())): Post {
    this.world.room(this.world.posts, 'posts');
    const id = this.world.newId(`${page.id}_`, 15, this.world.posts);
    return this.world.posts.put({ id, pageId: page.id, text, at: at.getTime() });
  }

  /** The newest post of a Page; the first one is made. */
  newestPost(page: Page): Post {
    return this.world.postsOf(page.id).at(-1) ?? this.post(page, page.name);
  }

  /** A person, or with null the Page, writes under a post or under another comment. */
  comment(page: Page, person: Person | null, { post, parent, text, photo, appId, at }: NewComment): Comment {
    if (text.length > MOST_COMMENT) throw new RangeError(`A comment has at most ${MOST_COMMENT} characters.`);
    const above = parent === undefined ? undefined : this.world.comment(parent);
    const postId = above?.postId ?? post ?? this.newestPost(page).id;
    if (this.world.posts.get(postId)?.pageId !== page.id) throw new RangeError(`${page.name} has no post "${postId}".`);
    const newest = this.world.commentsOf(postId).at(-1)?.at ?? 0;
    const id = this.world.newId(`${postId.split('_')[1]}_`, 15, this.world.comments);
    const comment = this.world.addComment({
      id,
      postId,
      pageId: page.id,
      parentId: parent ?? postId,
      personId: person?.id ?? null,
      text,
      at: Math.max(at?.getTime() ?? this.world.now(), newest + 1),
      edits: [],
      hidden: false,
      removed: false,
      ...(appId !== undefined && { appId }),
      ...(photo && { photoId: this.files.add({ name: 'photo.png', mime: 'image/png', bytes: photo }).id }),
    });
    this.tell(comment, 'add');
    return comment;
  }

  /** Whoever wrote it changes the text. */
  edit(id: string, text: string): void {
    const comment = this.world.comment(id);
    if (comment.removed) throw new RangeError(`Comment "${id}" was removed.`);
    comment.edits.push({ text, at: this.world.now() });
    this.world.comments.put(comment);
    this.tell(comment, 'edited');
  }

  /** Takes it away, by whoever wrote it or by the Page. */
  remove(id: string): void {
    const comment = this.world.comment(id);
    if (comment.removed) return;
    comment.removed = true;
    this.world.comments.put(comment);
    this.tell(comment, 'remove');
  }

  /** The Page shows it to its author only, or to everybody again. */
  hide(id: string, hidden: boolean): void {
    const comment = this.world.comment(id);
    if (comment.hidden === hidden) return;
    comment.hidden = hidden;
    this.world.comments.put(comment);
    this.tell(comment, hidden ? 'hide' : 'unhide');
  }

  /** Who wrote it, as the Page sees them. */
  authorOf(comment: Comment): { id: string; name: string } {
    if (comment.personId === null) {
      const { id, name } = this.world.page(comment.pageId);
      return { id, name };
    }
    const person = this.world.person(comment.personId);
    return { id: this.world.commenterId(person, comment.pageId), name: person.name };
  }

  /** The text as it stands now. */
  textOf(comment: Comment): string {
    return comment.edits.at(-1)?.text ?? comment.text;
  }

  private tell(comment: Comment, verb: 'add' | 'edited' | 'remove' | 'hide' | 'unhide'): void {
    const page = this.world.page(comment.pageId);
    const seconds = (at: number): number => Math.floor(at / 1_000);
    const gone = verb === 'remove';
    const value = {
      item: 'comment',
      verb,
      comment_id: comment.id,
      post_id: comment.postId,
      parent_id: comment.parentId,
      ...(!gone && { from: this.authorOf(comment), message: this.textOf(comment) }),
      created_time: seconds(verb === 'add' ? comment.at : this.world.now()),
      ...(!gone && comment.photoId !== undefined && { photo: this.chats.address(comment.photoId) }),
      ...(!gone && {
        post: {
          id: comment.postId,
          status_type: 'added_photos',
          is_published: true,
          updated_time: new Date(this.world.now()).toISOString().replace(/\.\d+Z$/, '+0000'),
          permalink_url: `https://www.facebook.com/${comment.postId}`,
          promotion_status: 'inactive',
        },
      }),
    };
    this.webhooks.emit(page, {
      field: 'feed',
      place: 'changes',
      element: { field: 'feed', value },
      lane: comment.postId,
      about: [comment.id],
    });
  }
}

export interface NewComment {
  text: string;
  /** Under which post; default the newest. */
  post?: string;
  /** The comment it answers. */
  parent?: string;
  photo?: Buffer;
  /** By the Page: through which app. */
  appId?: string;
  at?: Date;
}
