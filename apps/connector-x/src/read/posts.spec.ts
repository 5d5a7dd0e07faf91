import { ADA, fixture, SHOP } from '../fixtures/fixture';
import { only, read } from '../fixtures/read-fixture';
import { readDelivery } from '../read';
import { postFingerprint } from '../fingerprint';

const ROOT = '2124080377885622273';
const POST = '2124321969271734273';
const EDIT = '2124322138616758273';
const OURS = '2124322223551414273';
const LONG = 'The washing machine stopped. '.repeat(12).trim();

describe('a post of a customer', () => {
  it('that mentions us opens a public conversation of theirs', () => {
    expect(only('mention')).toEqual({
      kind: 'message',
      externalId: POST,
      direction: 'inbound',
      visibility: 'public',
      author: { value: ADA, name: 'Ada' },
      participants: [{ value: ADA, name: 'Ada', role: 'from' }],
      at: '2026-11-22T02:00:00.000Z',
      class: 'ordinary',
      history: false,
      text: '@shop is it open?',
      language: 'en',
      attachments: [],
      pendingFiles: [],
      threading: { threadKey: `${POST}/222`, references: [] },
      nativeIds: [POST],
      problems: [],
      unreadable: false,
      encrypted: false,
      permalink: `https://x.com/i/web/status/${POST}`,
      commitments: {},
    });
  });

  it('is the same by webhook, stream and list, and from the older API', () => {
    const event = only('mention');

    for (const name of ['event-under-a-uuid', 'stream-post', 'protected', 'aaa-mention'])
      expect(only(name)).toEqual(event);
    for (const name of ['author-unknown', 'page-without-includes']) {
      expect(only(name)).toEqual({ ...event, author: { value: ADA }, participants: [{ value: ADA, role: 'from' }] });
    }
  });

  it('that answers stands below that in the conversation, without the names that X put before it', () => {
    for (const name of ['reply', 'reply-without-references']) {
      expect(only(name)).toMatchObject({
        text: 'does it whistle?',
        threading: { threadKey: `${ROOT}/222`, references: [{ kind: 'native', id: ROOT, direct: true }] },
      });
    }
    expect(only('mention-in-a-thread-of-others')).toMatchObject({
      text: 'ask @shop',
      threading: { threadKey: `${ROOT}/222` },
    });
  });

  it('that answers a later version of something answers the first, too', () => {
    expect(only('reply-to-edited')).toMatchObject({
      threading: { references: [{ id: OURS }, { id: ROOT }] },
    });
  });

  it('that quotes us is a conversation of its own and shows what it quotes', () => {
    expect(only('quote')).toMatchObject({
      text: `Is this still true? https://twitter.com/shop/status/${ROOT}`,
      threading: { threadKey: `${POST}/222`, references: [] },
    });
  });

  it('that is long is read to its end', () => {
    expect(only('long')).toMatchObject({ text: `${LONG} https://photos.example/1 & more` });
  });

  it('is unescaped once, with every address in full that leads somewhere', () => {
    expect(only('escaped')).toMatchObject({
      text: '👋🏽 @shop 1 < 2 && &lt; https://one.example/?a=1&lt=2 and https://two.example/, https://t.co/zz',
    });
  });

  it('that only calls us says so', () => {
    expect(only('name-alone')).toMatchObject({ text: '@shop', problems: [] });
  });

  it('loses no word to a range that makes no sense', () => {
    expect(only('range-that-cuts-words')).toMatchObject({ text: 'Hi @shop, hello' });
  });

  it('that was there before is history', () => {
    expect(only('mention', { history: true })).toMatchObject({ history: true });
  });

  it('is never later than it came, and without a time is dated by its id', () => {
    expect(only('time-of-the-future')).toMatchObject({ at: '2026-11-22T02:02:00.000Z' });
    expect(only('without-time')).toMatchObject({ at: '2026-11-22T02:00:00.125Z' });
  });
});

