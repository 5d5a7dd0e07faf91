import type { MailArrival } from '../mail/post-office';
import type { StoredMail } from '../mail/stored-mail';
import type { Letter } from './letter';
import { CHASES, FURTHER_QUESTIONS, PEOPLE, type Person, STORIES, THANKS } from './stories';

export interface LifeOptions {
  /** To whom they write. Default: the demo's mailbox. */
  to?: string;
  /** Milliseconds between two mails: always the same, or drawn evenly from a range. Default: 8 to 20 seconds. */
  everyMs?: number | readonly [number, number];
  /** Mails in all; then life stops by itself. Default and most: 200. */
  limit?: number;
  /** Numbers from 0 to below 1. Default: Math.random. */
  random?: () => number;
}

const MOST = 200;
/** Mails of one customer in one conversation, so that no talk goes on for ever. */
const MOST_IN_A_TALK = 3;

type Write = (letter: Letter) => Promise<{ messageId: string; mail: StoredMail }>;

interface Talk {
  person: Person;
  messageId: string;
  subject: string;
  written: number;
  answered: boolean;
}

/**
 * Fictional customers who write by themselves: new matters, a chase where nobody answered, thanks or a further question
 * after an answer. At most one mail at a time, a bounded number in all.
 */
export class CustomerLife {
  /** Mails written so far. */
  written = 0;
  /** Why life ended before its time: a full disk, a full mailbox. */
  failure: string | undefined;
  /** Resolves when nothing more will be written. */
  readonly ended: Promise<void>;
  private end: () => void = () => undefined;
  private readonly talks = new Map<string, Talk>();
  private readonly replies: (() => Letter)[] = [];
  private readonly random: () => number;
  private readonly limit: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: LifeOptions & { to: string },
    private readonly write: Write,
  ) {
    this.random = options.random ?? Math.random;
    this.limit = Math.min(options.limit ?? MOST, MOST);
    this.ended = new Promise((resolve) => (this.end = resolve));
    this.plan();
  }

  get running(): boolean {
    return this.timer !== undefined;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.end();
  }

  /** Is told of every mail; an answer to one of these customers is what matters. Automatic mail is not answered. */
  hear({ address, folder, mail }: MailArrival): void {
    const talk = this.talks.get(address);
    const automatic = (mail.header('auto-submitted') ?? 'no') !== 'no';
    if (!talk || folder !== 'INBOX' || automatic || !this.running) return;
    talk.answered = true;
    const { messageId } = mail;
    if (!messageId || talk.written >= MOST_IN_A_TALK) return;
    const dice = this.random();
    const texts = dice < 0.5 ? THANKS : dice < 0.75 ? FURTHER_QUESTIONS : undefined;
    if (!texts) return;
    talk.answered = texts === THANKS;
    this.replies.push(() => ({
      from: talk.person,
      inReplyTo: messageId,
      text: `${this.pick(texts[talk.person.language])}\n\n${talk.person.name}`,
    }));
  }

  private plan(): void {
    const { everyMs = [8_000, 20_000] } = this.options;
    const [least, most] = typeof everyMs === 'number' ? [everyMs, everyMs] : everyMs;
    const act = (): void => void this.act().catch((error: unknown) => this.fail(error));
    this.timer = setTimeout(act, least + this.random() * (most - least));
    this.timer.unref();
  }

  private fail(error: unknown): void {
    this.failure = error instanceof Error ? error.message : String(error);
    this.stop();
  }

  private async act(): Promise<void> {
    const letter = this.replies.shift()?.() ?? this.chase() ?? this.begin();
    const { messageId } = await this.write(letter);
    const talk = this.talks.get(letter.from.address);
    if (talk) {
      talk.messageId = messageId;
      talk.written += 1;
    }
    this.written += 1;
    if (!this.running) return;
    if (this.written < this.limit) this.plan();
    else this.stop();
  }

  /** One who got no answer asks again, now and then. */
  private chase(): Letter | undefined {
    const waiting = [...this.talks.values()].filter((talk) => !talk.answered && talk.written < MOST_IN_A_TALK);
    if (waiting.length < 4 || this.random() > 0.25) return undefined;
    const talk = waiting[0] as Talk;
    return {
      from: talk.person,
      to: this.options.to,
      inReplyTo: talk.messageId,
      subject: `Re: ${talk.subject}`,
      text: `${this.pick(CHASES[talk.person.language])}\n\n${talk.person.name}`,
    };
  }

  private begin(): Letter {
    const fresh = PEOPLE.filter(({ address }) => !this.talks.has(address));
    const person = this.pick(fresh.length > 0 ? fresh : PEOPLE);
    const story = this.pick(STORIES[person.language]);
    const number = String(100_000 + Math.floor(this.random() * 900_000));
    const subject = story.subject.replace('#', number);
    this.talks.set(person.address, { person, messageId: '', subject, written: 0, answered: false });
    return {
      from: person,
      to: this.options.to,
      subject,
      text: `${story.text.replace('#', number)}\n\n${person.name}`,
    };
  }

  private pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)] as T;
  }
}
