import type { Customer, Place, Saying } from './customer';
import { EVERYDAY } from './everyday';
import type { Talk, Told } from './told';
import type { Answer, Voice } from './voice';

export interface LifeOptions {
  /** Milliseconds between two messages, on whatever channel: always the same, or drawn evenly from a range. Default: 8 to 20 seconds. */
  readonly everyMs?: number | readonly [number, number];
  /** Milliseconds until somebody reads an answer. Default: 3 to 9 seconds. */
  readonly readAfterMs?: number | readonly [number, number];
  /** Milliseconds for which nobody who wrote asks again. Default: 90 seconds. */
  readonly patienceMs?: number;
  /** Messages in all; then life stops by itself. Default and most: 200. */
  readonly limit?: number;
  /** Numbers from 0 to below 1. Default: Math.random. */
  readonly random?: () => number;
}

export interface LifeParts {
  readonly cast: readonly Customer[];
  readonly voices: ReadonlyMap<Place, Voice>;
  readonly told: Told;
  readonly now: () => Date;
  /** Called when something was written, or life has ended. */
  readonly changed: () => void;
}

export const USUAL_MS = [8_000, 20_000] as const;
const MOST = 200;
/** Messages of one customer in one talk, so that none goes on for ever. */
const MOST_IN_A_TALK = 4;
/** What one customer waits for at a time. */
const MOST_WAITING = 2;
/** Failures one after the other that end life: a full disk, a full mailbox. */
const MOST_FAILURES = 5;
/** Public places: one may ask there, and be answered in private. */
const PRIVATELY: Partial<Record<Place, Place>> = { comment: 'chat', post: 'direct' };
const QUIET_PLACES: readonly Place[] = ['mail', 'chat', 'post', 'direct'];

type Act = () => Promise<void>;

/**
 * The customers write by themselves, at one rate for all channels: they begin their story, tell it elsewhere or ask again where nobody
 * answers, thank for answers or ask on, and wait. One message at a time, a bounded number in all.
 */
export class CustomerLife {
  /** Messages so far. */
  written = 0;
  /** Why life ended before its time. */
  failure: string | undefined;
  /** Resolves when nothing more will be written. */
  readonly ended: Promise<void>;
  private end: () => void = () => undefined;
  private readonly reactions: Act[] = [];
  private readonly customers: ReadonlyMap<string, Customer>;
  private readonly random: () => number;
  private readonly limit: number;
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly deafen: (() => void)[];
  private failures = 0;
  private stopped = false;

  constructor(
    private readonly parts: LifeParts,
    private readonly options: LifeOptions = {},
  ) {
    this.random = options.random ?? Math.random;
    this.limit = Math.min(options.limit ?? MOST, MOST);
    this.customers = new Map(parts.cast.map((customer) => [customer.id, customer]));
    this.ended = new Promise((resolve) => (this.end = resolve));
    this.deafen = [...parts.voices.values()].map((voice) => voice.listen((answer) => this.hear(voice.place, answer)));
    this.plan();
  }

  get running(): boolean {
    return !this.stopped;
  }

  /** Least and most milliseconds between two messages. */
  get everyMs(): readonly [number, number] {
    const { everyMs = USUAL_MS } = this.options;
    return typeof everyMs === 'number' ? [everyMs, everyMs] : everyMs;
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    for (const deafen of this.deafen) deafen();
    this.end();
    this.parts.changed();
  }

  /** An answer ends the waiting at once; what the customer makes of it comes in its turn. */
  private hear(place: Place, answer: Answer): void {
    const customer = this.customers.get(answer.customerId);
    if (!customer) return;
    const { told } = this.parts;
    const talk = this.talkOf(place, answer);
    // whoever told the same on two channels wants no second answer
    const settled = told.of(customer.id).filter((other) => other.state === 'waits' && talk.story && other.story);
    for (const other of settled) told.put({ ...other, state: 'answered' });
    told.put({ ...talk, state: 'answered', ref: answer.ref });
    this.after(this.options.readAfterMs ?? [3_000, 9_000], () => {
      answer.read?.();
      const dice = this.random();
      // another answer may have come meanwhile, and been thanked for
      if (talk.written >= MOST_IN_A_TALK || told.talk(talk.id)?.state !== 'answered') return;
      if (dice < 0.5) this.reactions.push(() => this.goOn(talk.id, customer.thanks, 'over'));
      else if (dice < 0.7) this.reactions.push(() => this.goOn(talk.id, customer.asksOn, 'waits'));
      else if (dice < 0.85) answer.like?.();
    });
  }

  /** What an answer is to: what it names, else what the customer last began there or at the public place that belongs to it. */
  private talkOf(place: Place, { customerId, ref, answers }: Answer): Talk {
    const talks = this.parts.told.of(customerId);
    const here = talks.filter((talk) => talk.place === place);
    const named = here.findLast((talk) => answers.includes(talk.ref)) ?? here.at(-1);
    if (named) return named;
    const publicly = talks.findLast((talk) => PRIVATELY[talk.place] === place);
    if (publicly) this.parts.told.put({ ...publicly, state: 'answered' });
    const story = publicly?.story ?? false;
    return { id: this.newId(customerId), customerId, place, story, ref, state: 'answered', written: 0, at: this.now() };
  }