describe('files of a post', () => {
  it('are fetched, and their address leaves the text', () => {
    expect(read('photos')).toMatchObject({
      events: [
        {
          text: '@shop like this',
          pendingFiles: [
            { position: 0, kind: 'image' },
            { position: 1, kind: 'image' },
          ],
        },
      ],
      files: [
        { target: POST, position: 0, kind: 'image', url: 'https://pbs.twimg.com/media/a.jpg' },
        { target: POST, position: 1, kind: 'image', url: 'https://pbs.twimg.com/media/b.jpg' },
      ],
    });
    expect(only('photo-alone')).toMatchObject({ text: '', pendingFiles: [{ kind: 'image' }], problems: [] });
  });

  it('of others are links', () => {
    expect(only('photo-of-others-linked')).toMatchObject({
      text: `@shop as here https://x.com/bob/status/${ROOT}/photo/1`,
      pendingFiles: [],
    });
  });

  it('that are video come in a quality that suffices', () => {
    expect(read('video').files).toMatchObject([{ kind: 'video', url: 'https://video.twimg.com/hd.mp4' }]);
    expect(read('gif').files).toMatchObject([{ kind: 'video', url: 'https://video.twimg.com/g.mp4' }]);
  });

  it('without an address are told of', () => {
    expect(read('files-without-address')).toMatchObject({
      events: [{ problems: ['X gave no address for a file (photo).', 'X gave no address for a file (file).'] }],
      files: [{ kind: 'image', url: 'https://pbs.twimg.com/v.jpg' }],
    });
    expect(only('poll')).toMatchObject({ problems: [expect.stringMatching(/poll/)] });
  });
});

describe('an edited post', () => {
  it('is the same message under its first id, with the new text as a change', () => {
    const { events } = read('edited');

    expect(events).toMatchObject([
      {
        externalId: POST,
        nativeIds: [POST, EDIT],
        at: '2026-11-22T02:00:00.000Z',
        threading: { threadKey: `${POST}/222` },
      },
      {
        kind: 'change',
        externalId: `edit:${POST}:1`,
        target: POST,
        at: '2026-11-22T02:00:40.000Z',
        change: { type: 'edited', text: '@shop is it open today?', number: 1 },
      },
    ]);
    expect(only('edited-first-version')).toMatchObject({ externalId: POST, text: '@shop is it open?' });
    expect(read('aaa-edited').events).toEqual(events);
  });

  it('is known by its first and its newest ids', () => {
    const { events } = read('edited-often');

    expect(events).toMatchObject([
      {
        externalId: '2124001000000000001',
        nativeIds: ['1', '3', '4', '5', '6'].map((digit) => `212400100000000000${digit}`),
      },
      { change: { number: 5 } },
    ]);
  });
});

describe('what we post', () => {
  it('in answer to somebody is an answer, and recognisable as one of ours', () => {
    const event = only('own-reply');

    expect(event).toMatchObject({
      externalId: OURS,
      direction: 'outbound',
      visibility: 'public',
      class: 'ordinary',
      author: { value: SHOP.userId },
      text: 'Yes, until 6 & tomorrow https://shop.example/hours',
      nativeIds: [OURS],
      threading: { references: [{ kind: 'native', id: POST, direct: true }] },
      fingerprint: postFingerprint({ inReplyTo: POST, text: 'Yes, until 6 & tomorrow https://shop.example/hours' }),
    });
    expect(event).not.toHaveProperty('threading.threadKey');
  });

  it('and then change is still that answer', () => {
    expect(read('own-reply-edited').events).toMatchObject([
      { externalId: OURS, direction: 'outbound' },
      { target: OURS, change: { type: 'edited', text: 'Yes, until 7', number: 1 } },
    ]);
  });

  it.each(['own-post', 'own-thread', 'own-quote', 'aaa-own-post'])('to nobody (%s) is no message', (name) => {
    expect(read(name)).toMatchObject({ events: [], reach: [], unsupported: ['own-post'] });
  });
});

it.each(['repost', 'repost-as-post', 'aaa-retweet'])('a repost (%s) says nothing', (name) => {
  expect(read(name)).toMatchObject({ events: [], reach: [], unsupported: ['repost'] });
});

describe('a deletion', () => {
  it('takes the post back, whoever wrote it', () => {
    expect(only('deleted-by-customer')).toEqual({
      kind: 'change',
      externalId: `delete:${POST}`,
      target: POST,
      at: '2026-11-22T02:02:00.000Z',
      change: { type: 'withdrawn', by: 'author' },
    });
    expect(only('aaa-deleted')).toMatchObject({ externalId: `delete:${POST}`, at: '2026-11-22T02:01:00.000Z' });
    expect(only('deleted')).toMatchObject({ target: OURS, change: { type: 'withdrawn', by: 'us' } });
  });
});

it('reads what X tells of fame into reach alone', () => {
  const author = { followers: 97, verifiedFollowers: 3, verified: false, verifiedType: 'none' };
  const post = { likes: 3, reposts: 1, replies: 2, quotes: 4, views: 60 };

  for (const name of ['mention', 'reply', 'stream-post']) {
    expect(read(name).reach).toEqual([{ channel: 'x', externalId: POST, author: ADA, values: { ...author, ...post } }]);
  }
  expect(read('author-unknown').reach).toMatchObject([{ values: post }]);
  expect(read('own-reply').reach).toEqual([]);
  expect(readDelivery(fixture('page-of-mentions'), SHOP).reach).toHaveLength(3);
});
