import type { Files } from './files';
import type { Attachment, Message, Page, Person, Thread } from './model';
import { DAY, type World } from './world';
import type { Happening, Webhooks } from './webhooks/webhooks';

/** The app by which people answer in the platform's own inbox. */
export const PAGE_INBOX_APP_ID = '263902037430900';

/** Longest text of a customer's message. */
const MOST_TEXT = 20_000;
/** How often a message can be edited. */
const MOST_EDITS = 5;

/** A file that somebody sends, or any payload in the platform's own words. */
export interface Enclosure {
  /** `image`, `audio`, `video`, `file`, `sticker`, `fallback`, `template`, … */
  type: string;
  /** The file itself. */
  bytes?: Buffer;
  name?: string;
  mime?: string;
  /** In place of a file: what stands in `payload`, null included. */
  payload?: unknown;
  /** Keys beside `type` and `payload`, such as `title`. */
  beside?: Record<string, unknown>;
}

export interface Writing {
  text?: string;
  attachments?: readonly Enclosure[];
  /** Payload of the quick reply that was tapped; its title is the text. */
  quickReply?: string;
  /** The mid answered to. */
  replyTo?: string;
  /** How they came: `{ref, source: 'ADS', type, ad_id, …}`. An ad opens a window of 7 days. */
  referral?: Record<string, unknown>;
  /** Any other keys of `message`. */
  extra?: Record<string, unknown>;
  /** Written then; default now. */
  at?: Date;
}

/** Whether what the Page writes reaches people, and is read, by itself. */
export type Receipts = 'none' | 'delivered' | 'read';

export const REACTIONS: Readonly<Record<string, string>> = {
  smile: '😆',
  angry: '😠',
  sad: '😢',
  wow: '😮',
  love: '❤️',
  like: '👍',
  dislike: '👎',
};

/** What passes between people and Pages in private: keeps it, and tells the apps in the shapes of the platform. */
export class Chats {
  receipts: Receipts = 'read';
  /** Where files can be had; empty until the simulator's address is known. */
  origin = '';
  /** Is told of each message, once it is kept. */
  heard: (message: Message) => void = () => undefined;

  constructor(
    private readonly world: World,
    private readonly files: Files,
    private readonly webhooks: Webhooks,
  ) {}

  /** A person writes to a Page. */
  write(person: Person, page: Page, writing: Writing): Message {
    const { text = '', attachments = [], quickReply, replyTo, referral, extra } = writing;
    if (text.length > MOST_TEXT) throw new RangeError(`The text is longer than ${MOST_TEXT} characters.`);
    const thread = this.world.thread(person, page.id);
    const at = this.timeIn(thread, writing.at);
    const message = this.keep(thread, at, { direction: 'inbound', text, attachments: this.enclose(attachments) });
    if (replyTo !== undefined) message.replyTo = replyTo;
    if (quickReply !== undefined) message.quickReply = quickReply;
    this.opens(thread, at, { wrote: true, ad: referral?.['source'] === 'ADS' });
    this.world.messages.put(message);
    const element = {
      mid: message.id,
      ...(text !== '' && { text }),
      ...(quickReply !== undefined && { quick_reply: { payload: quickReply } }),
      ...(replyTo !== undefined && { reply_to: { mid: replyTo, is_self_reply: false } }),
      ...(message.attachments.length > 0 && { attachments: this.shown(message.attachments) }),
      ...(referral && { referral }),
      ...extra,
    };
    this.tell(thread, { field: 'messages', about: [message.id] }, { timestamp: at, message: element });
    this.heard(message);
    return message;
  }

  /** A person taps a button; `mid: false` is the old form without one. */
  postback(
    person: Person,
    page: Page,
    { title, payload, referral }: { title: string; payload: string; referral?: Record<string, unknown> },
  ): Message {
    const thread = this.world.thread(person, page.id);
    const at = this.timeIn(thread);
    const message = this.keep(thread, at, { direction: 'inbound', text: title, attachments: [] });
    message.postback = { title, payload };
    this.opens(thread, at, { wrote: true });
    this.world.messages.put(message);
    const postback = { mid: message.id, title, payload, ...(referral && { referral }) };
    this.tell(thread, { field: 'messaging_postbacks', about: [message.id] }, { timestamp: at, postback });
    this.heard(message);
    return message;
  }

