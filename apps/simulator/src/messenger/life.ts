import { idOf } from './demo';
import { CHATTERS, FURTHER, MATTERS, NUDGES, PUBLIC_MATTERS, THANKS } from './life-stories';
import type { Language, Message } from './model';
import type { MessengerPlatform } from './platform';

export interface MessengerLifeOptions {
  /** Milliseconds between two matters: always the same, or drawn evenly from a range. Default: 20 to 60 seconds. */
  everyMs?: number | readonly [number, number];
  /** Milliseconds until somebody reads an answer. Default: 3 to 9 seconds. */
  readAfterMs?: number | readonly [number, number];
  /** Messages in all; then life stops by itself. Default and most: 200. */
  limit?: number;
  /** Numbers from 0 to below 1. Default: Math.random. */
  random?: () => number;
}

const MOST = 200;
/** Messages of one customer, so that no talk goes on for ever. */
const MOST_IN_A_TALK = 6;
/** How many wait at least before one of them asks again. */
const MANY_WAIT = 4;

interface Talk {
  personId: string;
  language: Language;
  written: number;
  answered: boolean;
}

/**
 * Fictional customers on Messenger: new matters in private and in public, a nudge where nobody answered; who gets an answer reads
 * it after a moment, thanks, asks on, sends a heart, or nothing. A bounded number of messages in all.
 */
export class MessengerLife {
  /** Messages and comments so far. */
  written = 0;
  private readonly talks = new Map<string, Talk>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly random: () => number;
  private readonly limit: number;
  private stopped = false;
  private readonly listener = (message: Message): void => this.hear(message);

  constructor(
    private readonly platform: MessengerPlatform,
    private readonly pageId: string,
    private readonly options: MessengerLifeOptions,
  ) {
    this.random = options.random ?? Math.random;
    this.limit = Math.min(options.limit ?? MOST, MOST);
    platform.on('message', this.listener);
    this.plan();
  }

  get running(): boolean {
    return !this.stopped;
  }

  stop(): void {
    this.stopped = true;
    this.platform.off('message', this.listener);
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  /** An answer is read after a moment, and sometimes answered. */
  private hear({ direction, pageId, threadId, id }: Message): void {
    if (direction !== 'outbound' || pageId !== this.pageId) return;
    const personId = this.platform.world.threads.get(threadId)?.personId;
    if (personId === undefined) return;
    const talk = this.talkOf(personId);
    talk.answered = true;
    this.after(this.options.readAfterMs ?? [3_000, 9_000], () => {
      this.platform.read(personId, pageId);
      if (talk.written >= MOST_IN_A_TALK) return;
      const dice = this.random();
      if (dice < 0.4) this.say(talk, this.pick(THANKS[talk.language]));
      else if (dice < 0.65) this.say(talk, this.pick(FURTHER[talk.language]), false);
      else if (dice < 0.8) this.platform.react(id, 'love');
    });
  }

  private plan(): void {
    this.after(this.options.everyMs ?? [20_000, 60_000], () => {
      this.act();
      if (this.written < this.limit) this.plan();
      else this.stop();
    });
  }

  private act(): void {
    const waiting = [...this.talks.values()].filter(({ answered, written }) => !answered && written < MOST_IN_A_TALK);
    if (waiting.length >= MANY_WAIT && this.random() < 0.2) {
      this.say(waiting[0]!, this.pick(NUDGES[waiting[0]!.language]), false);
      return;
    }
    const language = this.random() < 0.6 ? 'fr' : 'en';
    const name = this.pick(CHATTERS[language]);
    const personId = this.platform.person({ id: idOf(name), name, language });
    const number = String(100_000 + Math.floor(this.random() * 900_000));
    if (this.random() < 0.15) {
      this.platform.comment(this.pageId, personId, { text: this.pick(PUBLIC_MATTERS[language]).replace('#', number) });
      this.written += 1;
      return;
    }
    const talk = this.talkOf(personId);
    talk.written = 0;
    for (const line of this.pick(MATTERS[language])) this.say(talk, line.replace('#', number), false);
  }

  private talkOf(personId: string): Talk {
    const { language } = this.platform.world.person(personId);
    const talk = this.talks.get(personId) ?? { personId, language, written: 0, answered: false };
    this.talks.set(personId, talk);
    return talk;
  }

  private say(talk: Talk, text: string, settled = true): void {
    talk.written += 1;
    talk.answered = settled;
    this.written += 1;
    this.platform.writeAs(talk.personId, this.pageId, { text });
  }

  private after(range: number | readonly [number, number], act: () => void): void {
    const [least, most] = typeof range === 'number' ? [range, range] : range;
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        if (!this.stopped) act();
      },
      least + this.random() * (most - least),
    );
    timer.unref();
    this.timers.add(timer);
  }

  private pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)] as T;
  }
}
