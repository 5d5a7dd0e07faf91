import { randomBytes, randomInt } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { Clock } from '@app/runtime';
import { Chats, PAGE_INBOX_APP_ID, type Receipts, type Writing } from './chats';
import { Faults } from './faults';
import { Feed, type NewComment } from './feed';
import { Files } from './files';
import { GraphApi } from './graph/graph-api';
import type { LIMITS } from './graph/limits';
import { Journal, type JournalEntry } from './journal';
import type { Attachment, Message, Thread } from './model';
import { Random } from './random';
import { type NewApp, type NewPerson, type NewToken, type NewUser, Registry } from './registry';
import { Store } from './store';
import { truthOf, type TruthEntry, visibleTo, type VisibleMessage } from './truth';
import { FIELDS, type Happening, Webhooks } from './webhooks/webhooks';
import { World } from './world';

export interface MessengerOptions {
  /** Product time; whoever moves it moves windows, tokens and retries. */
  clock: Clock;
  /** Directory in which everything is kept between runs; without it in memory only. */
  dir?: string;
  /** The same seed gives the same ids, variations and chances. Default: any. */
  seed?: number;
  /** Where this is served, such as `http://127.0.0.1:3000`, for the addresses of files; can be set later. */
  origin?: string;
  /** Default `read`: what a Page writes is delivered and read at once. */
  receipts?: Receipts;
  /** Real time a receiver has for its answer. Default 5 s. */
  deadlineMs?: number;
  /** Calls the Graph API takes; default the platform's. */
  limits?: Partial<typeof LIMITS>;
}

/**
 * Everything that happens on the simulated Messenger, in the process: what exists, what people, colleagues and the platform
 * itself do. Whatever it accepts is in `truth`.
 *
 * Ids are decimal text. Unknown ones, and acts that the platform's own programs would not offer, are RangeErrors.
 * Events: `message` with a Message, `change` after anything else that a page would show.
 */
export class MessengerPlatform extends EventEmitter<{ message: [Message]; change: [] }> {
  readonly faults: Faults;
  readonly chats: Chats;
  readonly feed: Feed;
  readonly files: Files;
  readonly graph: GraphApi;
  readonly world: World;
  private readonly log: Journal;
  private readonly store: Store;
  private readonly webhooks: Webhooks;
  private readonly registry: Registry;

  protected constructor(options: MessengerOptions) {
    super();
    this.setMaxListeners(0);
    const { clock, dir, seed = randomInt(2 ** 31), receipts = 'read', deadlineMs, limits } = options;
    this.store = new Store(dir === undefined ? undefined : join(dir, 'platform.jsonl'));
    this.world = new World(this.store, clock, new Random(seed));
    this.faults = new Faults(new Random(seed + 1));
    this.log = new Journal(
      () => this.world.now(),
      ({ kind }) => {
        if (kind === 'disabled' || kind === 'alert' || kind === 'handshake') this.emit('change');
      },
    );
    this.files = new Files(this.store, this.world, this.faults, dir === undefined ? undefined : join(dir, 'files'));
    this.webhooks = new Webhooks(this.store, this.world, this.faults, this.log, deadlineMs);
    this.chats = new Chats(this.world, this.files, this.webhooks);
    this.chats.receipts = receipts;
    this.chats.heard = (message) => this.emit('message', message);
    this.feed = new Feed(this.world, this.files, this.chats, this.webhooks);
    const { world, chats, feed, files, faults, webhooks } = this;
    this.graph = new GraphApi({
      world,
      chats,
      feed,
      files,
      faults,
      webhooks,
      journal: this.log,
      changed: () => this.emit('change'),
      ...(limits && { limits }),
    });
    this.registry = new Registry(world, this.graph.accounts);
    this.origin = options.origin ?? '';
  }

  get origin(): string {
    return this.chats.origin;
  }

  set origin(origin: string) {
    this.chats.origin = origin.replace(/\/$/, '');
  }

  async stop(): Promise<void> {
    this.webhooks.stop();
    this.store.close();
    this.removeAllListeners();
  }

  /** Goes on delivering what an earlier run had not delivered. */
  protected resume(): void {
    this.webhooks.resume();
  }

  // ---- what exists

  addApp(app: NewApp = {}): { appId: string; appSecret: string } {
    return this.registry.addApp(app);
  }

  addPage(page: { id?: string; name?: string } = {}): { pageId: string } {
    return this.registry.addPage(page);
  }

  /** Somebody who runs Pages and logs in. */
  addUser(user: NewUser = {}): { userId: string } {
    return this.registry.addUser(user);
  }

