import { randomInt } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { Clock } from '@app/runtime';
import { Random } from '../messenger/random';
import { type Collection, Store } from '../messenger/store';
import { Access, SCOPES } from './access';
import { CallFaults } from './api/call-faults';
import type { CallEntry } from './api/route';
import { routesOfApi } from './api/routes';
import { XApi } from './api/x-api';
import { Credits } from './credits';
import { Directs, type NewDirect } from './directs';
import type { Happening } from './happening';
import { Limits } from './limits';
import { Media, type NewFile } from './media';
import type { PostMetrics, Reach, User } from './model';
import { type NewPost, Posts } from './posts';
import { type AppKeys, type NewApp, type NewUser, Registry } from './registry';
import { checkRules, DEFAULT_RULES, type Rules } from './rules';
import { truthOf, type TruthEntry, visibleOf, type VisibleEntry } from './truth';
import { World } from './world';

export interface XOptions {
  /** Product time; whoever moves it moves limits, tokens and horizons. */
  clock: Clock;
  /** Directory in which everything is kept between runs; without it in memory only. */
  dir?: string;
  /** The same seed gives the same ids and chances. Default: any. */
  seed?: number;
  /** Where this is served, such as `http://127.0.0.1:3000`; can be set later. */
  origin?: string;
  rules?: Partial<Rules>;
}

/**
 * Everything that happens on the simulated X, in the process: what exists, what users write, what the platform decides.
 * Whatever it accepts is in `truth`.
 *
 * Unknown ids and what the platform's own program would not offer are RangeErrors. Events: `happening` after something was
 * stored, `call` after a call of the API was answered, `change` after anything a page would show.
 */
export class XPlatform extends EventEmitter<{ happening: [Happening]; call: [CallEntry]; change: [] }> {
  readonly world: World;
  readonly posts: Posts;
  readonly directs: Directs;
  readonly media: Media;
  readonly access: Access;
  readonly api: XApi;
  /** Where it is served; without a slash at the end. */
  origin: string;
  protected readonly store: Store;
  private readonly registry: Registry;
  private readonly ruleRows: Collection<{ id: 'rules'; value: Rules }>;

  constructor(options: XOptions) {
    super();
    this.setMaxListeners(0);
    const { clock, dir, seed = randomInt(2 ** 31), origin = '', rules } = options;
    this.origin = origin.replace(/\/$/, '');
    this.store = new Store(dir === undefined ? undefined : join(dir, 'platform.jsonl'));
    this.ruleRows = this.store.collection('rule');
    this.world = new World(this.store, clock, new Random(seed));
    const tell = (happening: Happening): void => {
      this.emit('happening', happening);
      this.emit('change');
    };
    this.media = new Media(this.store, this.world, dir === undefined ? undefined : join(dir, 'files'));
    this.posts = new Posts(this.world, this.media, tell);
    this.directs = new Directs(this.world, this.media, tell);
    this.access = new Access(this.store, this.world, () => this.rules, tell);
    this.registry = new Registry(this.world);
    const { world, posts, directs, media, access } = this;
    const chance = new Random(seed + 1);
    const parts = {
      world,
      posts,
      directs,
      media,
      access,
      limits: new Limits(world, () => this.rules),
      credits: new Credits(world, () => this.rules),
      faults: new CallFaults(chance),
      rules: () => this.rules,
      origin: () => this.origin,
    };
    this.api = new XApi(parts, chance, (entry) => {
      this.emit('call', entry);
      if (entry.method !== 'GET') this.emit('change');
    });
    this.api.add(routesOfApi(parts));
    if (rules) this.setRules(rules);
  }

  async stop(): Promise<void> {
    this.store.close();
    this.removeAllListeners();
  }

  /** Things of a kind that is not the core's, kept beside the rest. */
  collection<T extends { id: string }>(kind: string): Collection<T> {
    return this.store.collection<T>(kind);
  }

  /** Tells a listener of everything that happens from now on. Returns what ends that. */
  onHappening(listener: (happening: Happening) => void): () => void {
    this.on('happening', listener);
    return () => this.off('happening', listener);
  }

  get rules(): Readonly<Rules> {
    return this.ruleRows.get('rules')?.value ?? DEFAULT_RULES;
  }

  /** Changes what is named. @throws RangeError that names what is wrong. */
  setRules(rules: Partial<Rules>): void {
    this.ruleRows.put({ id: 'rules', value: { ...this.rules, ...checkRules(rules) } });
    this.emit('change');
  }

  // ---- what exists

  addUser(user: NewUser = {}): { userId: string; username: string } {
    const { id, username } = this.registry.addUser(user);
    this.emit('change');
    return { userId: id, username };
  }

  addApp(app: NewApp = {}): AppKeys {
    return this.registry.addApp(app);
  }

