import { messageCount, replyLimits } from './reply-limits';

const account = { maxLength: 20_000, partLength: 2_000, publicLength: 8_000, publicFiles: false };

describe('what a reply may be', () => {
  it('goes by where it is to be read', () => {
    const thread = { visibility: 'PRIVATE', account } as const;
    const comment = { visibility: 'PUBLIC', account } as const;
    expect(replyLimits(thread, 'PRIVATE')).toEqual({ most: 20_000, counting: 'UNITS', part: 2_000, files: true });
    expect(replyLimits(comment, 'PUBLIC')).toEqual({ most: 8_000, counting: 'UNITS', part: undefined, files: false });
    expect(replyLimits(comment, 'PRIVATE')).toEqual({ most: 2_000, counting: 'UNITS', part: undefined, files: true });
  });

  it('counts public answers as the platform does, and private ones plainly', () => {
    const post = { visibility: 'PUBLIC', account: { ...account, publicCounting: 'WEIGHTED' } } as const;
    expect(replyLimits(post, 'PUBLIC').counting).toBe('WEIGHTED');
    expect(replyLimits(post, 'PRIVATE').counting).toBe('UNITS');
    expect(replyLimits({ ...post, visibility: 'PRIVATE' }, 'PRIVATE').counting).toBe('UNITS');
  });

  it('has no limit where the account names none', () => {
    const mail = { visibility: 'PRIVATE', account: {} } as const;
    expect(replyLimits(mail, 'PRIVATE')).toEqual({ most: undefined, counting: 'UNITS', part: undefined, files: true });
  });
});

describe('the number of messages', () => {
  it('counts each file, and no empty text', () => {
    expect(messageCount(' ', 2, 10)).toBe(2);
    expect(messageCount('a word', 1, 10)).toBe(2);
  });

  it('counts what is cut at words, sentences and paragraphs, which may be more than the length says', () => {
    expect(messageCount('a'.repeat(20), 0, 10)).toBe(2);
    expect(messageCount('seven77 seven77 seven', 0, 10)).toBe(3);
    expect(messageCount('Six 6. A longer one', 0, 10)).toBe(3);
    expect(messageCount('Six 6.\n\nAnd nine9', 0, 10)).toBe(2);
  });
});
