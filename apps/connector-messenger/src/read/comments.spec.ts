import { createHash } from 'node:crypto';
import { PAGE } from '../fixtures/fixture';
import { only, read } from '../fixtures/read-fixture';

const COMMENTED_AT = '2026-11-22T02:00:09.000Z';

describe('a comment', () => {
  it('on a post opens a public thread of its author', () => {
    expect(only('comment')).toEqual({
      kind: 'message',
      externalId: 'comment:55_77',
      direction: 'inbound',
      visibility: 'public',
      author: { value: '8123', name: 'Ada L.' },
      participants: [{ value: '8123', name: 'Ada L.', role: 'from' }],
      at: COMMENTED_AT,
      class: 'ordinary',
      history: false,
      text: 'How much?',
      attachments: [],
      pendingFiles: [],
      threading: { threadKey: 'comment:55_77:8123', references: [] },
      nativeIds: ['55_77'],
      problems: [],
      unreadable: false,
      encrypted: false,
      commitments: {},
    });
    expect(only('comment-on-bare-post-id')).toEqual(only('comment'));
  });

  it('below another belongs to its author below that one', () => {
    expect(only('comment-reply')).toMatchObject({
      externalId: 'comment:55_78',
      threading: { threadKey: 'comment:55_77:8123', references: [{ kind: 'native', id: '55_77', direct: true }] },
    });
  });

  it('of the Page is an answer to what it stands below, and recognisable as one of ours', () => {
    const event = only('comment-by-page');

    expect(event).toMatchObject({
      externalId: 'comment:55_79',
      nativeIds: ['55_79', 'comment:55_79'],
      direction: 'outbound',
      visibility: 'public',
      author: { value: PAGE },
      threading: { references: [{ kind: 'native', id: '55_77', direct: true }] },
      fingerprint: `comment:55_77:${createHash('sha256').update('49 EUR').digest('hex')}`,
    });
    expect(event).not.toHaveProperty('threading.threadKey');
  });

  it('of the Page on its own post answers nobody', () => {
    expect(read('comment-by-page-on-post')).toMatchObject({ events: [], unsupported: ['feed:comment:by-page'] });
  });

  it('of somebody whom Facebook hides is a thread of its own', () => {
    expect(only('comment-by-nobody-known')).toMatchObject({
      author: { value: 'comment:55_77' },
      threading: { threadKey: 'comment:55_77:comment:55_77' },
    });
  });

  it('has its picture and its video to be fetched', () => {
    expect(read('comment-with-files')).toMatchObject({
      events: [{ text: '', pendingFiles: [{ kind: 'image' }, { kind: 'video' }], problems: [] }],
      files: [
        { target: 'comment:55_77', position: 0, url: 'https://scontent.example/p.jpg' },
        { target: 'comment:55_77', position: 1, url: 'https://video.example/v.mp4' },
      ],
    });
  });

  it('that is empty says so', () => {
    expect(only('comment-empty')).toMatchObject({ text: '', problems: [expect.stringMatching(/does not pass on/)] });
  });

  it.each<[string, object]>([
    ['comment-edited', { type: 'edited', text: 'How much is it?', number: 1795312810 }],
    ['comment-removed', { type: 'withdrawn', by: 'author' }],
    ['comment-removed-by-page', { type: 'withdrawn', by: 'us' }],
    ['comment-hidden', { type: 'hidden', hidden: true }],
    ['comment-shown-again', { type: 'hidden', hidden: false }],
  ])('changes as %s tells', (name, change) => {
    expect(only(name)).toMatchObject({
      kind: 'change',
      target: 'comment:55_77',
      at: '2026-11-22T02:00:10.000Z',
      change,
    });
  });

  it('is all that is taken from a feed', () => {
    expect(read('feed-without-use')).toMatchObject({
      events: [],
      unsupported: [
        ...['like', 'reaction', 'post', 'share', 'status', 'photo', 'video', 'album', 'event'].map((i) => `feed:${i}`),
        'feed:comment:block',
        'changes:mention',
        'changes:leadgen',
      ],
    });
  });
});
