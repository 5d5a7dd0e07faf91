import { directFingerprint } from '../fingerprint';
import { ADA, delivery, fixtureBody, SHOP } from '../fixtures/fixture';
import { only, read } from '../fixtures/read-fixture';
import { readDelivery } from '../read';
import { cutDirect } from './cut-pages';

const DM = '2124321970181898241';
const CHAT = '6f1c2d3e-0000-4000-8000-00000000000a';

describe('a direct message', () => {
  it('of a customer belongs to the one private thread with them', () => {
    expect(only('dm')).toEqual({
      kind: 'message',
      externalId: DM,
      direction: 'inbound',
      visibility: 'private',
      author: { value: ADA, name: 'Ada' },
      participants: [{ value: ADA, name: 'Ada', role: 'from' }],
      at: '2026-11-22T02:00:00.372Z',
      class: 'ordinary',
      history: false,
      text: 'hello! <3 &amp;',
      language: 'en',
      attachments: [],
      pendingFiles: [],
      threading: { threadKey: 'dm:222', references: [] },
      nativeIds: [DM],
      problems: [],
      unreadable: false,
      encrypted: false,
      permalink: 'https://x.com/messages/111-222',
      commitments: {},
    });
    expect(only('dm-beside-includes')).toMatchObject({ author: { name: 'Ada' }, text: 'hello!' });
    expect(only('aaa-dm')).toMatchObject({
      externalId: DM,
      author: { name: 'Ada' },
      text: 'Hello World & good wishes.',
    });
  });

  it('tells of fame in reach alone', () => {
    const [values] = read('dm').reach.map((reach) => reach.values);

    expect(values).toEqual({ followers: 97, verifiedFollowers: 3, verified: false, verifiedType: 'none' });
    expect(read('dm-beside-includes').reach).toMatchObject([{ externalId: DM, author: ADA, values: values! }]);
    expect(read('aaa-dm').reach).toMatchObject([{ values: { followers: 97, verified: false } }]);
    expect(read('dm-sent').reach).toEqual([]);
  });

  it('of ours is an answer, and recognisable as one of ours', () => {
    const text = 'Your order left & arrives https://shop.example/track';

    expect(only('dm-sent')).toMatchObject({
      direction: 'outbound',
      visibility: 'private',
      class: 'ordinary',
      author: { value: SHOP.userId },
      participants: [{ role: 'from' }, { value: ADA, role: 'to' }],
      text,
      threading: { threadKey: 'dm:222' },
      fingerprint: directFingerprint({ to: ADA, text }),
    });
    expect(only('aaa-dm-sent')).toMatchObject({ direction: 'outbound', class: 'ordinary', text: 'Thanks' });
  });

  it('has its file to be fetched, whose address leaves the text', () => {
    expect(read('dm-with-file')).toMatchObject({
      events: [{ text: 'the form', pendingFiles: [{ position: 0, kind: 'image' }] }],
      files: [{ target: DM, position: 0, url: 'https://ton.twitter.com/1.1/ton/data/dm/1/2/x.jpg' }],
    });
    expect(read('dm-file-alone')).toMatchObject({
      events: [{ text: '', problems: [] }],
      files: [{ kind: 'video', url: 'https://video.twimg.com/dm_video/1.mp4' }],
    });
  });

  it('to several that is pushed goes where the list tells it', () => {
    const group = { threadKey: 'dm-group:1578398451921985538' };

    expect(only('dm-in-a-group')).toMatchObject({ direction: 'inbound', author: { value: ADA }, threading: group });
    expect(only('dm-sent-to-a-group')).toMatchObject({
      direction: 'outbound',
      participants: [{ value: SHOP.userId, role: 'from' }],
      threading: group,
    });
  });

  it('that shares a place shows it', () => {
    expect(only('dm-with-place')).toMatchObject({ text: '📍 45.76, 4.83' });
  });
});

