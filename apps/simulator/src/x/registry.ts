import { randomBytes } from 'node:crypto';
import type { App, Language, Reach, User } from './model';
import type { World } from './world';

export interface NewUser {
  id?: string;
  /** Without `@`. */
  username?: string;
  name?: string;
  language?: Language;
  bio?: string;
  location?: string;
  pictureUrl?: string;
  reach?: Partial<Reach>;
  protected?: boolean;
  suspended?: boolean;
  longPosts?: boolean;
  directs?: User['directs'];
  /** Can be chosen at the login of an app. */
  operated?: boolean;
}

export interface NewApp {
  appId?: string;
  name?: string;
  clientId?: string;
  /** Null: a public client. */
  clientSecret?: string | null;
  consumerKey?: string;
  consumerSecret?: string;
  bearerToken?: string;
  redirectUris?: readonly string[];
  plan?: App['plan'];
  ownerId?: string;
  /** Dollars; null: it is not looked at. */
  credit?: number | null;
}

/** What a developer sees of an app. */
export interface AppKeys {
  appId: string;
  clientId: string;
  clientSecret?: string;
  consumerKey: string;
  consumerSecret: string;
  bearerToken: string;
}

const NOBODY_KNOWS: Reach = {
  followers: 0,
  following: 0,
  posts: 0,
  listed: 0,
  likes: 0,
  media: 0,
  verified: false,
  verifiedType: 'none',
  verifiedFollowers: 0,
};

/** Makes what exists on the platform. Everything is safe to repeat with the same id, and then changes what is named. */
export class Registry {
  constructor(private readonly world: World) {}

  /** @throws RangeError where another user has that name, or the name is none. */
  addUser(user: NewUser): User {
    const { world } = this;
    const id = user.id ?? world.newId();
    if (!/^\d{1,19}$/.test(id)) throw new RangeError(`id: expected a decimal id of at most 19 digits, got "${id}".`);
    const known = world.users.get(id);
    if (!known) world.room(world.users, 'users');
    const username = user.username ?? known?.username ?? `user_${id.slice(-8)}`;
    if (!/^\w{1,15}$/.test(username)) {
      throw new RangeError(`username: expected 1 to 15 letters, digits or "_", got "${username}".`);
    }
    const namesake = world.findUser(username);
    if (namesake && namesake.id !== id) throw new RangeError(`The username "${username}" is taken.`);
    return world.putUser({
      id,
      username,
      name: user.name ?? known?.name ?? 'Camille Exemple',
      language: user.language ?? known?.language ?? 'fr',
      at: known?.at ?? world.now(),
      bio: user.bio ?? known?.bio ?? '',
      location: user.location ?? known?.location ?? '',
      pictureUrl: user.pictureUrl ?? known?.pictureUrl ?? `https://pbs.twimg.com/profile_images/${id}/normal.jpg`,
      reach: { ...NOBODY_KNOWS, ...known?.reach, ...user.reach },
      protected: user.protected ?? known?.protected ?? false,
      suspended: user.suspended ?? known?.suspended ?? false,
      longPosts: user.longPosts ?? known?.longPosts ?? false,
      directs: user.directs ?? known?.directs ?? 'everyone',
      blocks: known?.blocks ?? [],
      operated: user.operated ?? known?.operated ?? false,
    });
  }

  addApp(app: NewApp): AppKeys {
    const { world } = this;
    const id = app.appId ?? world.newId();
    const known = world.apps.get(id);
    if (!known) world.room(world.apps, 'apps', 1_000);
    const clientSecret =
      app.clientSecret === null ? undefined : (app.clientSecret ?? known?.clientSecret ?? secret(50));
    const made: App = {
      id,
      name: app.name ?? known?.name ?? `App ${id.slice(-4)}`,
      developerId: known?.developerId ?? `1${world.random.digits(9)}`,
      clientId: app.clientId ?? known?.clientId ?? secret(34),
      ...(clientSecret !== undefined && { clientSecret }),
      consumerKey: app.consumerKey ?? known?.consumerKey ?? secret(25),
      consumerSecret: app.consumerSecret ?? known?.consumerSecret ?? secret(50),
      bearerToken: app.bearerToken ?? known?.bearerToken ?? `AAAA${secret(80)}`,
      redirectUris: [...(app.redirectUris ?? known?.redirectUris ?? [])],
      plan: app.plan ?? known?.plan ?? 'pay-per-use',
      credit: app.credit === undefined ? (known?.credit ?? null) : inMillionths(app.credit),
      spent: known?.spent ?? 0,
    };
    const ownerId = app.ownerId ?? known?.ownerId;
    if (ownerId !== undefined) made.ownerId = world.user(ownerId).id;
    world.apps.put(made);
    const { clientId, consumerKey, consumerSecret, bearerToken } = made;
    return {
      appId: id,
      clientId,
      ...(clientSecret !== undefined && { clientSecret }),
      consumerKey,
      consumerSecret,
      bearerToken,
    };
  }
}

function inMillionths(dollars: number | null): number | null {
  return dollars === null ? null : Math.round(dollars * 1_000_000);
}

/** Letters and digits that nobody guesses. */
export function secret(length: number): string {
  return randomBytes(length).toString('base64').replace(/[+/=]/g, '0').slice(0, length);
}
