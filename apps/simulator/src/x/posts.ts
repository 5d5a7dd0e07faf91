import type { Happening } from './happening';
import type { Media } from './media';
import { mentionsIn } from './mentions';
import type { Post, PostMetrics, ReplySettings } from './model';
import type { World } from './world';

export interface NewPost {
  /** User id. */
  author: string;
  text: string;
  /** Id of the post that is answered, or quoted. */
  inReplyTo?: string;
  quotes?: string;
  /** Ids of what the author uploaded. */
  media?: readonly string[];
  /** Default `auto`: a reply begins with those it answers, as in X's own program. `none`: the author left them out. */
  leading?: 'auto' | 'none';
  replySettings?: ReplySettings;
  /** Default: language of the author. */
  language?: string;
  metrics?: Partial<PostMetrics>;
  /** When it was written; default now. Milliseconds of product time, in the past. */
  at?: number;
  /** After how many milliseconds lists and the search know it. Who listens is told at once. Default 0. */
  indexedAfterMs?: number;
  appId?: string;
}

const NO_METRICS: PostMetrics = { likes: 0, reposts: 0, replies: 0, quotes: 0, bookmarks: 0, views: 0 };

/** What users post. Checks that things exist, not whether an app may do so: that is the API's. */
export class Posts {
  constructor(
    private readonly world: World,
    private readonly media: Media,
    private readonly tell: (happening: Happening) => void,
  ) {}

  /** @throws RangeError for unknown or deleted posts that are answered or quoted, and for unknown media. */
  write(post: NewPost): Post {
    const { world } = this;
    const author = world.user(post.author);
    const at = Math.min(post.at ?? world.now(), world.now());
    const id = world.newId(at);
    const parent = post.inReplyTo === undefined ? undefined : this.standing(post.inReplyTo);
    const quoted = post.quotes === undefined ? undefined : this.standing(post.quotes);
    const mediaIds = this.media.attach(author.id, post.media ?? []);
    const written = world.addPost({
      id,
      originalId: id,
      authorId: author.id,
      text: post.text,
      leading: parent && post.leading !== 'none' ? this.leading(parent, author.id, post.text) : [],
      at,
      conversationId: parent?.conversationId ?? id,
      ...(parent && { inReplyTo: parent.id, inReplyToUserId: parent.authorId }),
      ...(quoted && { quotes: quoted.id }),
      mediaIds,
      replySettings: post.replySettings ?? 'everyone',
      hidden: false,
      language: post.language ?? author.language,
      metrics: { ...NO_METRICS, ...post.metrics },
      indexedAt: at + (post.indexedAfterMs ?? 0),
      ...(post.appId !== undefined && { appId: post.appId }),
    });
    if (parent) this.count(parent, 'replies');
    if (quoted) this.count(quoted, 'quotes');
    this.tell({ kind: 'post.created', post: written });
    return written;
  }

  /** A new version with an id of its own. Threads, answers and what it answers stay. */
  edit(postId: string, text: string, appId?: string): Post {
    const { world } = this;
    const before = world.latest(this.standing(postId));
    const at = world.now();
    const { deletedAt: _, ...same } = before;
    const post = world.addPost({
      ...same,
      id: world.newId(at),
      text,
      at,
      indexedAt: at,
      leading: before.leading.filter((name) => !typed(text).has(name.toLowerCase())),
      ...(appId !== undefined && { appId }),
    });
    this.tell({ kind: 'post.edited', post, before });
    return post;
  }

  /** Every version goes. Once is enough: the second time nothing happens. */
  remove(postId: string): void {
    const { world } = this;
    const post = world.post(postId);
    if (post.deletedAt !== undefined) return;
    const deletedAt = world.now();
    for (const version of world.versionsOf(post)) world.posts.put({ ...version, deletedAt });
    this.tell({ kind: 'post.deleted', post: world.latest(post) });
  }

  /** Hides a reply in the thread of whoever began it, or shows it again. */
  hide(postId: string, hidden: boolean): void {
    const { world } = this;
    for (const version of world.versionsOf(this.standing(postId))) world.posts.put({ ...version, hidden });
    this.tell({ kind: 'post.hidden', post: world.latest(world.post(postId)) });
  }

  /** A repost, without words of its own. */
  repost(userId: string, postId: string): Post {
    const { world } = this;
    const reposted = this.standing(postId);
    const at = world.now();
    const id = world.newId(at);
    const author = world.user(userId);
    const post = world.addPost({
      id,
      originalId: id,
      authorId: author.id,
      text: '',
      leading: [],
      at,
      conversationId: id,
      reposts: reposted.id,
      mediaIds: [],
      replySettings: 'everyone',
      hidden: false,
      language: reposted.language,
      metrics: NO_METRICS,
      indexedAt: at,
    });
    this.count(reposted, 'reposts');
    this.tell({ kind: 'post.created', post });
    return post;
  }

  like(userId: string, postId: string): void {
    this.count(this.standing(postId), 'likes');
    this.tell({ kind: 'post.liked', post: this.world.post(postId), userId: this.world.user(userId).id });
  }

  /** What a post tells of fame. */
  setMetrics(postId: string, metrics: Partial<PostMetrics>): void {
    const post = this.world.post(postId);
    this.world.posts.put({ ...post, metrics: { ...post.metrics, ...metrics } });
  }

  private standing(postId: string): Post {
    const post = this.world.post(postId);
    if (post.deletedAt !== undefined) throw new RangeError(`Post "${postId}" was deleted.`);
    return post;
  }

  /** Whom a reply begins with: the author of what it answers, and whoever that one named, each once, never oneself. */
  private leading(parent: Post, authorId: string, text: string): string[] {
    const already = typed(text);
    const names = [
      this.world.user(parent.authorId).username,
      ...parent.leading,
      ...mentionsIn(parent.text).map(({ username }) => username),
    ];
    const chosen = new Map<string, string>();
    for (const name of names) {
      const user = this.world.findUser(name);
      if (user && user.id !== authorId && !already.has(name.toLowerCase())) chosen.set(user.id, user.username);
    }
    return [...chosen.values()];
  }

  private count(post: Post, what: keyof PostMetrics): void {
    const { metrics } = post;
    this.world.posts.put({ ...this.world.post(post.id), metrics: { ...metrics, [what]: metrics[what] + 1 } });
  }
}

function typed(text: string): Set<string> {
  return new Set(mentionsIn(text).map(({ username }) => username.toLowerCase()));
}
