import { Refused } from '@app/channel';
import { preparedRequest, prepareRequest, splitReply } from './write';
import { sampleFile, sampleReply } from './testing/messenger-samples';

const prepared = (...args: Parameters<typeof sampleReply>) => preparedRequest(prepareRequest(sampleReply(...args)));
const refusal = (...args: Parameters<typeof sampleReply>): Refused => {
  try {
    prepareRequest(sampleReply(...args));
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
  throw new Error('it was not refused');
};

describe('splitReply', () => {
  it('makes a message of each piece of the text and then of each file', () => {
    const files = [sampleFile({ name: 'a.png' }), sampleFile({ name: 'b.pdf' })];
    const parts = splitReply(sampleReply({ text: `${'x'.repeat(1_500)}\n\n${'y'.repeat(1_500)}`, attachments: files }));
    expect(parts).toEqual([
      { text: 'x'.repeat(1_500), attachments: [] },
      { text: 'y'.repeat(1_500), attachments: [] },
      { text: '', attachments: [files[0]] },
      { text: '', attachments: [files[1]] },
    ]);
  });

  it('sends files without a text as files alone', () => {
    expect(splitReply(sampleReply({ text: ' \n', attachments: [sampleFile()] }))).toHaveLength(1);
  });

  it('gives one part even of nothing, so that there is something to refuse', () => {
    expect(splitReply(sampleReply({ text: '' }))).toHaveLength(1);
  });

  it('never splits a comment or the private answer to one', () => {
    const long = { text: 'x '.repeat(3_000), attachments: [sampleFile()] };
    expect(splitReply(sampleReply({ ...long, visibility: 'public' }))).toHaveLength(1);
    expect(splitReply(sampleReply({ ...long, privateReplyTo: '55_77' }))).toHaveLength(1);
  });
});

describe('prepareRequest', () => {
  it('addresses a person and carries the id by which the echo is known', () => {
    const reply = sampleReply();
    expect(preparedRequest(prepareRequest(reply))).toEqual({
      kind: 'message',
      recipient: { id: '9001' },
      metadata: reply.id,
      content: { text: reply.text },
    });
  });

  it('addresses the author of a comment by the comment', () => {
    expect(prepared({ privateReplyTo: '55_77' })).toMatchObject({ recipient: { comment_id: '55_77' } });
  });

  it('answers a comment under it', () => {
    expect(prepared({ visibility: 'public', inReplyTo: '55_77', text: ' Thanks ' })).toEqual({
      kind: 'comment',
      commentId: '55_77',
      text: 'Thanks',
    });
  });

  it.each([
    ['image/png', 'image'],
    ['image/svg+xml', 'file'],
    ['image/heic', 'file'],
    ['audio/mpeg', 'audio'],
    ['video/mp4', 'video'],
    ['application/pdf', 'file'],
  ])('sends %s as %s', (mime, as) => {
    expect(prepared({ text: '', attachments: [sampleFile({ mime })] })).toMatchObject({ content: { as } });
  });

  it('refuses in words what cannot be sent', () => {
    expect(refusal({ visibility: 'public', inReplyTo: '5', attachments: [sampleFile()] }).message).toMatch(
      /in a comment/,
    );
    expect(refusal({ visibility: 'public', inReplyTo: null }).message).toMatch(/not known/);
    expect(refusal({ visibility: 'public', inReplyTo: '5', text: 'x'.repeat(8_001) }).code).toBe('TOO_LONG');
    expect(refusal({ privateReplyTo: '5', text: 'x'.repeat(2_001) })).toMatchObject({
      code: 'TOO_LONG',
      message: 'The text is too long: a message may have 2,000 characters.',
    });
    expect(refusal({ privateReplyTo: '5', attachments: [sampleFile()] }).message).toMatch(/one message only/);
    expect(refusal({ text: ' ' }).message).toMatch(/nothing to send/);
    expect(refusal({ text: '', attachments: [sampleFile({ size: 0 })] }).message).toMatch(/photo.png is empty/);
    expect(refusal({ text: '', attachments: [sampleFile({ size: 25 * 1024 * 1024 + 1 })] }).message).toMatch(/25 MB/);
  });
});