  /** Tokens as after a login by OAuth 2.0. */
  token(wish: { appId: string; userId: string; scopes?: readonly string[]; expiresInMs?: number }): {
    accessToken: string;
    refreshToken?: string;
    expiresAt: Date;
    scopes: string[];
  } {
    const { appId, userId, scopes = SCOPES, expiresInMs } = wish;
    const { token, refreshToken } = this.access.issue(appId, userId, scopes, expiresInMs);
    return {
      accessToken: token.id,
      ...(refreshToken !== undefined && { refreshToken }),
      expiresAt: new Date(token.expiresAt),
      scopes: token.scopes,
    };
  }

  /** Tokens as after a login by OAuth 1.0a. */
  oldToken(wish: { appId: string; userId: string }): { token: string; tokenSecret: string } {
    const { id, secret } = this.access.oldToken(wish.appId, wish.userId);
    return { token: id, tokenSecret: secret };
  }

  /** Changes what a user's profile tells of fame. */
  setReach(userId: string, reach: Partial<Reach>): void {
    this.registry.addUser({ id: this.world.user(userId).id, reach });
    this.emit('change');
  }

  /** Changes who may write directly, who sees the posts, whether the account stands. */
  setUser(
    userId: string,
    change: Partial<Pick<User, 'protected' | 'suspended' | 'directs' | 'longPosts' | 'name' | 'username'>>,
  ): void {
    // prettier-ignore
    this.registry.addUser({ id: this.world.user(userId).id, ...change });
    this.emit('change');
  }

  block(userId: string, blockedId: string, blocks = true): void {
    const user = this.world.user(userId);
    const others = user.blocks.filter((id) => id !== this.world.user(blockedId).id);
    this.world.putUser({ ...user, blocks: blocks ? [...others, blockedId] : others });
    this.emit('change');
  }

  // ---- what users do

  /** A file that a user attaches to what they write next. */
  upload(file: NewFile): { mediaId: string } {
    return { mediaId: this.media.add(file).id };
  }

  writePost(post: NewPost): { postId: string } {
    return { postId: this.posts.write(post).id };
  }

  /** Returns the id of the new version. */
  editPost(postId: string, text: string): { postId: string } {
    return { postId: this.posts.edit(postId, text).id };
  }

  deletePost(postId: string): void {
    this.posts.remove(postId);
  }

  hidePost(postId: string, hidden = true): void {
    this.posts.hide(postId, hidden);
  }

  repost(userId: string, postId: string): { postId: string } {
    return { postId: this.posts.repost(userId, postId).id };
  }

  like(userId: string, postId: string): void {
    this.posts.like(userId, postId);
  }

  setMetrics(postId: string, metrics: Partial<PostMetrics>): void {
    this.posts.setMetrics(postId, metrics);
    this.emit('change');
  }

  writeDirect(direct: NewDirect): { directId: string; conversationId: string } {
    const { id, conversationId } = this.directs.write(direct);
    return { directId: id, conversationId };
  }

  /** A conversation of several; messages go `to` its id. */
  addGroup(participants: readonly string[]): { conversationId: string } {
    return { conversationId: this.directs.group(participants).id };
  }

  joinGroup(conversationId: string, by: string, who: readonly string[]): { directId: string } {
    return { directId: this.directs.change(conversationId, by, 'ParticipantsJoin', [...who]).id };
  }

  leaveGroup(conversationId: string, who: string): { directId: string } {
    return { directId: this.directs.change(conversationId, who, 'ParticipantsLeave', [who]).id };
  }

  /** A user opens the conversation with another: everything there is read. */
  readDirect(readerId: string, otherId: string): void {
    this.directs.read(this.directs.between(readerId, otherId).id, readerId);
  }

  typeDirect(userId: string, otherId: string): void {
    this.directs.typing(this.directs.between(userId, otherId).id, userId);
  }

  /** An encrypted message (XChat). */
  chat(message: { from: string; to: string; text: string; at?: number }): { chatId: string } {
    return { chatId: this.directs.chat(message).id };
  }

  // ---- what the platform does

  /** A user removes an app: its tokens for them are dead, and it is told. */
  revoke(userId: string, appId: string): void {
    this.access.revoke(this.world.user(userId).id, this.world.app(appId).id);
  }

  /** Access tokens of a user end before their time; refreshing helps. */
  expireTokens(userId: string): void {
    this.access.expire(this.world.user(userId).id);
    this.emit('change');
  }

  /** For so long every token is answered 401, and is fine afterwards; 0 ends it. */
  outage(ms: number): void {
    this.setRules({ outageUntil: ms === 0 ? 0 : this.world.now() + ms });
  }

  /** Sets an app's credit. Dollars; null: it is not looked at. */
  setCredit(appId: string, dollars: number | null): void {
    this.registry.addApp({ appId: this.world.app(appId).id, credit: dollars });
    this.emit('change');
  }

  // ---- what tests ask

  /** What others wrote to or about a user and what the user answered, oldest first: what an inbox must show in the end. */
  truth(userId: string): TruthEntry[] {
    return truthOf(this.world.user(userId), this.world);
  }

  /** What stands of a user on the platform now: posts, and direct messages to `readerId`. Each once, oldest first. */
  visibleOf(userId: string, readerId: string): VisibleEntry[] {
    return visibleOf(this.world.user(userId), this.world.user(readerId), this.world);
  }
}