  /** A token as after a login. */
  token(wish: NewToken): string {
    return this.registry.token(wish);
  }

  /** A customer. Returns their id. */
  person(person: NewPerson = {}): string {
    return this.registry.person(person);
  }

  /** The id by which one Page knows a person. */
  psid(personId: string, pageId: string): string {
    return this.world.psid(this.world.person(personId), this.world.page(pageId).id);
  }

  /** The id under which a person comments on one Page; no PSID. */
  commenterId(personId: string, pageId: string): string {
    return this.world.commenterId(this.world.person(personId), this.world.page(pageId).id);
  }

  /** Sets where an app's webhooks go, with the handshake. Rejects with a GraphError where it fails. */
  async subscribeApp(
    appId: string,
    hook: { url: string; verifyToken: string; fields?: readonly string[] },
  ): Promise<void> {
    const { url, verifyToken, fields = FIELDS } = hook;
    await this.graph.accounts.subscribeApp(this.world.app(appId), url, verifyToken, fields);
  }

  subscribePage(appId: string, pageId: string, fields: readonly string[] = FIELDS): void {
    this.graph.accounts.subscribe(this.world.page(pageId), this.world.app(appId).id, fields);
  }

  /** As the hour of failures does: the app no longer hears of the Page. */
  unsubscribePage(appId: string, pageId: string): void {
    this.graph.accounts.unsubscribe(this.world.page(pageId), appId);
  }

  // ---- what people do

  writeAs(personId: string, pageId: string, writing: Writing): { mid: string } {
    return { mid: this.chats.write(this.world.person(personId), this.world.page(pageId), writing).id };
  }

  edit(mid: string, text: string): void {
    this.chats.edit(mid, text);
    this.emit('change');
  }

  unsend(mid: string): void {
    this.chats.unsend(mid);
    this.emit('change');
  }

  /** `smile angry sad wow love like dislike`, any emoji, or null to take it back. */
  react(mid: string, reaction: string | null): void {
    this.chats.react(mid, reaction);
    this.emit('change');
  }

  postback(personId: string, pageId: string, button: Parameters<Chats['postback']>[2]): { mid: string } {
    return { mid: this.chats.postback(this.world.person(personId), this.world.page(pageId), button).id };
  }

  referral(personId: string, pageId: string, referral: Record<string, unknown>): void {
    this.chats.referral(this.world.person(personId), this.world.page(pageId), referral);
  }

  optin(personId: string, pageId: string, optin: Record<string, unknown>): void {
    this.chats.optin(this.world.person(personId), this.world.page(pageId), optin);
  }

  /** The person opens the chat: what the Page wrote is delivered and read. */
  read(personId: string, pageId: string): void {
    if (this.chats.read(this.threadOf(personId, pageId))) this.emit('change');
  }

  block(personId: string, pageId: string, blocks = true): void {
    const person = this.world.person(personId);
    const others = person.blocks.filter((id) => id !== pageId);
    this.world.people.put({ ...person, blocks: blocks ? [...others, pageId] : others });
  }

  // ---- what stands in public

  post(pageId: string, text: string): { postId: string } {
    return { postId: this.feed.post(this.world.page(pageId), text).id };
  }

  /** A person, or with null the Page itself, comments. */
  comment(pageId: string, personId: string | null, comment: NewComment): { commentId: string } {
    const person = personId === null ? null : this.world.person(personId);
    const { id } = this.feed.comment(this.world.page(pageId), person, comment);
    this.emit('change');
    return { commentId: id };
  }

  editComment(commentId: string, text: string): void {
    this.feed.edit(commentId, text);
    this.emit('change');
  }

  removeComment(commentId: string): void {
    this.feed.remove(commentId);
    this.emit('change');
  }

  hideComment(commentId: string, hidden = true): void {
    this.feed.hide(commentId, hidden);
    this.emit('change');
  }

  // ---- what colleagues and other programs do

  /** Somebody answers in the platform's own inbox. `takesThread`: which takes the conversation from whoever had it. */
  pageInboxReply(pageId: string, personId: string, text: string, { takesThread = false } = {}): { mid: string } {
    return this.otherAppReply(pageId, personId, PAGE_INBOX_APP_ID, { text, takesThread });
  }