  private plan(): void {
    this.after(this.everyMs, () => void this.act());
  }

  private async act(): Promise<void> {
    const next = this.reactions.shift() ?? this.chase() ?? this.tell() ?? this.everyday();
    try {
      await next?.();
      this.failures = 0;
      if (next) this.written += 1;
    } catch (error) {
      this.failures += 1;
      if (this.failures >= MOST_FAILURES || !(error instanceof RangeError)) {
        this.failure = error instanceof Error ? error.message : String(error);
        return this.stop();
      }
    }
    if (this.stopped) return;
    this.parts.changed();
    if (this.written < this.limit) this.plan();
    else this.stop();
  }

  /** Whoever has waited longest tells more of it, elsewhere perhaps, or asks again; now and then. */
  private chase(): Act | undefined {
    if (this.random() > 0.35) return undefined;
    const before = this.now() - (this.options.patienceMs ?? 90_000);
    const { told } = this.parts;
    for (const talk of told.all()) {
      if (talk.state !== 'waits' || talk.at > before) continue;
      const customer = this.customers.get(talk.customerId);
      if (!customer) continue;
      const more = talk.story ? this.nextSaying(customer) : undefined;
      if (more) return () => this.say(customer, more);
      // asked for once; after that they wait
      if (talk.written < 2) return () => this.goOn(talk.id, customer.chase, 'waits');
    }
    return undefined;
  }

  /** Somebody begins their story. */
  private tell(): Act | undefined {
    const { cast, told } = this.parts;
    const fresh = cast.filter(({ id }) => told.said(id) === 0).filter((customer) => this.nextSaying(customer));
    if (fresh.length === 0) return undefined;
    const customer = this.pick(fresh);
    return () => this.say(customer, this.nextSaying(customer)!);
  }

  /** Somebody asks what anybody may ask, at a place where they write anyway. */
  private everyday(): Act | undefined {
    const { cast, told, voices } = this.parts;
    const free = cast.flatMap((customer) => {
      const waiting = told.of(customer.id).filter(({ state }) => state === 'waits');
      if (waiting.length >= MOST_WAITING) return [];
      const own = new Set(customer.story.map(({ place }) => place));
      // a second matter in one chat is no second conversation
      const places = QUIET_PLACES.filter((place) => own.has(place) && voices.has(place));
      const usable = places.filter((place) => place === 'mail' || waiting.every((talk) => talk.place !== place));
      return usable.map((place) => ({ customer, place }));
    });
    if (free.length === 0) return undefined;
    const { customer, place } = this.pick(free);
    const matter = this.pick(EVERYDAY[customer.language]);
    const number = String(100_000 + Math.floor(this.random() * 900_000));
    const text = inMail(place, customer, matter.text.replace('#', number));
    return () => this.begin(customer, { place, subject: matter.subject.replace('#', number), text }, false);
  }

  private nextSaying({ id, story }: Customer): Saying | undefined {
    const saying = story[this.parts.told.said(id)];
    return saying && this.parts.voices.has(saying.place) ? saying : undefined;
  }

  private async say(customer: Customer, saying: Saying): Promise<void> {
    const { told } = this.parts;
    const here = told.of(customer.id).findLast(({ story, place }) => story && place === saying.place);
    told.hasSaid(customer.id, told.said(customer.id) + 1);
    if (here) await this.goOn(here.id, saying.text, 'waits', false);
    else await this.begin(customer, saying, true);
  }

  private async begin(customer: Customer, saying: Saying, story: boolean): Promise<void> {
    const { place } = saying;
    const { voices, told } = this.parts;
    const ref = await voices.get(place)!.begin(customer, saying);
    const id = this.newId(customer.id);
    told.put({ id, customerId: customer.id, place, story, ref, state: 'waits', written: 1, at: this.now() });
  }

  private async goOn(talkId: string, text: string, state: Talk['state'], signed = true): Promise<void> {
    const { told, voices } = this.parts;
    const talk = told.talk(talkId);
    const customer = talk && this.customers.get(talk.customerId);
    if (!talk || !customer) return;
    // before it is tried: what a platform refuses is not tried for ever
    told.put({ ...talk, written: talk.written + 1, state, at: this.now() });
    const words = signed ? inMail(talk.place, customer, text) : text;
    const ref = await voices.get(talk.place)!.goOn(customer, talk.ref, { text: words });
    told.put({ ...told.talk(talkId)!, ref });
  }

  private newId(customerId: string): string {
    return `${customerId}/${this.parts.told.of(customerId).length + 1}-${this.now()}`;
  }

  private now(): number {
    return this.parts.now().getTime();
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

function inMail(place: Place, { name }: Customer, text: string): string {
  return place === 'mail' ? `${text}\n\n${name}` : text;
}
