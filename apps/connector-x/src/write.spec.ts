import { Refused } from '@app/channel';
import { QUESTION_ID, sampleDirect, sampleFile, sampleReply, THEIR_ID } from './testing/x-samples';
import { bodyOf, preparedRequest, prepareRequest, splitReply } from './write';

const short = { longPosts: false };
const write = (outbound: ReturnType<typeof sampleReply>, settings = short) =>
  preparedRequest(prepareRequest(outbound, settings));
const refusal = (outbound: ReturnType<typeof sampleReply>, settings = short): Refused => {
  try {
    write(outbound, settings);
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
  throw new Error('it was not refused');
};

describe('writing for X', () => {
  it('answers a post under it', () => {
    const request = write(sampleReply({ text: ' Merci ! ' }));
    expect(bodyOf(request, [])).toEqual({ text: 'Merci !', reply: { in_reply_to_tweet_id: QUESTION_ID } });
    expect(bodyOf(request, ['7', '8'])).toMatchObject({ media: { media_ids: ['7', '8'] } });
  });

  it('writes to a person, also in answer to what they wrote in public', () => {
    for (const privateReplyTo of [null, QUESTION_ID]) {
      const request = write(sampleDirect({ text: 'Merci !', privateReplyTo, threadKey: null }));
      expect(request).toMatchObject({ kind: 'direct', to: { person: THEIR_ID } });
      expect(bodyOf(request, ['7'])).toEqual({ text: 'Merci !', attachments: [{ media_id: '7' }] });
    }
  });

  it('writes to a group where the conversation is one', () => {
    expect(write(sampleDirect({ threadKey: 'dm-group:1578398451921985538' }))).toMatchObject({
      to: { group: '1578398451921985538' },
    });
  });

  it('counts a post as X does, and gives those more room who pay for it', () => {
    expect(write(sampleReply({ text: 'あ'.repeat(140) }))).toMatchObject({ kind: 'post' });
    const error = refusal(sampleReply({ text: 'あ'.repeat(141) }));
    expect(error.code).toBe('TOO_LONG');
    expect(error.message).toContain('282 of 280');
    expect(write(sampleReply({ text: 'あ'.repeat(141) }), { longPosts: true })).toMatchObject({ kind: 'post' });
    expect(refusal(sampleReply({ text: 'a'.repeat(25_001) }), { longPosts: true }).code).toBe('TOO_LONG');
  });

  it('counts a direct message by its characters', () => {
    expect(write(sampleDirect({ text: 'あ'.repeat(10_000) }))).toMatchObject({ kind: 'direct' });
    expect(refusal(sampleDirect({ text: 'a'.repeat(10_001) })).code).toBe('TOO_LONG');
  });

  const gif = sampleFile({ name: 'a.gif', mime: 'image/gif' });
  const video = sampleFile({ name: 'a.mp4', mime: 'video/mp4' });
  it.each([
    ['four pictures', [sampleFile(), sampleFile(), sampleFile(), sampleFile()], true],
    ['five pictures', [sampleFile(), sampleFile(), sampleFile(), sampleFile(), sampleFile()], false],
    ['a GIF', [gif], true],
    ['a video', [video], true],
    ['a picture and a GIF', [sampleFile(), gif], false],
    ['two videos', [video, video], false],
    ['a document', [sampleFile({ name: 'a.pdf', mime: 'application/pdf' })], false],
    ['an empty picture', [sampleFile({ size: 0 })], false],
    ['a picture of 6 MB', [sampleFile({ size: 6 * 1024 * 1024 })], false],
    ['a GIF of 6 MB', [{ ...gif, size: 6 * 1024 * 1024 }], true],
  ])('knows whether a post carries %s', (_, attachments, carried) => {
    const reply = sampleReply({ attachments });
    if (carried) expect(write(reply)).toMatchObject({ kind: 'post' });
    else expect(refusal(reply).code).toBe('REFUSED');
  });

  it('sends nothing that is empty, and nowhere that is not known', () => {
    expect(refusal(sampleReply({ text: ' ' })).message).toContain('nothing to send');
    expect(refusal(sampleDirect({ text: '' })).message).toContain('nothing to send');
    expect(refusal(sampleReply({ inReplyTo: '../me' })).code).toBe('REFUSED');
    expect(refusal(sampleReply({ inReplyTo: null })).code).toBe('REFUSED');
    expect(refusal(sampleDirect({ to: [{ value: 'ada@example.org' }] })).code).toBe('REFUSED');
  });

  it('sends each file of a direct message by itself, the text with the first', () => {
    const [a, b] = [sampleFile({ name: 'a.png' }), sampleFile({ name: 'b.png' })];
    expect(splitReply(sampleDirect({ text: 'voilà', attachments: [a, b] }))).toEqual([
      { text: 'voilà', attachments: [a] },
      { text: '', attachments: [b] },
    ]);
    expect(splitReply(sampleDirect({ text: 'voilà' }))).toEqual([{ text: 'voilà', attachments: [] }]);
    expect(splitReply(sampleReply({ text: 'voilà', attachments: [a, b] }))).toHaveLength(1);
  });
});