  /** Another program answers; with null one whose id the platform does not tell. */
  otherAppReply(
    pageId: string,
    personId: string,
    appId: string | null,
    answer: { text?: string; attachments?: Attachment[]; metadata?: string; takesThread?: boolean },
  ): { mid: string } {
    const { takesThread, ...rest } = answer;
    const thread = this.threadOf(personId, pageId);
    if (takesThread && appId !== null) this.graph.routing.take(thread, appId);
    return { mid: this.chats.answer(thread, { ...rest, ...(appId !== null && { appId }) }).id };
  }

  /** Gives a thread to an app, or with null to nobody; the app is told. */
  routing(pageId: string, personId: string, appId: string | null): void {
    const thread = this.threadOf(personId, pageId);
    if (appId !== null) this.graph.routing.pass(thread, undefined, appId);
    else if (thread.ownerAppId !== undefined) this.graph.routing.release(thread, thread.ownerAppId);
  }

  // ---- what the platform does

  /** Policy enforcement: a block refuses every send of the Page until `unblock`. */
  policy(pageId: string, action: 'warning' | 'block' | 'unblock', reason?: string): void {
    const page = this.world.page(pageId);
    if (action !== 'warning') page.standing = action === 'block' ? 'blocked' : 'good';
    this.world.pages.put(page);
    const enforcement = { action, ...(reason !== undefined && { reason }) };
    const element = { recipient: { id: pageId }, timestamp: this.world.now(), policy_enforcement: enforcement };
    this.webhooks.emit(page, { field: 'messaging_policy_enforcement', element });
    this.emit('change');
  }

  /** The quiet form: sends are refused for a while (10/1893063), and no webhook tells of it. */
  restrict(pageId: string, restricted = true): void {
    this.world.pages.put({ ...this.world.page(pageId), standing: restricted ? 'restricted' : 'good' });
  }

  /** Tokens of a user stop working: 458 app removed, 460 password changed, 463 expired, 467 logged out, 492 lost the role. */
  invalidate(userId: string, subcode: 458 | 459 | 460 | 463 | 464 | 467 | 492, appId?: string): void {
    this.graph.accounts.invalidate(this.world.operator(userId).id, appId, subcode);
    this.emit('change');
  }

  /** One token has expired. */
  expireToken(token: string): void {
    const known = this.world.tokens.get(token);
    if (!known) throw new RangeError('There is no such token.');
    this.world.tokens.put({ ...known, invalid: 463 });
    this.emit('change');
  }

  /** The app gets a new secret: signatures, proofs and app tokens change at once. */
  changeAppSecret(appId: string, secret = randomBytes(16).toString('hex')): { appSecret: string } {
    this.world.apps.put({ ...this.world.app(appId), secret });
    return { appSecret: secret };
  }

  /** Somebody removes the app in their settings: tokens die, Pages are unsubscribed, the app's address is called. */
  revoke(userId: string, appId: string): void {
    this.graph.revoke(userId, this.world.app(appId).id);
    this.emit('change');
  }

  /** Somebody asks an app to forget them. Resolves with the receiver's answer, undefined where it was not accepted. */
  async requestDeletion(
    userId: string,
    appId: string,
    options: { tampered?: boolean } = {},
  ): Promise<string | undefined> {
    return this.webhooks.callBack(this.world.app(appId), 'deletion', userId, options);
  }

  /** As `revoke` tells an app, alone; `tampered`: with a signature that is not the app's. */
  async requestDeauthorize(
    userId: string,
    appId: string,
    options: { tampered?: boolean } = {},
  ): Promise<string | undefined> {
    return this.webhooks.callBack(this.world.app(appId), 'deauthorize', userId, options);
  }

  /** Sends any element in the platform's name; what it tells of is not in the truth. */
  raw(pageId: string, happening: Happening): void {
    this.webhooks.emit(this.world.page(pageId), happening);
  }

  // ---- what tests ask

  /** Everything asked and sent, the oldest first; bounded. */
  journal(): readonly JournalEntry[] {
    return this.log.read();
  }

  truth(pageId: string): TruthEntry[] {
    return truthOf(this.world.page(pageId).id, this.world, this.feed);
  }

  /** What the person sees of the Page in their chat, each once. */
  visibleTo(personId: string, pageId: string): VisibleMessage[] {
    return visibleTo(this.psid(personId, pageId), pageId, this.world, this.chats);
  }

  /** Resolves when no delivery is on its way or due now; later tries may wait for the product clock. */
  settled(): Promise<void> {
    return this.webhooks.settled();
  }

  /** Nothing is left to deliver, now or later. */
  get idle(): boolean {
    return this.webhooks.idle;
  }

  private threadOf(personId: string, pageId: string): Thread {
    return this.world.thread(this.world.person(personId), this.world.page(pageId).id);
  }
}
