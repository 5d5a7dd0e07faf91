import { decodeWindows1252, guessDecode, mendTextDecoder, provesNothing } from './charset';

describe('charsets', () => {
  it('windows-1252 has its characters where ISO 8859-1 has controls', () => {
    expect(decodeWindows1252(Buffer.from('8093949c80', 'hex'))).toBe('€“”œ€');
    expect(decodeWindows1252(Buffer.from('e9', 'hex'))).toBe('é');
  });

  it('are guessed: UTF-8, else the hint, else windows-1252', () => {
    expect(guessDecode(Buffer.from('é', 'utf8'), 'koi8-r')).toBe('é');
    expect(guessDecode(Buffer.from('f3d0c1d3c9c2cf', 'hex'), 'koi8-r')).toBe('Спасибо');
    expect(guessDecode(Buffer.from('80', 'hex'), 'iso-8859-1')).toBe('€');
    expect(guessDecode(Buffer.from('80', 'hex'), 'no-such-charset')).toBe('€');
  });

  it.each([undefined, false, 'us-ascii', 'UTF-8', ' unknown-8bit ', 'utf8mb4'] as const)(
    'prove nothing as %j',
    (label) => {
      expect(provesNothing(label)).toBe(true);
    },
  );

  it.each(['iso-8859-15', 'gbk', 'utf-16'])('are believed as %j', (label) => {
    expect(provesNothing(label)).toBe(false);
  });

  it('of this runtime are right once mended, in pieces too', () => {
    mendTextDecoder();
    mendTextDecoder();
    expect(new TextDecoder('windows-1252').decode(Buffer.from('63 9c 75 72 92 80'.replaceAll(' ', ''), 'hex'))).toBe(
      'cœur’€',
    );
    expect(new TextDecoder('windows-1252').decode(Uint8Array.of(0x80).buffer)).toBe('€');
    expect(new TextDecoder().decode(Buffer.from('é'))).toBe('é');
    const pieces = new TextDecoder('shift_jis');
    expect(pieces.decode(Uint8Array.of(0x95), { stream: true }) + pieces.decode(Uint8Array.of(0xd4))).toBe('返');
  });
});
