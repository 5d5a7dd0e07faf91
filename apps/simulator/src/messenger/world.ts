import type { Clock } from '@app/runtime';
import type { App, Comment, Message, Operator, Page, Person, Post, Thread, Token } from './model';
import type { Random } from './random';
import type { Collection, Store } from './store';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Things of one kind that may exist; past it a RangeError, so that a runaway test cannot fill the memory. */
const MOST = 200_000;

/** Everything that exists on the platform, and how one thing is found from another. Decides nothing. */
export class World {
  readonly apps: Collection<App>;
  readonly pages: Collection<Page>;
  readonly operators: Collection<Operator>;
  readonly tokens: Collection<Token>;
  readonly people: Collection<Person>;
  readonly threads: Collection<Thread>;
  readonly messages: Collection<Message>;
  readonly posts: Collection<Post>;
  readonly comments: Collection<Comment>;
  private readonly clocks: Collection<{ id: 'product'; aheadMs: number }>;
  private readonly byThread = new Map<string, Message[]>();
  private readonly byPsid = new Map<string, Thread>();
  private readonly byPost = new Map<string, Comment[]>();

  constructor(
    store: Store,
    readonly clock: Clock,
    readonly random: Random,
  ) {
    this.apps = store.collection('app');
    this.pages = store.collection('page');
    this.operators = store.collection('operator');
    this.tokens = store.collection('token');
    this.people = store.collection('person');
    this.threads = store.collection('thread');
    this.messages = store.collection('message');
    this.posts = store.collection('post');
    this.comments = store.collection('comment');
    this.clocks = store.collection('clock');
    // Time that was moved on stays moved on: else all that was planned since would wait for days.
    const missing = (this.clocks.get('product')?.aheadMs ?? 0) - clock.aheadMs;
    if (missing > 0) clock.advance(missing);
    for (const thread of this.threads.values()) this.byPsid.set(thread.psid, thread);
    for (const message of this.messages.values()) this.index(message);
    for (const comment of this.comments.values()) this.indexComment(comment);
  }

  now(): number {
    return this.clock.now().getTime();
  }

  /** Moves product time on, for the next start too. */
  advance(ms: number): void {
    this.clock.advance(ms);
    this.clocks.put({ id: 'product', aheadMs: this.clock.aheadMs });
  }

  app(id: string): App {
    return found(this.apps.get(id), `No app "${id}". Add it first (addApp).`);
  }

  page(id: string): Page {
    return found(this.pages.get(id), `No Page "${id}". Add it first (addPage).`);
  }

  person(id: string): Person {
    return found(this.people.get(id), `No person "${id}". Add them first (person).`);
  }

  operator(id: string): Operator {
    return found(this.operators.get(id), `No user "${id}". Add them first (addUser).`);
  }

  message(mid: string): Message {
    return found(this.messages.get(mid), `No message "${mid}".`);
  }

  comment(id: string): Comment {
    return found(this.comments.get(id), `No comment "${id}".`);
  }

  threadOf(message: Message): Thread {
    return found(this.threads.get(message.threadId), `The thread of message "${message.id}" is gone.`);
  }

  /** The id by which one Page knows a person; comes into being when it is first asked for. */
  psid(person: Person, pageId: string): string {
    const known = person.psids[pageId];
    if (known) return known;
    const psid = `2${this.random.digits(16)}`;
    person.psids[pageId] = psid;
    this.people.put(person);
    return psid;
  }

  commenterId(person: Person, pageId: string): string {
    const known = person.commenterIds[pageId];
    if (known) return known;
    const id = `1${this.random.digits(15)}`;
    person.commenterIds[pageId] = id;
    this.people.put(person);
    return id;
  }

  findThread(pageId: string, psid: string): Thread | undefined {
    const thread = this.byPsid.get(psid);
    return thread?.pageId === pageId ? thread : undefined;
  }

  /** The thread of a person with a Page; comes into being when it is first asked for. */
  thread(person: Person, pageId: string): Thread {
    const psid = this.psid(person, pageId);
    const known = this.byPsid.get(psid);
    if (known) return known;
    this.room(this.threads, 'threads');
    const id = `t_${this.random.digits(16)}`;
    const thread = {
      id,
      pageId,
      personId: person.id,
      psid,
      openForMs: DAY,
      updatedAt: 0,
      deliveredUpTo: 0,
      readUpTo: 0,
    };
    this.byPsid.set(psid, thread);
    return this.threads.put(thread);
  }

  threadsOf(pageId: string): Thread[] {
    return [...this.threads.values()].filter((thread) => thread.pageId === pageId);
  }

  /** Oldest first. */
  messagesOf(thread: Thread): readonly Message[] {
    return this.byThread.get(thread.id) ?? [];
  }

  addMessage(message: Message): Message {
    this.room(this.messages, 'messages');
    this.index(message);
    return this.messages.put(message);
  }

  /** Oldest first, those removed included. */
  commentsOf(postId: string): readonly Comment[] {
    return this.byPost.get(postId) ?? [];
  }

  postsOf(pageId: string): Post[] {
    return [...this.posts.values()].filter((post) => post.pageId === pageId);
  }

  addComment(comment: Comment): Comment {
    this.room(this.comments, 'comments');
    this.indexComment(comment);
    return this.comments.put(comment);
  }

  newMid(): string {
    return `m_${this.random.text(43)}`;
  }

  /** A decimal id that nothing in `taken` has. */
  newId(prefix: string, digits: number, taken: { get(id: string): unknown }): string {
    for (;;) {
      const id = prefix + this.random.digits(digits);
      if (taken.get(id) === undefined) return id;
    }
  }

  /** Throws a RangeError where there are too many of a kind already. */
  room(kind: { readonly size: number }, name: string, most = MOST): void {
    if (kind.size >= most) throw new RangeError(`The simulated platform has ${most} ${name} and takes no more.`);
  }

  private index(message: Message): void {
    const known = this.byThread.get(message.threadId);
    if (known) known.push(message);
    else this.byThread.set(message.threadId, [message]);
  }

  private indexComment(comment: Comment): void {
    const known = this.byPost.get(comment.postId);
    if (known) known.push(comment);
    else this.byPost.set(comment.postId, [comment]);
  }
}

function found<T>(thing: T | undefined, problem: string): T {
  if (thing === undefined) throw new RangeError(problem);
  return thing;
}
