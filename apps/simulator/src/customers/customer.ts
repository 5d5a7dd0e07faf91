/** Where a customer writes. Under a post of the Page (`comment`) and on X (`post`) everybody can read it. */
export type Place = 'mail' | 'chat' | 'comment' | 'post' | 'direct';

/** Something a customer says of their matter. */
export interface Saying {
  readonly place: Place;
  readonly text: string;
  /** Said before the demo began; without it, as time goes by and only while nobody has answered. */
  readonly minutesAgo?: number;
  /** Of a mail that begins a thread. */
  readonly subject?: string;
  /** File name of a picture that goes with it. */
  readonly picture?: string;
}

/** Somebody made up, with one matter. */
export interface Customer {
  /** Of small letters, digits and `-`: who they are on every channel. */
  readonly id: string;
  readonly name: string;
  readonly language: 'fr' | 'en';
  /** Their account on X. What X tells of fame with it must make no difference. */
  readonly x?: { readonly username: string; readonly followers: number; readonly badge?: 'blue' | 'business' };
  /** In order. The first at a place begins something there, and what follows there goes on with it. */
  readonly story: readonly Saying[];
  /** When nobody has answered for long. */
  readonly chase: string;
  /** When somebody has. */
  readonly thanks: string;
  /** Asked after an answer by whoever is not done yet. */
  readonly asksOn: string;
}