  /** A person comes into an existing thread by a link or an ad, without a word. */
  referral(person: Person, page: Page, referral: Record<string, unknown>): void {
    const thread = this.world.thread(person, page.id);
    const at = this.timeIn(thread);
    if (this.world.messagesOf(thread).length > 0) this.opens(thread, at, {});
    this.tell(thread, { field: 'messaging_referrals' }, { timestamp: at, referral });
  }

  optin(person: Person, page: Page, optin: Record<string, unknown>): void {
    const thread = this.world.thread(person, page.id);
    const at = this.timeIn(thread);
    this.opens(thread, at, {});
    this.tell(thread, { field: 'messaging_optins' }, { timestamp: String(at), optin });
  }

  /** A person changes what they wrote. */
  edit(mid: string, text: string): void {
    const message = this.world.message(mid);
    if (message.direction !== 'inbound') throw new RangeError('Only what a person wrote can be edited by them.');
    if (message.withdrawn) throw new RangeError('The message was unsent.');
    if (message.edits.length >= MOST_EDITS) throw new RangeError(`A message can be edited ${MOST_EDITS} times.`);
    const thread = this.world.threadOf(message);
    const at = this.world.now();
    message.edits.push({ text, at });
    this.world.messages.put(message);
    const element = { mid, text, num_edit: message.edits.length };
    this.tell(thread, { field: 'message_edits', about: [mid] }, { timestamp: at, message_edit: element });
  }

  /** A person takes back what they wrote. */
  unsend(mid: string): void {
    const message = this.world.message(mid);
    if (message.direction !== 'inbound') throw new RangeError('Only what a person wrote can be unsent by them.');
    message.withdrawn = true;
    this.world.messages.put(message);
    const at = this.world.now();
    const element = { mid, is_deleted: true };
    this.tell(this.world.threadOf(message), { field: 'messages', about: [mid] }, { timestamp: at, message: element });
  }

  /** A person reacts to a message, or with null takes it back. */
  react(mid: string, reaction: string | null): void {
    const message = this.world.message(mid);
    const thread = this.world.threadOf(message);
    if (reaction === null) delete message.reactions[thread.psid];
    else message.reactions[thread.psid] = REACTIONS[reaction] ?? reaction;
    this.world.messages.put(message);
    const at = this.world.now();
    this.opens(thread, at, {});
    const emoji = reaction === null ? undefined : REACTIONS[reaction];
    const shown = { reaction: emoji ? reaction : 'other', emoji: emoji ?? reaction, action: 'react', mid };
    const element = reaction === null ? { action: 'unreact', mid } : shown;
    this.tell(thread, { field: 'message_reactions', about: [mid] }, { timestamp: at, reaction: element });
  }

  /** A Page writes to a person, through an app or its own inbox. Knows no rules: those are the Send API's. */
  answer(
    thread: Thread,
    answer: { text?: string; attachments?: Attachment[]; appId?: string; metadata?: string; replyTo?: string },
  ): Message {
    const { text = '', attachments = [], appId, metadata, replyTo } = answer;
    const at = this.timeIn(thread);
    const message = this.keep(thread, at, { direction: 'outbound', text, attachments });
    if (appId !== undefined) message.appId = appId;
    if (metadata !== undefined) message.metadata = metadata;
    if (replyTo !== undefined) message.replyTo = replyTo;
    delete thread.typingUntil;
    this.world.messages.put(message);
    const page = this.world.page(thread.pageId);
    const shown = {
      is_echo: true,
      ...(appId !== undefined && { app_id: this.world.random.next() < 0.5 ? BigInt(appId) : appId }),
      ...(metadata !== undefined && { metadata }),
      mid: message.id,
      ...(text !== '' && { text }),
      ...(replyTo !== undefined && { reply_to: { mid: replyTo } }),
      ...(attachments.length > 0 && { attachments: this.shown(attachments) }),
    };
    this.webhooks.emit(page, {
      field: 'message_echoes',
      element: { sender: { id: page.id }, recipient: { id: thread.psid }, timestamp: at, message: shown },
      thread,
      about: [message.id],
    });
    if (this.receipts !== 'none') this.deliver(thread);
    if (this.receipts === 'read') this.read(thread);
    this.heard(message);
    return message;
  }

