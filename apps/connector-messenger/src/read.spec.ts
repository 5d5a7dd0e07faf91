import { inboundEvent } from '@app/channel';
import { APP, delivery, fixture, PAGE, webhookFixtures } from './fixtures/fixture';
import { read } from './fixtures/read-fixture';
import { readDelivery } from './read';

describe('what makes no sense', () => {
  it('is noted by its kind where there is no use for it', () => {
    expect(read('kinds-without-use')).toMatchObject({
      events: [],
      unsupported: [
        'messaging:request_thread_control',
        'messaging:app_roles',
        'messaging:response_feedback',
        'messaging:order',
        'messaging:messaging_feedback',
        'messaging:game_play',
        'messaging:unknown',
        'messaging:unknown',
      ],
    });
    expect(read('optin-without-thread')).toMatchObject({ events: [], unsupported: ['optin:without-thread'] });
    expect(read('instagram')).toMatchObject({ events: [], unsupported: ['object:instagram'] });
  });

  it('is noted by its place, and stops nothing else', () => {
    const { events, unsupported, unreadable } = read('malformed-in-between');

    expect(events).toMatchObject([{ externalId: 'm_a1', text: 'still read' }]);
    expect(unreadable).toBeUndefined();
    expect(unsupported).toEqual(
      [
        'entry[0]',
        'entry[1]',
        'entry[2].messaging[0]',
        'entry[2].messaging[1].message',
        'entry[2].messaging[2].message',
        'entry[2].messaging[4].reaction',
        'entry[2].messaging[5].delivery',
        'entry[2].messaging[6].policy_enforcement',
        'entry[2].changes[0]',
        'entry[2].changes[1]',
        'entry[2].changes[2]',
      ].map((where) => `malformed:${where}`),
    );
    expect(read('edit-without-text').unsupported).toEqual(['malformed:entry[0].messaging[0].message_edit']);
  });

  it('is unreadable only where it is no JSON object, and repeats none of it', () => {
    for (const body of ['', '{"object":"page","entry":[{"id":"1', 'Ada L.', '["page"]', 'null']) {
      const { events, unreadable } = readDelivery(delivery(body), { address: PAGE }, APP);
      expect(events).toEqual([]);
      expect(unreadable).toMatch(
        /^The delivery cannot be read: (\d+ characters are not JSON|the JSON is no object)\.$/,
      );
    }
  });
});

it('reads only what concerns the account, however entries are cut', () => {
  expect(read('envelopes')).toMatchObject({ events: [{ text: 'for this one' }], unsupported: [] });
  expect(readDelivery(fixture('envelopes'), { address: '999' }, APP).events).toMatchObject([
    { text: 'for another Page' },
  ]);
  expect(read('no-entries')).toMatchObject({ events: [], unsupported: [] });
});

it('gives events that everybody takes, and the same every time, for every fixture', () => {
  expect(webhookFixtures().length).toBeGreaterThan(70);
  for (const name of webhookFixtures()) {
    const first = read(name);
    for (const event of first.events) expect(inboundEvent.parse(event)).toEqual(event);
    expect(read(name)).toEqual(first);
    expect(first.reach).toEqual([]);
  }
});
