import fc from 'fast-check';
import { inboundEvent, type ReadResult } from '@app/channel';
import { APP, delivery, fixture, PAGE, webhookFixtures } from '../fixtures/fixture';
import { readDelivery } from '../read';

function read(body: unknown): ReadResult {
  return readDelivery(delivery(body), { address: PAGE }, APP);
}

type Entry = Record<string, unknown> & { id: unknown };

/** Entries of all fixtures, as JavaScript reads them. */
const entries = webhookFixtures().flatMap((name) =>
  ((JSON.parse(fixture(name).raw.toString('utf8')) as { entry?: Entry[] }).entry ?? []).filter(Boolean),
);

/** Anything that may stand in a body: odd strings, odd numbers, and the words that Messenger uses. */
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    'm_out',
    PAGE,
    'add',
    'comment',
    'react',
    -1,
    1e20,
    0.5,
    '1795312800',
    '9'.repeat(2_000),
    'x\u0000',
    '\ud83d',
  ),
);
const loose = (...keys: readonly string[]): fc.Arbitrary<object> =>
  fc.dictionary(fc.constantFrom(...keys), anything, { maxKeys: 6 });

const kinds =
  'message postback reaction message_edit delivery read referral optin account_linking pass_thread_control take_thread_control policy_enforcement lead x __proto__ constructor'.split(
    ' ',
  );
const inner =
  'mid text attachments is_echo app_id metadata reply_to referral quick_reply is_deleted watermark emoji action num_edit new_owner_app_id title payload ref source status data'.split(
    ' ',
  );
const attachment = fc.record(
  {
    type: fc.oneof(
      fc.constantFrom('image', 'fallback', 'template', 'location', 'appointment_booking', 'reel'),
      anything,
    ),
    payload: fc.oneof(loose('url', 'title', 'elements', 'buttons', 'coordinates', 'start_time', 'timezone', 'product'), anything), // prettier-ignore
  },
  { requiredKeys: [] },
);
const update = fc
  .tuple(
    loose('sender', 'recipient', 'timestamp'),
    fc.dictionary(fc.constantFrom(...kinds), fc.oneof(loose(...inner), anything), { minKeys: 1, maxKeys: 2 }),
    fc.array(attachment, { maxLength: 3 }),
    fc.boolean(),
  )
  .map(([frame, content, attachments, known]) => ({
    ...(known ? { sender: { id: '6210000000000017' }, recipient: { id: PAGE } } : {}),
    ...frame,
    ...content,
    ...(attachments.length > 0 ? { message: { mid: 'm', attachments } } : {}),
  }));
const change = fc.record(
  {
    field: fc.oneof(fc.constantFrom('feed', 'messages', 'standby'), anything),
    value: fc.oneof(
      update,
      loose('item', 'verb', 'comment_id', 'parent_id', 'post_id', 'from', 'message', 'photo', 'created_time'),
      loose('verb', 'comment_id', 'parent_id', 'from', 'message').map((value) => ({ item: 'comment', ...value })),
      anything,
    ),
  },
  { requiredKeys: [] },
);
const list = (element: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(fc.array(fc.oneof(element, anything), { maxLength: 4 }), anything);
const entry = fc
  .record(
    { time: anything, messaging: list(update), standby: list(update), changes: list(change) },
    { requiredKeys: [] },
  )
  .map((lists) => ({ id: PAGE, ...lists }));
const body = fc.oneof(
  fc.record({ object: fc.constantFrom('page', 'page', undefined, 7), entry: list(entry) }, { requiredKeys: ['entry'] }),
  anything,
);

describe('reading any body at all', () => {
  it('never throws, gives only events that everybody takes, and the same again', () => {
    fc.assert(
      fc.property(body, (value) => {
        const result = read(value);
        for (const event of result.events) expect(inboundEvent.parse(event)).toEqual(event);
        for (const { target, position } of result.files ?? []) {
          const message = result.events.find((event) => event.kind === 'message' && event.externalId === target);
          expect(message).toMatchObject({
            pendingFiles: expect.arrayContaining([expect.objectContaining({ position })]),
          });
        }
        for (const note of result.unsupported) expect(note).toMatch(/^[\w.:[\]-]{1,200}$/);
        expect(read(value)).toEqual(result);
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives no text, name or address in its notes of what it could not use', () => {
    fc.assert(
      fc.property(body, (value) => {
        const { unsupported, unreadable } = read(value);
        expect(JSON.stringify([unsupported, unreadable])).not.toMatch(/\s\s|@|9{50}|\\u/);
      }),
    );
  });

  it('survives every fixture with a part put out of its shape', () => {
    fc.assert(
      fc.property(fc.constantFrom(...entries), fc.nat(), anything, (original, at, instead) => {
        const damaged = structuredClone(original);
        const places = placesIn(damaged);
        const place = places[at % places.length]!;
        place.holder[place.key] = instead;
        for (const event of read({ entry: [damaged] }).events) inboundEvent.parse(event);
      }),
      { numRuns: 1_000 },
    );
  });
});

it('reads the same events in whatever order the entries stand', () => {
  const sorted = (result: ReadResult): string[] => result.events.map((event) => JSON.stringify(event)).toSorted();
  const whole = sorted(read({ entry: entries }));

  expect(whole.length).toBeGreaterThan(50);
  fc.assert(
    fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (shuffled) => {
      expect(sorted(read({ entry: shuffled }))).toEqual(whole);
    }),
    { numRuns: 30 },
  );
});

it('reads equal events from bodies that differ only in how known somebody is', () => {
  const fame = fc.record({
    follower_count: fc.nat(),
    followers_count: fc.nat(),
    fan_count: fc.nat(),
    likes: fc.nat(),
    like_count: fc.nat(),
    reactions: fc.constant({ summary: { total_count: 9_999 } }),
    comment_count: fc.nat(),
    verified: fc.boolean(),
    is_verified_user: fc.boolean(),
    verified_type: fc.constantFrom('blue', 'business', 'none'),
  });
  fc.assert(
    fc.property(fc.constantFrom(...entries), fame, (plain, known) => {
      const famous = structuredClone(plain);
      for (const { holder, key } of placesIn(famous)) {
        const value = holder[key];
        // `value` and the like are told apart by their keys, of which fame is none
        if (value !== null && typeof value === 'object' && !Array.isArray(value)) Object.assign(value, known);
      }
      const [before, after] = [read({ entry: [plain] }), read({ entry: [famous] })];
      expect(JSON.stringify(after.events)).toBe(JSON.stringify(before.events));
      expect(after.files).toEqual(before.files);
    }),
    { numRuns: 300 },
  );
});

/** Every place in a value at which another value could stand. */
function placesIn(root: unknown): { holder: Record<string, unknown>; key: string }[] {
  if (root === null || typeof root !== 'object') return [];
  const holder = root as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}