  /** What the Page wrote reaches the person's device. Told in the many forms that the platform has for it. */
  deliver(thread: Thread): void {
    const fresh = this.outboundAfter(thread, thread.deliveredUpTo);
    if (fresh.length === 0) return;
    const at = fresh.at(-1)!.at;
    thread.deliveredUpTo = at;
    this.world.threads.put(thread);
    const { random } = this.world;
    const watermark = at + 1;
    const delivery = {
      ...(random.next() < 0.75 && { mids: fresh.map(({ id }) => id).slice(-50) }),
      watermark: random.next() < 0.1 ? String(watermark) : watermark,
      ...(random.next() < 0.2 && { seq: 0 }),
    };
    const stamp = random.next() < 0.5 ? { timestamp: this.world.now() } : {};
    this.tell(thread, { field: 'message_deliveries', about: fresh.map(({ id }) => id) }, { ...stamp, delivery });
  }

  /** The person reads what the Page wrote. False: there was nothing new. */
  read(thread: Thread): boolean {
    const fresh = this.outboundAfter(thread, thread.readUpTo);
    if (fresh.length === 0) return false;
    this.deliver(thread);
    const watermark = Math.max(fresh.at(-1)!.at, this.world.now());
    thread.readUpTo = watermark;
    this.world.threads.put(thread);
    this.tell(
      thread,
      { field: 'message_reads', about: fresh.map(({ id }) => id) },
      { timestamp: watermark, read: { watermark } },
    );
    return true;
  }

  /** Tells apps something about a thread in which the person acts. */
  tell(
    thread: Thread,
    happening: Pick<Happening, 'field' | 'about' | 'onlyApp'>,
    element: Record<string, unknown>,
  ): void {
    const page = this.world.page(thread.pageId);
    const people = { sender: { id: thread.psid }, recipient: { id: page.id } };
    this.webhooks.emit(page, { ...happening, element: { ...people, ...element }, thread });
  }

  /** Keeps the files of a message. */
  enclose(enclosures: readonly Enclosure[]): Attachment[] {
    if (enclosures.length > 30) throw new RangeError('A message has at most 30 attachments.');
    return enclosures.map(({ type, bytes, name = type, mime = 'application/octet-stream', payload, beside }) => ({
      type,
      ...(bytes && { fileId: this.files.add({ name, mime, bytes, type }).id }),
      ...(payload !== undefined && { payload }),
      ...(beside && { beside }),
    }));
  }

  /** Attachments as a webhook shows them. */
  private shown(attachments: readonly Attachment[]): object[] {
    return attachments.map(({ type, fileId, payload, beside }) => {
      const { url: _url, ...rest } = (payload ?? {}) as { url?: unknown };
      const file = fileId !== undefined && { ...rest, url: this.address(fileId) };
      return { type, ...(file ? { payload: file } : payload !== undefined && { payload }), ...beside };
    });
  }

  /** Where a file can be had. Throws a RangeError while nobody knows the simulator's own address. */
  address(fileId: string): string {
    if (!this.origin) throw new RangeError('The simulator does not know its address: set `origin` or call `listen`.');
    return this.files.address(this.origin, fileId);
  }

  private keep(thread: Thread, at: number, part: Pick<Message, 'direction' | 'text' | 'attachments'>): Message {
    thread.updatedAt = Math.max(thread.updatedAt, at);
    this.world.threads.put(thread);
    return this.world.addMessage({
      id: this.world.newMid(),
      threadId: thread.id,
      pageId: thread.pageId,
      at,
      edits: [],
      withdrawn: false,
      reactions: {},
      ...part,
    });
  }

  /** Each message of a thread has a time of its own. */
  private timeIn(thread: Thread, at?: Date): number {
    const newest = this.world.messagesOf(thread).at(-1)?.at ?? 0;
    return Math.max(at?.getTime() ?? this.world.now(), newest + 1);
  }

  private opens(thread: Thread, at: number, { wrote = false, ad = false }): void {
    thread.openedAt = Math.max(thread.openedAt ?? 0, at);
    if (wrote) {
      thread.wroteAt = Math.max(thread.wroteAt ?? 0, at);
      thread.openForMs = ad ? 7 * DAY : DAY;
    }
    this.world.threads.put(thread);
  }

  private outboundAfter(thread: Thread, after: number): Message[] {
    return this.world.messagesOf(thread).filter(({ direction, at }) => direction === 'outbound' && at > after);
  }
}
