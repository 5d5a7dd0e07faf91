import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Clock } from '@app/runtime';
import { idAt } from '../../apps/connector-x/src/ids';
import { MailSimulator, MessengerSimulator, XSimulator, type AppKeys } from '../../apps/simulator/src';
import { CANARY, CANARY_FIELDS, canaryOfOld, canaryUser, PICTURE_URL } from './blind-canary';
import { keepHistory } from './blind-history';
import { AllInOne } from './installed-product';
import { until } from './product';

const MAILBOX = 'support@nord.example';
export const BEN = 'ben@customers.test';
/** Where the writer reads mail. */
export const NINA = 'nina@customers.test';
const SEED = 23;

/** Somebody who writes on all three channels: the canary, or one of whom nobody has heard. */
interface Writer {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly count: number;
  readonly user: (id: string) => object;
  readonly ofOld: (id: string) => object;
}

const WRITERS: Readonly<Record<'canary' | 'nobody', Writer>> = {
  canary: { fields: CANARY_FIELDS, count: CANARY.followers, user: canaryUser, ofOld: canaryOfOld },
  nobody: {
    fields: {},
    count: 0,
    user: (id) => ({ id, name: CANARY.name, username: CANARY.username }),
    ofOld: (id) => ({ id_str: id, name: CANARY.name, screen_name: CANARY.username }),
  },
};

/**
 * Evenhand as an operator installs it, with its own database in its own directory and an account on each channel; the platforms
 * are played in this process. Everything it logs is kept, down to the least.
 */
export class BlindHouse {
  private meta!: { readonly appId: string; readonly appSecret: string; readonly pageId: string };
  private keys!: AppKeys;
  private handle = '';
  private writerId = '';
  private psid = '';

  private constructor(
    private readonly writer: Writer,
    readonly product: AllInOne,
    readonly x: XSimulator,
    readonly messenger: MessengerSimulator,
    readonly mail: MailSimulator,
    private readonly dir: string,
  ) {}

  static async start(who: 'canary' | 'nobody'): Promise<BlindHouse> {
    const clock = new Clock();
    const dir = await mkdtemp(join(tmpdir(), 'evenhand-platforms-'));
    const x = await XSimulator.start({ clock, seed: SEED });
    const messenger = await MessengerSimulator.start({ clock, seed: SEED, receipts: 'delivered' });
    const mail = await MailSimulator.start({ dir });
    await x.listen();
    await messenger.listen();
    const product = await AllInOne.start({ EVENHAND_LOG_LEVEL: 'trace' });
    const house = new BlindHouse(WRITERS[who], product, x, messenger, mail, dir);
    try {
      await keepHistory(product.ownerUrl());
      const { email, password } = house.person;
      await product.command(['user', 'add', '--email', email, '--role', 'admin', '--password-stdin'], password);
      await house.connect();
    } catch (error) {
      await house.kill();
      throw new Error(`${(error as Error).message}\n${product.output.slice(-3_000)}`);
    }
    return house;
  }

  async stop(): Promise<void> {
    await this.product.stop();
    await this.platformsEnd();
  }

  async kill(): Promise<void> {
    await this.product.kill();
    await this.platformsEnd();
  }

  /** Who may sign in; an admin. */
  readonly person = { email: 'nora@nord.example', password: 'a long enough password' };

  get url(): string {
    return this.product.api.baseUrl;
  }

  /** What the writer, and somebody else, do on every channel. */
  async tell(): Promise<void> {
    const { x, messenger, handle, writerId, psid, meta, writer } = this;
    const metrics = { likes: writer.count, reposts: writer.count, views: writer.count, quotes: writer.count };
    const { postId: news } = x.writePost({ author: handle, text: 'We are open on Sunday.' });
    const { postId } = x.writePost({ author: writerId, text: '@nord my kettle whistles no more', metrics });
    await this.quiet();
    x.editPost(postId, '@nord my kettle whistles no more at all');
    x.writePost({ author: writerId, text: 'Really? @nord', quotes: news, metrics });
    x.writeDirect({ from: writerId, to: handle, text: 'And here is my number' });
    x.chat({ from: writerId, to: handle, text: 'nobody can read this' });
    x.like(writerId, news);
    await this.quiet();
    for (const body of this.bodiesOfX()) await this.pushX(body);
    messenger.writeAs(psid, meta.pageId, { text: 'Where is order 7?' });
    messenger.post(meta.pageId, 'We are open on Sunday.');
    messenger.comment(meta.pageId, psid, { text: 'Nobody answers here' });
    await this.quiet();
    await this.pushPage();
    this.write(`Nina <${NINA}>`, 'My kettle', 'It whistles no more.', writer.fields);
    this.write(`Ben <${BEN}>`, 'My lamp', 'It is dark.', {});
    await this.quiet();
  }

  /** The customer takes no direct messages of ours and shuts us out: what is sent there is refused. */
  shutOut(): void {
    this.x.block(this.writerId, this.handle);
  }

  /** Everything is delivered, taken in and done. */
  async quiet(): Promise<void> {
    let calm = 0;
    await until(
      'everything is taken in',
      async () => {
        await this.x.settled();
        await this.messenger.settled();
        const [row] = await this.product.query<{ open: number }>(
          `select (select count(*)::int from intake.events where ingested_at is null)
                + (select count(*)::int from jobs.jobs where dead_at is null and run_at <= now()) as open`,
        );
        calm = row!.open === 0 ? calm + 1 : 0;
        return calm >= 3;
      },
      60_000,
    );
  }

