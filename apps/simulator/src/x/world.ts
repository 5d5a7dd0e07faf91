import type { Clock } from '@app/runtime';
import type { Random } from '../messenger/random';
import type { Collection, Store } from '../messenger/store';
import { compareIds, Snowflakes } from './ids';
import type { App, Chat, Conversation, Direct, OldToken, Post, RefreshToken, Token, User } from './model';
import { mentionsIn } from './mentions';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Things of one kind that may exist; past it a RangeError, so that a runaway test cannot fill the memory. */
const MOST = 200_000;

/** Everything that exists on the platform, and how one thing is found from another. Decides nothing. */
export class World {
  readonly users: Collection<User>;
  readonly posts: Collection<Post>;
  readonly conversations: Collection<Conversation>;
  readonly directs: Collection<Direct>;
  readonly chats: Collection<Chat>;
  readonly apps: Collection<App>;
  readonly tokens: Collection<Token>;
  readonly refreshTokens: Collection<RefreshToken>;
  readonly oldTokens: Collection<OldToken>;
  private readonly clocks: Collection<{ id: 'product'; aheadMs: number }>;
  private readonly ids: Snowflakes;
  private readonly byUsername = new Map<string, string>();
  /** Ids in ascending order. */
  private readonly byAuthor = new Map<string, string[]>();
  private readonly byThread = new Map<string, string[]>();
  private readonly byMentioned = new Map<string, string[]>();
  private readonly versions = new Map<string, string[]>();
  private readonly byConversation = new Map<string, string[]>();
  private readonly conversationsByUser = new Map<string, Set<string>>();

  constructor(
    store: Store,
    readonly clock: Clock,
    readonly random: Random,
  ) {
    this.users = store.collection('user');
    this.posts = store.collection('post');
    this.conversations = store.collection('conversation');
    this.directs = store.collection('direct');
    this.chats = store.collection('chat');
    this.apps = store.collection('app');
    this.tokens = store.collection('token');
    this.refreshTokens = store.collection('refresh-token');
    this.oldTokens = store.collection('old-token');
    this.clocks = store.collection('clock');
    this.ids = new Snowflakes(random, (id) =>
      [this.users, this.posts, this.directs, this.conversations].some((kind) => kind.get(id) !== undefined),
    );
    // Time that was moved on stays moved on: else all that was planned since would wait for days.
    const missing = (this.clocks.get('product')?.aheadMs ?? 0) - clock.aheadMs;
    if (missing > 0) clock.advance(missing);
    for (const user of this.users.values()) this.byUsername.set(user.username.toLowerCase(), user.id);
    for (const post of this.posts.values()) this.index(post);
    for (const conversation of this.conversations.values()) this.indexConversation(conversation);
    for (const direct of this.directs.values()) insert(this.byConversation, direct.conversationId, direct.id);
  }

  now(): number {
    return this.clock.now().getTime();
  }

  /** Moves product time on, for the next start too. */
  advance(ms: number): void {
    this.clock.advance(ms);
    this.clocks.put({ id: 'product', aheadMs: this.clock.aheadMs });
  }

  /** An id of this moment of product time. */
  newId(at = this.now()): string {
    return this.ids.next(at);
  }

  user(id: string): User {
    return found(this.users.get(id), `No user "${id}". Add them first (addUser).`);
  }

  app(id: string): App {
    return found(this.apps.get(id), `No app "${id}". Add it first (addApp).`);
  }

  post(id: string): Post {
    return found(this.posts.get(id), `No post "${id}".`);
  }

  direct(id: string): Direct {
    return found(this.directs.get(id), `No direct message "${id}".`);
  }

  conversation(id: string): Conversation {
    return found(this.conversations.get(id), `No conversation "${id}".`);
  }

  /** By username, whatever its case, with or without `@`. */
  findUser(username: string): User | undefined {
    const id = this.byUsername.get(username.replace(/^@/, '').toLowerCase());
    return id === undefined ? undefined : this.users.get(id);
  }

  putUser(user: User): User {
    const before = this.users.get(user.id);
    if (before) this.byUsername.delete(before.username.toLowerCase());
    this.byUsername.set(user.username.toLowerCase(), user.id);
    return this.users.put(user);
  }

  addPost(post: Post): Post {
    this.room(this.posts, 'posts');
    this.posts.put(post);
    this.index(post);
    return post;
  }

  /** Every version of a post, the first one first. */
  versionsOf(post: Post): Post[] {
    return this.all(this.posts, this.versions.get(post.originalId));
  }

  /** The newest version of a post. */
  latest(post: Post): Post {
    return this.versionsOf(post).at(-1) ?? post;
  }

  /** Newest versions in ascending order of id, deleted ones included. */
  postsBy(userId: string): Post[] {
    return this.newest(this.byAuthor.get(userId));
  }

  postsIn(conversationId: string): Post[] {
    return this.newest(this.byThread.get(conversationId));
  }

  /** Those with an `@` for this user, typed or put there by the platform. */
  postsMentioning(userId: string): Post[] {
    return this.newest(this.byMentioned.get(userId));
  }

  putConversation(conversation: Conversation): Conversation {
    this.room(this.conversations, 'conversations');
    this.indexConversation(conversation);
    return this.conversations.put(conversation);
  }

  conversationsOf(userId: string): Conversation[] {
    return [...(this.conversationsByUser.get(userId) ?? [])].map((id) => this.conversation(id));
  }

  addDirect(direct: Direct): Direct {
    this.room(this.directs, 'direct messages');
    insert(this.byConversation, direct.conversationId, direct.id);
    return this.directs.put(direct);
  }

  /** In ascending order of id. */
  directsOf(conversationId: string): Direct[] {
    return this.all(this.directs, this.byConversation.get(conversationId));
  }

  /** Throws a RangeError where there are too many of a kind already. */
  room(kind: { readonly size: number }, name: string, most = MOST): void {
    if (kind.size >= most) throw new RangeError(`The simulated platform has ${most} ${name} and takes no more.`);
  }

  private index(post: Post): void {
    insert(this.byAuthor, post.authorId, post.id);
    insert(this.byThread, post.conversationId, post.id);
    insert(this.versions, post.originalId, post.id);
    const usernames = new Set([...post.leading, ...mentionsIn(post.text).map(({ username }) => username)]);
    const ids = new Set([...usernames].map((username) => this.findUser(username)?.id));
    for (const id of ids) if (id !== undefined) insert(this.byMentioned, id, post.id);
  }

  private indexConversation({ id, participantIds }: Conversation): void {
    for (const userId of participantIds) {
      const known = this.conversationsByUser.get(userId);
      if (known) known.add(id);
      else this.conversationsByUser.set(userId, new Set([id]));
    }
  }

  private newest(ids: readonly string[] | undefined): Post[] {
    return this.all(this.posts, ids).filter((post) => this.versions.get(post.originalId)?.at(-1) === post.id);
  }

  private all<T extends { id: string }>(kind: Collection<T>, ids: readonly string[] = []): T[] {
    return ids.flatMap((id) => kind.get(id) ?? []);
  }
}

/** Puts an id where it belongs; nearly always that is the end. */
function insert(lists: Map<string, string[]>, key: string, id: string): void {
  const list = lists.get(key);
  if (!list) return void lists.set(key, [id]);
  let at = list.length;
  while (at > 0 && compareIds(list[at - 1]!, id) > 0) at -= 1;
  if (list[at - 1] !== id) list.splice(at, 0, id);
}

function found<T>(thing: T | undefined, problem: string): T {
  if (thing === undefined) throw new RangeError(problem);
  return thing;
}
