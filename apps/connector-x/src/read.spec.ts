import { inboundEvent } from '@app/channel';
import { delivery, fixture, fixtureBody, fixtures, SHOP } from './fixtures/fixture';
import { read } from './fixtures/read-fixture';
import { addressesIn, readDelivery } from './read';

describe('what makes no sense', () => {
  it.each([
    ['like', ['activity:like.create']],
    ['follow', ['activity:follow.follow']],
    ['event-without-use', ['activity:profile.update.bio']],
    ['event-with-odd-name', ['activity:unknown']],
    ['chat-join', ['activity:chat.conversation_join']],
    ['dm-typing', ['activity:dm.indicate_typing']],
    ['oauth-revoke', ['activity:oauth.revoke']],
    ['stream-error', ['error:operational-disconnect']],
    ['unknown-object', ['object:something_new']],
    ['replay-status', ['object:replay_job_status']],
    ['aaa-revoke', ['object:user_event']],
  ])('%s is noted by its kind', (name, unsupported) => {
    expect(read(name)).toEqual({ events: [], reach: [], files: [], unsupported });
  });

  it('is noted by its place, and stops nothing else', () => {
    const { events, unsupported, unreadable } = read('malformed-in-between');

    expect(events).toMatchObject([{ text: 'still read' }]);
    expect(unreadable).toBeUndefined();
    expect(unsupported).toEqual(
      [
        'data[0]',
        'data[1]',
        'data[2].payload',
        'data[3].payload',
        'data[4].payload.direct_message_events[0]',
        'data[5].payload.direct_message_mark_read_events[0]',
        'data[6].payload',
        'data[7].payload',
      ].map((where) => `malformed:${where}`),
    );
  });

  it('is unreadable only where it is no JSON object, and repeats none of it', () => {
    for (const body of ['', '{"data":{"id":"1', 'Ada L.', '["post"]', 'null']) {
      const { events, unreadable } = readDelivery(delivery(body), SHOP);
      expect(events).toEqual([]);
      expect(unreadable).toMatch(
        /^The delivery cannot be read: (\d+ characters are not JSON|the JSON is no object)\.$/,
      );
    }
  });

  it('is nothing at all where a page is empty', () => {
    expect(read('page-empty')).toEqual({ events: [], reach: [], files: [], unsupported: [] });
  });
});

it('reads only what concerns the account', () => {
  expect(read('event-of-another')).toMatchObject({ events: [], unsupported: [] });
  expect(addressesIn(fixture('event-of-another').raw)).toEqual(['999']);
  expect(readDelivery(fixture('event-of-another'), { userId: '999', username: 'x' }).events).toHaveLength(1);
  expect(readDelivery(fixture('aaa-mention'), { userId: '999', username: 'x' }).events).toEqual([]);
  expect(read('dm-to-oneself')).toMatchObject({ events: [], unsupported: ['direct:not-ours'] });
});

it('takes what stands twice in a body once, with its files and its reach', () => {
  const { data } = fixtureBody('photos');
  const { events, files, reach } = readDelivery(delivery({ data: [data, data] }), SHOP);

  expect(events).toEqual(read('photos').events);
  expect(files).toHaveLength(2);
  expect(reach).toHaveLength(1);
});

it('names no account where a body names none', () => {
  for (const body of ['{"data":{"id":"1","text":"a"}}', '{"data":7}', '{', '[]', '{}']) {
    expect(addressesIn(Buffer.from(body))).toEqual([]);
  }
});

it('gives events that everybody takes, and the same every time, for every fixture', () => {
  expect(fixtures().length).toBeGreaterThan(80);
  for (const name of fixtures()) {
    const first = read(name);
    for (const event of first.events) expect(inboundEvent.parse(event)).toEqual(event);
    expect(read(name)).toEqual(first);
  }
});

it('takes ids as numbers beyond what JavaScript holds, and text that PostgreSQL would not', () => {
  const body = String.raw`{"data":{"id":2124321969271734273,"author_id":222,"text":"a\u0000b \ud83d \ud83d\ude00 \/","created_at":"2026-11-22T02:00:00.000Z"}}`;

  expect(readDelivery(delivery(body), SHOP).events).toMatchObject([
    { externalId: '2124321969271734273', author: { value: '222' }, text: 'ab \ufffd 😀 /' },
  ]);
});
