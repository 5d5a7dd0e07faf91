import { tracesOf } from './disk-search';

/*
 * A customer whose fame would be recognised wherever it stood: a number that is nobody else's, words that stand in no dictionary.
 * What they write, and how they call themselves, is theirs to say and stands where messages stand.
 */
export const CANARY = {
  name: 'Nina Gale',
  username: 'nina_gale',
  followers: 987_654_321,
  /** In the address of the picture, in what they say of themselves, where they live, on the badge. */
  picture: 'canaryportrait',
  bio: 'canarybiography',
  place: 'canaryville',
  badge: 'canarybadge',
} as const;

export const PICTURE_URL = `https://pbs.twimg.com/profile_images/1/${CANARY.picture}_normal.jpg`;

/** The count as people and programs write it; as PostgreSQL keeps a number (digits by ten thousands), and as four bytes of it. */
const COUNTS = [/987[ .,_'’\u00a0\u202f]?654[ .,_'’\u00a0\u202f]?321/, /9\.876(?:543(?:21)?|5)\d*e\+?0?8/i];
const WORDS = [CANARY.picture, CANARY.bio, CANARY.place, CANARY.badge];
/** In every form in which bytes are written as text, too. */
const TRACES = [String(CANARY.followers), ...WORDS].map((word) => tracesOf(word));

/** What a text tells of the canary's fame; undefined: nothing. */
export function fameIn(text: string): string | undefined {
  for (const sign of [...COUNTS, ...TRACES]) {
    const at = text.search(sign);
    if (at >= 0) return text.slice(Math.max(0, at - 200), at + 100);
  }
  return undefined;
}

/** Words to be looked for in files, as bytes. */
export const CANARY_WORDS: readonly string[] = [String(CANARY.followers), ...WORDS];

/** Everything that X has ever been seen to tell of somebody, in the shape of its API. */
export function canaryUser(id: string): object {
  const { username, name, bio, place, followers, badge } = CANARY;
  return {
    id,
    name,
    username,
    description: bio,
    location: place,
    verified: true,
    verified_type: 'government',
    verified_followers_count: followers,
    is_identity_verified: true,
    subscription_type: 'PremiumPlus',
    profile_image_url: PICTURE_URL,
    profile_banner_url: PICTURE_URL,
    affiliation: { badge_url: `https://pbs.twimg.com/${badge}.jpg`, description: badge, url: `https://x.com/${badge}` },
    public_metrics: { followers_count: followers, followers_count_str: String(followers), listed_count: followers },
  };
}

/** The same as the older API tells it. */
export function canaryOfOld(id: string): object {
  const { username, name, bio, place, followers } = CANARY;
  return {
    id_str: id,
    name,
    screen_name: username,
    description: bio,
    location: place,
    verified: true,
    followers_count: followers,
    friends_count: followers,
    listed_count: followers,
    profile_image_url_https: PICTURE_URL,
  };
}

/** Beside what Messenger tells, and in headers of a mail, as somebody might put it there. */
export const CANARY_FIELDS: Readonly<Record<string, unknown>> = {
  follower_count: CANARY.followers,
  is_verified_user: true,
  verification_status: CANARY.badge,
  profile_pic: PICTURE_URL,
  about: CANARY.bio,
  hometown: CANARY.place,
};
