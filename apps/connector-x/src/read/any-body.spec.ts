import fc from 'fast-check';
import { inboundEvent, type ReadResult } from '@app/channel';
import { delivery, fixtureBody, fixtures, SHOP } from '../fixtures/fixture';
import { readDelivery } from '../read';

const read = (body: unknown): ReadResult => readDelivery(delivery(body), SHOP);

/** Anything that may stand in a body: odd strings, odd numbers, and the words that X uses. */
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    '111',
    '222',
    '2124321969271734273',
    'replied_to',
    'message_create',
    '111-222',
    'https://t.co/a',
    -1,
    1e20,
    0.5,
    [0, 99],
    '9'.repeat(2_000),
    'x\u0000',
    '\ud83d',
    '&amp;'.repeat(50),
  ),
);
const loose = (words: string): fc.Arbitrary<object> =>
  fc.dictionary(fc.constantFrom(...words.split(' ')), anything, { maxKeys: 8 });

const post = loose(
  'id id_str author_id user text full_text created_at conversation_id in_reply_to_tweet_id in_reply_to_status_id_str referenced_tweets referenced_posts edit_history_tweet_ids edit_history_post_ids edit_history note_tweet note_post extended_tweet entities extended_entities attachments display_text_range public_metrics retweeted_status __proto__ constructor',
).map((value) => ({ id: '5', author_id: '222', ...value }));
const direct = fc.oneof(
  loose('id event_type text sender_id dm_conversation_id created_at attachments entities'),
  loose('target sender_id message_data').map((value) => ({ type: 'message_create', id: '7', message_create: value })),
);
const payload = fc.oneof(
  post,
  fc.record({ direct_message_events: fc.array(fc.oneof(direct, anything), { maxLength: 3 }), users: anything }),
  fc.record({ direct_message_mark_read_events: fc.array(loose('sender_id last_read_event_id created_timestamp')) }),
  loose('id sender_id conversation_id created_at_msec encoded_event'),
  anything,
);
const event = fc.record({
  event_uuid: fc.oneof(fc.constant('1'), anything),
  filter: fc.oneof(fc.constant({ user_id: '111' }), anything),
  event_type: fc.oneof(
    fc.constantFrom(
      'post.mention.create',
      'post.create',
      'post.delete',
      'dm.received',
      'dm.read',
      'chat.received',
      '__proto__',
    ),
    anything,
  ),
  payload,
  includes: anything,
});
const legacy = fc.record({
  for_user_id: fc.oneof(fc.constant('111'), anything),
  tweet_create_events: fc.oneof(fc.array(post, { maxLength: 2 }), anything),
  tweet_delete_events: anything,
  direct_message_events: fc.oneof(fc.array(direct, { maxLength: 2 }), anything),
  users: anything,
});
const includes = fc.record({ users: fc.array(anything), tweets: fc.array(post), media: fc.array(loose('media_key type url variants')) }); // prettier-ignore
const body = fc.oneof(
  fc.record({ data: fc.oneof(event, post, direct, fc.array(fc.oneof(event, post, direct, anything))), includes }),
  legacy,
  fc.record({ errors: anything }),
  anything,
);

describe('reading any body at all', () => {
  it('never throws, gives only events that everybody takes, and the same again', () => {
    fc.assert(
      fc.property(body, (value) => {
        const result = read(value);
        for (const told of result.events) expect(inboundEvent.parse(told)).toEqual(told);
        for (const { target, position } of result.files ?? []) {
          const message = result.events.find((told) => told.kind === 'message' && told.externalId === target);
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
      fc.property(fc.constantFrom(...fixtures()), fc.nat(), anything, (name, at, instead) => {
        const damaged = fixtureBody(name);
        const places = placesIn(damaged);
        const place = places[at % places.length]!;
        place.holder[place.key] = instead;
        for (const told of read(damaged).events) inboundEvent.parse(told);
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Every place in a value at which another value could stand. */
function placesIn(root: unknown): { holder: Record<string, unknown>; key: string }[] {
  if (root === null || typeof root !== 'object') return [];
  const holder = root as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}
