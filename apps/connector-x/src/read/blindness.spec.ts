import fc from 'fast-check';
import type { PlatformApp } from '@app/channel';
import { createHmac } from 'node:crypto';
import { X_REACH } from '../capabilities';
import { ARRIVED, delivery, fixtureBody, fixtures, SHOP } from '../fixtures/fixture';
import { readDelivery } from '../read';
import { receiveWebhook } from '../webhook';
import { cutDirect, cutPosts } from './cut-pages';

const SECRET = 'secret';
const app: PlatformApp = {
  id: 'app',
  workspaceId: 'w',
  key: 'k',
  settings: { clientId: 'c' },
  secrets: { consumerKey: 'k', consumerSecret: SECRET, bearerToken: 'b' },
};

/** Numbers by which X tells how known somebody, or something, is. */
const COUNT = /_counts?(_str)?$/;

/** The same body of somebody else: nobody has heard of them, or everybody. */
function asOf(fame: 'nobody' | 'star', value: unknown, key = ''): unknown {
  const star = fame === 'star';
  if (Array.isArray(value)) return value.map((item) => asOf(fame, item, key));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asOf(fame, inner, name)]));
  }
  if (COUNT.test(key)) return key.endsWith('_str') ? (star ? '5000000' : '0') : star ? 5_000_000 : 0;
  if (key === 'verified' || key === 'is_identity_verified' || key === 'protected') return star;
  if (key === 'verified_type') return star ? 'blue' : 'none';
  if (
    ['description', 'location', 'url'].includes(key) &&
    !String(value).includes('t.co') &&
    !String(value).includes('media')
  ) {
    return star && !String(value).startsWith('https://video') ? `${String(value)} star` : value;
  }
  if (key.startsWith('profile_') || key === 'badge_url') return star ? 'https://pbs.twimg.com/star.jpg' : '';
  return value;
}

function everythingBut(body: unknown): string {
  const raw = Buffer.from(JSON.stringify(body));
  const signature = `sha256=${createHmac('sha256', SECRET).update(raw).digest('base64')}`;
  const answer = receiveWebhook(
    {
      method: 'POST',
      path: '',
      query: '',
      headers: { 'x-twitter-webhooks-signature': signature },
      body: raw,
      receivedAt: ARRIVED,
    },
    app,
  );
  const { reach: _, ...read } = readDelivery(delivery(body), SHOP);
  const cuts = [...cutPosts(body, ARRIVED, 'poll'), ...cutDirect(body, ARRIVED, 'poll')].map(
    ({ raw: __, ...cut }) => cut,
  );
  return JSON.stringify({ answer, read, cuts });
}

it.each(fixtures())('%s is byte for byte the same of nobody and of a star, but in reach', (name) => {
  const [plain, famous] = [asOf('nobody', fixtureBody(name)), asOf('star', fixtureBody(name))];

  expect(everythingBut(famous)).toBe(everythingBut(plain));
});

it('tells the two apart in reach, by every key and no other', () => {
  const values = (fame: 'nobody' | 'star') =>
    fixtures().flatMap((name) => readDelivery(delivery(asOf(fame, fixtureBody(name))), SHOP).reach);
  const [plain, famous] = [values('nobody'), values('star')];

  expect(famous.length).toBe(plain.length);
  expect(new Set(famous.flatMap((reach) => Object.keys(reach.values)))).toEqual(new Set(X_REACH));
  expect(famous.map((reach) => reach.values)).not.toEqual(plain.map((reach) => reach.values));
  for (const { values: told } of famous) expect(told['followers'] ?? 5_000_000).toBe(5_000_000);
});

/** What X might tell of fame anywhere, now or later. */
const fame = fc.record({
  followers_count: fc.nat(),
  verified: fc.boolean(),
  verified_type: fc.constantFrom('blue', 'business', 'government', 'none'),
  is_blue_verified: fc.boolean(),
  subscription_type: fc.constantFrom('Premium', 'None'),
  favorite_count: fc.nat(),
  public_metrics: fc.record({ followers_count: fc.nat(), like_count: fc.nat(), impression_count: fc.nat() }),
  profile_image_url: fc.webUrl(),
  affiliation: fc.record({ badge_url: fc.webUrl() }),
});

it('reads equal events wherever in a body fame is told of', () => {
  fc.assert(
    fc.property(fc.constantFrom(...fixtures()), fame, (name, told) => {
      const body = fixtureBody(name);
      const famous = structuredClone(body);
      for (const object of objectsIn(famous)) Object.assign(object, told);
      const [before, after] = [readDelivery(delivery(body), SHOP), readDelivery(delivery(famous), SHOP)];

      expect(JSON.stringify([after.events, after.files, after.unreadable])).toBe(
        JSON.stringify([before.events, before.files, before.unreadable]),
      );
    }),
    { numRuns: 300 },
  );
});

/** Objects in which people and posts stand; those below `data` hold nothing but them. */
function objectsIn(root: unknown): object[] {
  if (root === null || typeof root !== 'object') return [];
  const own = 'id' in root || 'id_str' in root || 'username' in root ? [root] : [];
  return [...own, ...Object.values(root).flatMap((value) => objectsIn(value))];
}
