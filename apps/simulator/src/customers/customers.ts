import { join } from 'node:path';
import type { Clock } from '@app/runtime';
import { DEMO_MAILBOX, type MailSimulator } from '../mail-simulator';
import { messengerVoices } from '../messenger/demo-voices';
import type { MessengerSimulator } from '../messenger/messenger-simulator';
import { Store } from '../messenger/store';
import { xVoices } from '../x/demo-voices';
import type { XSimulator } from '../x/x-simulator';
import { CAST } from './cast';
import type { Customer, Place, Saying } from './customer';
import { CustomerLife, type LifeOptions } from './life';
import { mailVoice } from './mail-voice';
import { Told } from './told';
import type { Voice } from './voice';

const MINUTE = 60_000;

/** A simulated channel. */
export type Channel = 'mail' | 'messenger' | 'x';

/** The simulated platforms that customers write on, as far as there are any. */
export interface Platforms {
  readonly mail: MailSimulator;
  readonly messenger?: MessengerSimulator;
  readonly x?: XSimulator;
}

export interface CustomersOptions extends Platforms {
  readonly clock: Clock;
  /** Where it is kept what they have told; without it in memory only. */
  readonly dir?: string;
  /** Default: everybody in the demo. */
  readonly cast?: readonly Customer[];
}

const CHANNEL_OF: Readonly<Record<Place, Channel>> = {
  mail: 'mail',
  chat: 'messenger',
  comment: 'messenger',
  post: 'x',
  direct: 'x',
};

/** The fictional customers of the demo, on all channels: what they wrote before it began, and what they write while it runs. */
export class Customers {
  readonly platforms: Platforms;
  private readonly cast: readonly Customer[];
  private readonly clock: Clock;
  private readonly told: Told;
  private readonly voices: ReadonlyMap<Place, Voice>;
  private readonly listeners = new Set<() => void>();
  private currentLife: CustomerLife | undefined;

  constructor({ mail, messenger, x, clock, dir, cast = CAST }: CustomersOptions) {
    this.platforms = { mail, ...(messenger && { messenger }), ...(x && { x }) };
    this.cast = cast;
    this.clock = clock;
    this.told = new Told(new Store(dir === undefined ? undefined : join(dir, 'customers.jsonl')));
    const voices = [
      mailVoice(mail, DEMO_MAILBOX, cast),
      ...(messenger ? messengerVoices(messenger, cast) : []),
      ...(x ? xVoices(x, cast) : []),
    ];
    this.voices = new Map(voices.map((voice) => [voice.place, voice]));
  }

  /**
   * Writes what was written on a channel before the demo began, as if it had come over the last hours, the oldest first. What an
   * earlier start wrote is not written again, and a channel on which somebody else wrote stays as it is. Returns how many.
   */
  async writeEarlier(channel: Channel, now = this.clock.now()): Promise<number> {
    const { told, voices } = this;
    const earlier = this.cast
      .flatMap((customer) => customer.story.map((saying, n) => ({ customer, saying, n, key: `${customer.id}/${n}` })))
      .filter(({ saying }) => CHANNEL_OF[saying.place] === channel && saying.minutesAgo !== undefined)
      .sort((a, b) => b.saying.minutesAgo! - a.saying.minutesAgo!);
    const here = [...voices.values()].filter(({ place }) => CHANNEL_OF[place] === channel);
    const known = earlier.some(({ key }) => told.isWritten(key));
    const foreign = !known && !here.every((voice) => voice.isEmpty());
    let written = 0;
    for (const { customer, saying, n, key } of earlier) {
      const voice = voices.get(saying.place);
      if (!voice || told.isWritten(key)) continue;
      if (!foreign) {
        await this.write(voice, customer, saying, new Date(now.getTime() - saying.minutesAgo! * MINUTE));
        written += 1;
      }
      told.wrote(key);
      told.hasSaid(customer.id, Math.max(told.said(customer.id), n + 1));
    }
    return written;
  }

  /** Lets them write, chase and thank until stopped; a second call replaces the first. */
  startLife(options: LifeOptions = {}): CustomerLife {
    this.currentLife?.stop();
    const { cast, voices, told, clock } = this;
    const parts = { cast, voices, told, now: () => clock.now(), changed: () => this.tell() };
    this.currentLife = new CustomerLife(parts, options);
    this.tell();
    return this.currentLife;
  }

  get life(): CustomerLife | undefined {
    return this.currentLife?.running ? this.currentLife : undefined;
  }

  /** Calls back after each message that was written, and when life begins or ends. */
  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  stop(): void {
    this.currentLife?.stop();
    this.listeners.clear();
    this.told.close();
  }

  private async write(voice: Voice, customer: Customer, saying: Saying, at: Date): Promise<void> {
    const { told } = this;
    const { place } = saying;
    const before = told.of(customer.id).findLast((talk) => talk.place === place);
    const ref = before ? await voice.goOn(customer, before.ref, saying, at) : await voice.begin(customer, saying, at);
    told.put({
      id: before?.id ?? `${customer.id}/${place}`,
      customerId: customer.id,
      place,
      story: true,
      ref,
      state: 'waits',
      // what was written before the demo began counts once: they may ask again
      written: 1,
      at: at.getTime(),
    });
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
