import { PERSON } from '../fixtures/fixture';
import { only, read } from '../fixtures/read-fixture';

describe('what is read later from the Graph API', () => {
  const stored = { kind: 'conversation-message', psid: PERSON, threadId: 't_1' };

  it('is the message that its webhook would have brought, with the name', () => {
    const webhook = only('reply-to');

    expect(only('back-filled/message', stored)).toEqual({
      ...webhook,
      text: 'Is the large kettle back?',
      language: 'en',
      author: { value: PERSON, name: 'Ada L.' },
      participants: [{ value: PERSON, name: 'Ada L.', role: 'from' }],
      at: '2026-11-21T10:11:12.000Z',
      window: {
        openedAt: '2026-11-21T10:11:12.000Z',
        closesAt: '2026-11-22T10:11:12.000Z',
        humanClosesAt: '2026-11-28T10:11:12.000Z',
      },
    });
    expect(only('back-filled/message', { ...stored, history: true })).toMatchObject({ history: true });
    expect(only('back-filled/message', { kind: 'conversation-message' })).toMatchObject({ author: { value: PERSON } });
  });

  it('is outbound where the Page wrote', () => {
    for (const context of [stored, { kind: 'conversation-message' }]) {
      expect(only('back-filled/message-of-page', context)).toMatchObject({
        externalId: 'm_out',
        direction: 'outbound',
        class: 'ordinary',
        at: '2026-11-22T02:00:04.000Z',
        participants: [{ role: 'from' }, { value: PERSON, role: 'to' }],
        threading: { threadKey: PERSON },
      });
    }
  });

  it('has its files under the names they have there', () => {
    const { events, files } = read('back-filled/files', stored);

    expect(events).toMatchObject([{ text: '🔗 Kettle 2 l\nhttps://shop.example/kettle', problems: [] }]);
    expect(files?.map(({ kind, url, name }) => [kind, url, name])).toEqual([
      ['image', 'https://scontent.example/a.jpg', 'a.jpg'],
      ['sticker', 'https://scontent.example/s.webp', undefined],
      ['video', 'https://video.example/b.mp4', 'b.mp4'],
      ['audio', 'https://cdn.example/c.mp3', 'c.mp3'],
      ['file', 'https://cdn.example/d.pdf', 'd.pdf'],
      ['sticker', 'https://scontent.example/t.png', undefined],
    ]);
  });

  it('is noted where the platform no longer tells it', () => {
    expect(read('back-filled/message-without-details', stored)).toMatchObject({
      events: [],
      unsupported: ['malformed:message'],
    });
  });

  it('is a comment as the feed would have brought it', () => {
    expect(read('back-filled/comment', { kind: 'comment' })).toMatchObject({
      events: [
        {
          externalId: 'comment:55_78',
          text: 'And with lid?',
          author: { value: '8123', name: 'Ada L.' },
          pendingFiles: [{ position: 0, kind: 'image' }],
          threading: { threadKey: 'comment:55_77:8123', references: [{ id: '55_77' }] },
          at: '2026-11-21T10:11:12.000Z',
        },
        { target: 'comment:55_78', change: { type: 'hidden', hidden: true } },
      ],
      unsupported: [],
    });
    expect(only('back-filled/comment-of-page', { kind: 'comment' })).toMatchObject({
      direction: 'outbound',
      fingerprint: (only('comment-by-page') as { fingerprint?: string }).fingerprint,
    });
  });
});
