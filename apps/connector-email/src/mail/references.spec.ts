import { readInReplyTo, readMessageId, readReferences } from './references';

describe('ids in headers', () => {
  it('keep their case and lose their brackets', () => {
    expect(readMessageId(' <AbC.1@X.example> ')).toBe('AbC.1@X.example');
    expect(readMessageId('naked@x.example')).toBe('naked@x.example');
  });

  it.each([undefined, '', '<>', '  ', '< >'])('are none in %j', (value) => {
    expect(readMessageId(value)).toBeUndefined();
  });

  it('are all taken from In-Reply-To, prose is not', () => {
    expect(readInReplyTo(['Your message <a@x> and <b@y> of today someone@example.org'])).toEqual(['a@x', 'b@y']);
  });

  it('stay in order, oldest first, and a repeated one counts where it is nearest', () => {
    expect(readReferences(['<a@x> <b@x>', '<c@x> <a@x>'])).toEqual(['b@x', 'c@x', 'a@x']);
  });

  it('are the nearest fifty of many', () => {
    const ids = Array.from({ length: 80 }, (_, n) => `<${n}@x>`).join(' ');
    const read = readReferences([ids]);
    expect(read).toHaveLength(50);
    expect(read.at(-1)).toBe('79@x');
  });

  it('are read without brackets, but no half of one that was cut', () => {
    expect(readReferences(['a@x,b@x c@x'])).toEqual(['a@x', 'b@x', 'c@x']);
    expect(readReferences(['<a@x> <cut@y'])).toEqual(['a@x']);
  });
});