describe('a page of direct messages', () => {
  const results = cutDirect(fixtureBody('page-of-directs'), new Date('2026-11-22T02:02:00Z'), 'poll').map((cut) =>
    readDelivery(cut, SHOP),
  );

  it('gives the messages that are pushed, to the second or better', () => {
    expect(results[0]?.events).toEqual([{ ...only('dm'), at: '2026-11-22T02:00:00.342Z' }]);
    expect(results[0]?.reach).toEqual(read('dm').reach);
    expect(results[1]).toMatchObject({
      events: [{ text: 'see', pendingFiles: [{ kind: 'image' }] }],
      files: [{ url: 'https://pbs.twimg.com/media/a.jpg' }],
    });
    expect(results[2]?.events).toMatchObject([
      { direction: 'outbound', participants: [{ role: 'from' }, { value: ADA, role: 'to' }] },
    ]);
    expect(read('page-of-directs').events).toEqual(results.flatMap(({ events }) => events));
  });

  it('keeps a group a thread of its own', () => {
    const group = { threadKey: 'dm-group:1578398451921985538' };

    expect(results[3]?.events).toMatchObject([
      { direction: 'inbound', author: { value: '333', name: 'Bob' }, threading: group, permalink: 'https://x.com/messages/1578398451921985538' }, // prettier-ignore
    ]);
    expect(results[5]?.events).toMatchObject([
      { direction: 'outbound', participants: [{ role: 'from' }], threading: group },
    ]);
    expect(results[5]?.events[0]).not.toHaveProperty('fingerprint');
  });

  it('counts who joined', () => {
    expect(results[4]).toMatchObject({ events: [], unsupported: ['direct:ParticipantsJoin'] });
  });
});

describe('what is encrypted', () => {
  it('is kept as a message to be read on X', () => {
    expect(only('chat')).toMatchObject({
      externalId: CHAT,
      direction: 'inbound',
      visibility: 'private',
      author: { value: ADA },
      at: '2026-11-22T02:00:00.372Z',
      class: 'ordinary',
      text: '',
      threading: { threadKey: 'dm:222' },
      problems: [],
      encrypted: true,
      permalink: 'https://x.com/messages/111-222',
    });
    expect(JSON.stringify(read('chat'))).not.toMatch(/CAAB|c2ln|tok/);
  });

  it('and ours is an answer', () => {
    expect(only('chat-by-us')).toMatchObject({
      direction: 'outbound',
      encrypted: true,
      threading: { threadKey: 'dm:222' },
    });
    expect(only('chat-by-us')).not.toHaveProperty('fingerprint');
  });

  it('may go to several', () => {
    expect(only('chat-in-a-group')).toMatchObject({ threading: { threadKey: 'dm-group:g1578398451921985538' } });
  });

  it('says nothing where only keys are exchanged', () => {
    expect(read('chat-keys-alone')).toMatchObject({ events: [], unsupported: ['chat:key-change'] });
  });
});

describe('a receipt', () => {
  it('tells up to what a customer has read', () => {
    expect(only('dm-read')).toEqual({
      kind: 'thread',
      externalId: 'dm-read:222:2124322223551414273',
      threadKey: 'dm:222',
      at: '2026-11-22T02:01:30.000Z',
      // the message read was written at 02:01:00.750 by its id, and some milliseconds later by its time
      readUpTo: '2026-11-22T02:01:01.750Z',
    });
    expect(only('aaa-read')).toEqual(only('dm-read'));
  });

  it('of ours is nothing to tell', () => {
    expect(read('dm-read-by-us')).toMatchObject({ events: [], unsupported: ['dm-read:by-us'] });
  });

  it('never reaches beyond when it was read', () => {
    const receipt = { created_timestamp: String(Date.parse('2026-11-22T02:01:01Z')), sender_id: ADA, last_read_event_id: '2124322223551414273' }; // prettier-ignore
    const body = { for_user_id: '111', direct_message_mark_read_events: [receipt] };

    expect(readDelivery(delivery(body), SHOP).events).toMatchObject([{ readUpTo: '2026-11-22T02:01:01.000Z' }]);
  });
});
