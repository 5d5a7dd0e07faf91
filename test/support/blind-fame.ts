import { idAt } from '../../apps/connector-x/src/ids';

/*
 * Payloads of somebody nobody has heard of, of a star, and of one of whom the platform tells nothing: equal in all else. What
 * is changed is everything by which a platform tells how known somebody or something is, and what people show of themselves.
 */

/** What a platform says of how known people are: 0 and false, 5,000,000 and true, or nothing at all. */
export const FAMES = ['nobody', 'star', 'untold'] as const;
/** `given`: as a body says it. */
export type Fame = (typeof FAMES)[number] | 'given';

export const STAR_FOLLOWERS = 5_000_000;
const PICTURE = 'https://pbs.twimg.com/profile_images/5000000/star.jpg';

/** Counts of people and posts. `result_count` and `num_results` count what a page holds. */
const COUNT = /^(?!result_|tweet_count$|statuses_).*_counts?(?:_str)?$/;
const BADGES = ['verified', 'is_identity_verified', 'is_blue_verified', 'is_verified_user'];
/** Said by people of themselves, and shown beside their names. */
const SHOWN = ['description', 'location', 'url'];
const PICTURES = /^(?:profile_|badge_url$)/;

/** A JSON body as the platform would have sent it of somebody so known. */
export function asOf(fame: Fame, body: unknown): unknown {
  return fame === 'given' ? body : told(fame, body, false);
}

function told(fame: Fame, value: unknown, ofPerson: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => told(fame, item, ofPerson));
  if (value === null || typeof value !== 'object') return value;
  const object = value as Record<string, unknown>;
  const person = 'username' in object || 'screen_name' in object || (ofPerson && !('id' in object));
  const fields = Object.entries(object).flatMap(([key, inner]): [string, unknown][] => {
    const fresh = saidOf(fame, key, person);
    if (fresh === KEPT) return [[key, told(fame, inner, false)]];
    return fresh === undefined ? [] : [[key, fresh]];
  });
  return Object.fromEntries(fields);
}

const KEPT = Symbol('as it was');

/** What stands in a field; undefined: the field is left out. */
function saidOf(fame: Fame, key: string, person: boolean): unknown {
  const isStar = fame === 'star';
  const say = (nobody: unknown, star: unknown): unknown => (fame === 'untold' ? undefined : isStar ? star : nobody);
  if (COUNT.test(key)) return key.endsWith('_str') ? say('0', String(STAR_FOLLOWERS)) : say(0, STAR_FOLLOWERS);
  if (BADGES.includes(key)) return say(false, true);
  if (key === 'verified_type') return say('none', 'blue');
  if (key === 'subscription_type') return say('None', 'PremiumPlus');
  if (PICTURES.test(key)) return say('', PICTURE);
  if (person && SHOWN.includes(key)) return say('', 'Known to everybody');
  return KEPT;
}

/** Fields that tell of fame, to be put beside what a platform tells that usually tells nothing of it. */
export function fameFields(fame: Fame): Readonly<Record<string, unknown>> {
  const all = {
    follower_count: 0,
    followers_count: 0,
    is_verified_user: true,
    verified: true,
    verified_type: 'none',
    profile_pic: '',
    profile_picture_url: '',
  };
  return fame === 'given' ? {} : (asOf(fame, all) as Record<string, unknown>);
}

/** The same in the headers of a mail, as programs put them there. */
export function fameHeaders(fame: Fame): string[] {
  return Object.entries(fameFields(fame)).map(
    ([key, value]) => `X-Sender-${key.replaceAll('_', '-')}: ${String(value)}`,
  );
}

/** People who write to a handle at once, the first of them first, each as known as `followers` says. */
export class Crowd {
  constructor(
    private readonly handle: { readonly userId: string; readonly username: string },
    private readonly at: Date,
    private readonly size: number,
    private readonly followers: (n: number) => number,
  ) {}

  /** As the deprecated API pushes them, all in one body. */
  get pushed(): object {
    const tweet_create_events = this.each((n, id) => ({
      created_at: this.time(n)
        .toUTCString()
        .replace(/^(...), (..) (...) (....) (........) GMT$/, '$1 $3 $2 $5 +0000 $4'),
      id_str: id,
      text: this.text(n),
      user: {
        id_str: this.person(n),
        name: `Person ${n}`,
        screen_name: `person${n}`,
        verified: this.followers(n) > 1_000,
        followers_count: this.followers(n),
      },
      favorite_count: this.followers(n),
      entities: { user_mentions: [{ screen_name: this.handle.username, id_str: this.handle.userId, indices: [0, 5] }] },
      timestamp_ms: String(this.time(n).getTime()),
    }));
    return { for_user_id: this.handle.userId, tweet_create_events };
  }

  /** As the API lists them, the newest first. */
  get listed(): object {
    const data = this.each((n, id) => ({
      id,
      author_id: this.person(n),
      conversation_id: id,
      created_at: this.time(n).toISOString(),
      text: this.text(n),
      public_metrics: { like_count: this.followers(n), reply_count: 0, retweet_count: 0, quote_count: 0 },
      edit_history_tweet_ids: [id],
    })).reverse();
    const users = this.each((n) => ({
      id: this.person(n),
      name: `Person ${n}`,
      username: `person${n}`,
      verified: this.followers(n) > 1_000,
      public_metrics: { followers_count: this.followers(n) },
    }));
    return { data, includes: { users }, meta: { result_count: this.size, newest_id: (data[0] as { id: string }).id } };
  }

  private each<T>(make: (n: number, id: string) => T): T[] {
    return Array.from({ length: this.size }, (_, n) => make(n, idAt(new Date(this.time(n).getTime()))));
  }

  private person(n: number): string {
    return `${7_000 + n}`;
  }

  private time(n: number): Date {
    return new Date(this.at.getTime() + n * 1_000);
  }

  private text(n: number): string {
    return `@${this.handle.username} where is order ${n}?`;
  }
}