  private async connect(): Promise<void> {
    const { product, x, messenger, mail, url } = this;
    const { password } = mail.addMailbox(MAILBOX, { storesSent: true });
    await product.addMailbox({ address: MAILBOX, password, imapPort: mail.imapPort, smtpPort: mail.smtpPort });

    const app = messenger.addApp({ requireProof: true });
    const { pageId } = messenger.addPage({ name: 'Nord' });
    const { userId } = messenger.addUser({ pages: [pageId] });
    this.meta = { ...app, pageId };
    this.psid = messenger.person({ name: CANARY.name });
    const token = messenger.token({ appId: app.appId, userId, pageId });
    const page = ['account', 'add', 'messenger', '--page-id', pageId, '--app-id', app.appId, '--secrets-stdin'];
    page.push('--graph-url', `${messenger.origin}/sim/graph`, '--dialog-url', `${messenger.origin}/sim/facebook`);
    const reached = { EVENHAND_PUBLIC_URL: url };
    await product.command(page, `${app.appSecret}\n${token}\n`, reached);

    this.handle = x.addUser({ username: 'nord', name: 'Nord' }).userId;
    const { bio, place, followers, username, name } = CANARY;
    const fame = { followers, verifiedFollowers: followers, listed: followers, verified: true, verifiedType: 'government' } as const; // prettier-ignore
    const isCanary = this.writer.count > 0;
    const shown = isCanary ? { bio, location: place, pictureUrl: PICTURE_URL, reach: fame } : {};
    this.writerId = x.addUser({ username, name, ...shown }).userId;
    this.keys = x.addApp();
    const old = x.oldToken({ appId: this.keys.appId, userId: this.handle });
    const add = ['account', 'add', 'x', '--client-id', this.keys.clientId, '--secrets-stdin'];
    add.push('--api-url', `${x.origin}/sim/x/api`, '--authorize-url', `${x.origin}/sim/x`);
    const secrets = [this.keys.consumerKey, this.keys.consumerSecret, old.token, old.tokenSecret];
    const said = await product.command(add, `${secrets.join('\n')}\n`, reached);
    if (/does not (deliver|tell)/.test(said)) throw new Error(said);
    await until('each account is read', async () => {
      const rows = await product.query<{ status: string }>('select status from inbox.accounts');
      const cursors = await product.query(
        `select from intake.cursors where stream in ('INBOX', 'mentions', 'own-posts')`,
      );
      return rows.length === 3 && rows.every(({ status }) => status === 'connected') && cursors.length > 0;
    });
  }

  /** All that X has ever been seen to tell of somebody, pushed by both of its APIs; one body cannot be read. */
  private bodiesOfX(): string[] {
    const { handle, writerId, writer } = this;
    const now = new Date();
    const [first, second] = [idAt(now), (BigInt(idAt(now)) + 5n).toString()];
    const metrics = { like_count: writer.count, impression_count: writer.count };
    const post = { id: first, author_id: writerId, created_at: now.toISOString(), conversation_id: first, text: '@nord hello?', edit_history_tweet_ids: [first], public_metrics: metrics }; // prettier-ignore
    const data = {
      event_uuid: randomUUID(),
      event_type: 'post.mention.create',
      filter: { user_id: handle },
      payload: post,
    };
    const activity = { data: { ...data, includes: { users: [writer.user(writerId)] } } };
    const entities = { user_mentions: [{ id_str: handle, screen_name: 'nord', indices: [0, 5] }] };
    const old = { id_str: second, text: '@nord are you there?', timestamp_ms: String(now.getTime()), user: writer.ofOld(writerId), entities, favorite_count: writer.count }; // prettier-ignore
    const account = JSON.stringify({ for_user_id: handle, tweet_create_events: [old] });
    return [JSON.stringify(activity), account, account.slice(0, -20)];
  }

  private async pushX(body: string): Promise<void> {
    const { url } = this.x.pushing.hooks.listOf(this.keys.appId)[0]!;
    const signature = createHmac('sha256', this.keys.consumerSecret).update(body).digest('base64');
    await post(url, body, { 'x-twitter-webhooks-signature': `sha256=${signature}` });
  }

  /** Messenger tells of a message, with fame beside everything it may stand beside. */
  private async pushPage(): Promise<void> {
    const { messenger, meta, psid, writer } = this;
    const { fields } = writer;
    const sender = { id: messenger.psid(psid, meta.pageId), ...fields };
    const update = { sender, recipient: { id: meta.pageId }, timestamp: Date.now(), message: { mid: 'm_canary', text: 'Hello?', ...fields }, ...fields }; // prettier-ignore
    const body = JSON.stringify({ object: 'page', entry: [{ id: meta.pageId, time: Date.now(), messaging: [update], ...fields }] }); // prettier-ignore
    const signature = createHmac('sha256', meta.appSecret).update(body).digest('hex');
    await post(messenger.world.app(meta.appId).webhook!.url, body, { 'x-hub-signature-256': `sha256=${signature}` });
  }

  private write(from: string, subject: string, text: string, fields: Readonly<Record<string, unknown>>): void {
    const id = `${subject.replace(/\W/g, '')}@customers.test`;
    const headers = [`From: ${from}`, `To: ${MAILBOX}`, `Subject: ${subject}`, `Message-ID: <${id}>`];
    const more = Object.entries(fields).map(([key, value]) => `X-Sender-${key.replaceAll('_', '-')}: ${String(value)}`);
    this.mail.addMailbox(from.replace(/^.*<|>$/g, ''));
    this.mail.deliver([...headers, ...more, '', text].join('\r\n'), { to: MAILBOX });
  }

  private async platformsEnd(): Promise<void> {
    await this.x.stop();
    await this.messenger.stop();
    await this.mail.stop();
    await rm(this.dir, { recursive: true, force: true });
  }
}

async function post(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<void> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(20_000) });
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`the webhook answered ${response.status}`);
}
