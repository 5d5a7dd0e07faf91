import { randomBytes } from 'node:crypto';
import { type AccountsApi, SCOPES, TASKS } from './graph/accounts';
import type { Language, Person } from './model';
import { ownAddress } from './webhooks/post';
import type { World } from './world';

export interface NewApp {
  appId?: string;
  appSecret?: string;
  name?: string;
  /** Calls without `appsecret_proof` are refused. */
  requireProof?: boolean;
  deauthorizeUrl?: string;
  deletionUrl?: string;
}

export interface NewUser {
  id?: string;
  name?: string;
  /** Ids, with every task, or tasks by id; default every Page there is. */
  pages?: readonly string[] | Readonly<Record<string, readonly string[]>>;
}

export interface NewToken {
  appId: string;
  userId: string;
  /** A token of this Page instead of the user's. */
  pageId?: string;
  scopes?: readonly string[];
  /** Left out: it does not end. */
  expiresInMs?: number;
}

export interface NewPerson {
  id?: string;
  name?: string;
  language?: Language;
  /** What a Page may know of them, or how the question is refused. */
  profile?: Person['profile'];
}

/** Makes what exists on the platform. Everything is safe to repeat with the same id, and then changes what is named. */
export class Registry {
  constructor(
    private readonly world: World,
    private readonly accounts: AccountsApi,
  ) {}

  addApp(app: NewApp): { appId: string; appSecret: string } {
    const { apps, random } = this.world;
    const id = app.appId ?? this.world.newId('1', 15, apps);
    decimal('appId', id);
    const known = apps.get(id);
    if (!known) this.world.room(apps, 'apps', 1_000);
    const secret = app.appSecret ?? known?.secret ?? randomBytes(16).toString('hex');
    apps.put({
      ...known,
      id,
      secret,
      name: app.name ?? known?.name ?? `App ${random.digits(4)}`,
      requireProof: app.requireProof ?? known?.requireProof ?? false,
      ...(app.deauthorizeUrl !== undefined && { deauthorizeUrl: ownAddress(app.deauthorizeUrl) }),
      ...(app.deletionUrl !== undefined && { deletionUrl: ownAddress(app.deletionUrl) }),
    });
    return { appId: id, appSecret: secret };
  }

  addPage({ id, name }: { id?: string; name?: string }): { pageId: string } {
    const { pages } = this.world;
    const pageId = id ?? this.world.newId('1', 14, pages);
    decimal('id', pageId);
    const known = pages.get(pageId);
    if (!known) this.world.room(pages, 'Pages', 1_000);
    pages.put({ subscriptions: {}, standing: 'good', ...known, id: pageId, name: name ?? known?.name ?? 'Page' });
    return { pageId };
  }

  addUser(user: NewUser): { userId: string } {
    const { operators } = this.world;
    const { pages = Array.from(this.world.pages.values(), ({ id }) => id), name = 'Ada Operator' } = user;
    const roles: [string, readonly string[]][] = Array.isArray(pages)
      ? pages.map((id: string) => [id, TASKS])
      : Object.entries(pages as Readonly<Record<string, readonly string[]>>);
    for (const [pageId] of roles) this.world.page(pageId);
    const id = user.id ?? this.world.newId('1', 15, operators);
    decimal('id', id);
    if (!operators.get(id)) this.world.room(operators, 'users', 10_000);
    operators.put({ id, name, pages: Object.fromEntries(roles.map(([pageId, tasks]) => [pageId, [...tasks]])) });
    return { userId: id };
  }

  token({ appId, userId, pageId, scopes = SCOPES, expiresInMs }: NewToken): string {
    const { pages } = this.world.operator(userId);
    if (pageId !== undefined && !pages[this.world.page(pageId).id]) {
      throw new RangeError(`User "${userId}" has no role on Page "${pageId}".`);
    }
    return this.accounts.issue({
      kind: pageId === undefined ? 'user' : 'page',
      appId: this.world.app(appId).id,
      userId,
      ...(pageId !== undefined && { pageId }),
      scopes: [...scopes],
      expiresAt: expiresInMs === undefined ? 0 : this.world.now() + expiresInMs,
    }).id;
  }

  person({ id, name, language, profile }: NewPerson): string {
    const { people } = this.world;
    const personId = id ?? this.world.newId('p', 8, people);
    const known = people.get(personId);
    if (!known) this.world.room(people, 'people');
    people.put({
      id: personId,
      name: name ?? known?.name ?? 'Camille Exemple',
      language: language ?? known?.language ?? 'fr',
      profile: profile ?? known?.profile ?? 'full',
      psids: known?.psids ?? {},
      commenterIds: known?.commenterIds ?? {},
      blocks: known?.blocks ?? [],
    });
    return personId;
  }
}

function decimal(name: string, id: string): void {
  if (!/^\d{1,20}$/.test(id)) throw new RangeError(`${name}: expected a decimal id, got "${id}".`);
}
