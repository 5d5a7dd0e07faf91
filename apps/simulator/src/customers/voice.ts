import type { Customer, Place, Saying } from './customer';

/** An answer that a customer got. */
export interface Answer {
  readonly customerId: string;
  /** What the customer answers when they go on from here. */
  readonly ref: string;
  /** References of what it answers, as far as the platform says. */
  readonly answers: readonly string[];
  /** Tells the platform that they have read it. */
  readonly read?: () => void;
  /** Tells the platform that they like it. */
  readonly like?: () => void;
}

/** How the customers write at one place, and hear of answers there. Whatever a platform refuses is a RangeError. */
export interface Voice {
  readonly place: Place;
  /** Whether nobody has written here yet. */
  isEmpty(): boolean;
  /** Begins something. Returns what `goOn` knows it by. @param at when it was written; default now. */
  begin(customer: Customer, saying: Omit<Saying, 'place'>, at?: Date): Promise<string>;
  /** Writes on, after what was last written or answered there. Returns its reference. */
  goOn(customer: Customer, ref: string, saying: Omit<Saying, 'place'>, at?: Date): Promise<string>;
  /** Tells of every answer from now on. Returns what ends that. */
  listen(hear: (answer: Answer) => void): () => void;
}
