import { createHash, createHmac } from 'node:crypto';
import { ScriptedX, type Asked, type Reply } from '../../apps/connector-x/src/testing/scripted-x';
import { MailSimulator } from '../../apps/simulator/src';
import { asOf, fameFields, fameHeaders, type Fame } from './blind-fame';

/** Of our apps at X and Meta. */
export const APP_SECRET = 'secret-of-the-app';
export const APP_ID = '1900000001';
export const PAGE_ID = '190000000000001';
export const MAILBOX = 'support@nord.example';

const FILE_HOSTS = /https:\/\/(?:pbs\.twimg\.com|video\.twimg\.com|ton\.twitter\.com|ton\.x\.com)/g;
/** One white dot. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg==',
  'base64',
);
const SUBSCRIBED =
  'messages,messaging_postbacks,messaging_optins,message_deliveries,message_reads,messaging_referrals,message_reactions,message_edits,message_echoes,messaging_handovers,standby,messaging_policy_enforcement,feed'; // prettier-ignore

/** A request to a webhook, as a platform makes it. */
export interface Pushed {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Lists {
  readonly mentions?: unknown;
  readonly dm_events?: unknown;
  readonly tweets?: unknown;
}

/** X, Meta and a mail provider on this machine, which tell of everybody as being as known as the world says. */
export class BlindPlatforms {
  /** What X lists when it is asked: by the end of the path. */
  lists: Lists = {};
  /** What was pushed, and mails as they came: by SHA-256 how many bytes. */
  readonly sent = new Map<string, number>();
  private mails = 0;
  private held: Promise<void> = Promise.resolve();

  private constructor(
    private readonly fame: Fame,
    private readonly now: () => Date,
    private readonly web: ScriptedX,
    readonly mail: MailSimulator,
    /** Of our mailbox. */
    readonly password: string,
  ) {
    web.script = (asked) => this.answer(asked);
  }

  static async start(fame: Fame, now: () => Date, directory: string): Promise<BlindPlatforms> {
    const mail = await MailSimulator.start({ dir: directory });
    const { password } = mail.addMailbox(MAILBOX, { storesSent: true });
    return new BlindPlatforms(fame, now, await ScriptedX.start(), mail, password);
  }

  async stop(): Promise<void> {
    await this.web.close();
    await this.mail.stop();
  }

  /** Where X and Meta answer. */
  get url(): string {
    return this.web.url;
  }

  /** Everything they were asked. */
  get asked(): readonly Asked[] {
    return this.web.asked;
  }

  /** Files are given out once what is returned is called, so that what else happens comes before. */
  holdFiles(): () => void {
    let release = (): void => undefined;
    this.held = new Promise((resolve) => (release = resolve));
    return release;
  }

  /** X pushes a body. */
  ofX(body: unknown): Pushed {
    const text = this.told(body);
    const signature = createHmac('sha256', APP_SECRET).update(text).digest('base64');
    return this.pushed(text, { 'x-twitter-webhooks-signature': `sha256=${signature}` });
  }

  /** Messenger pushes a message, with fame beside everything it may stand beside. */
  message(mid: string, psid: string, text: string): Pushed {
    const at = this.now().getTime();
    const fame = fameFields(this.fame);
    const message = { mid, text, ...fame };
    const update = { sender: { id: psid, ...fame }, recipient: { id: PAGE_ID }, timestamp: at, message, ...fame };
    return this.ofPage([{ id: PAGE_ID, time: at, messaging: [update], ...fame }]);
  }

  /** The same of a comment on a post of the Page. */
  comment(id: string, author: { readonly id: string; readonly name: string }, text: string): Pushed {
    const at = this.now().getTime();
    const fame = fameFields(this.fame);
    const post = { post_id: `${PAGE_ID}_1`, parent_id: `${PAGE_ID}_1`, created_time: at / 1_000 };
    const value = {
      item: 'comment',
      verb: 'add',
      comment_id: id,
      ...post,
      from: { ...author, ...fame },
      message: text,
    };
    return this.ofPage([{ id: PAGE_ID, time: at, changes: [{ field: 'feed', value: { ...value, ...fame } }] }]);
  }

  /** A mail comes, with fame in headers that its sender's provider put there. */
  arrive(from: string, subject: string, text: string): void {
    const at = this.now();
    const raw = [
      `From: ${from}`,
      `To: ${MAILBOX}`,
      `Subject: ${subject}`,
      `Message-ID: <${this.mails++}@customers.example>`,
      `Date: ${at.toUTCString()}`,
      ...fameHeaders(this.fame),
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      '',
      text,
    ].join('\r\n');
    this.note(raw);
    this.mail.deliver(raw, { to: MAILBOX, internalDate: at });
  }

  private ofPage(entry: readonly object[]): Pushed {
    const text = JSON.stringify({ object: 'page', entry });
    const signature = createHmac('sha256', APP_SECRET).update(text).digest('hex');
    return this.pushed(text, { 'x-hub-signature-256': `sha256=${signature}` });
  }

  private pushed(body: string, headers: Readonly<Record<string, string>>): Pushed {
    this.note(body);
    return { body, headers: { 'content-type': 'application/json', ...headers } };
  }

  private note(raw: string): void {
    this.sent.set(createHash('sha256').update(raw).digest('hex'), Buffer.byteLength(raw));
  }

  /** A body of X's as it is told in this world; all files stand on the one platform there is. */
  private told(body: unknown): string {
    return JSON.stringify(asOf(this.fame, body)).replace(FILE_HOSTS, this.url);
  }

  private async answer({ path, method, query }: Asked): Promise<Reply> {
    if (path.endsWith('/debug_token')) {
      const token = { is_valid: true, expires_at: 0, data_access_expires_at: 0, type: 'PAGE', app_id: APP_ID };
      return { body: { data: { ...token, scopes: [] } } };
    }
    if (path.endsWith('/subscribed_apps')) {
      if (method === 'POST') return { body: { success: true } };
      return { body: { data: [{ id: APP_ID, subscribed_fields: SUBSCRIBED.split(',') }] } };
    }
    if (query.get('fields') === 'name,first_name,last_name') {
      return { body: { first_name: 'Ada', last_name: 'L.', ...fameFields(this.fame) } };
    }
    const list = this.lists[path.slice(path.lastIndexOf('/') + 1) as keyof Lists];
    // one page is all there is
    if (list !== undefined && !query.has('pagination_token')) return { body: JSON.parse(this.told(list)) as object };
    if (/\.(?:jpe?g|png|gif|mp4)$/.test(path)) {
      await this.held;
      return { headers: { 'content-type': 'image/png' }, body: PICTURE };
    }
    return { body: { data: [], meta: { result_count: 0 } } };
  }
}
