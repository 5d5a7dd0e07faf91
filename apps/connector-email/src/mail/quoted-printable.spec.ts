import fc from 'fast-check';
import { decodeQuotedPrintable } from './quoted-printable';

const decode = (encoded: string): string => decodeQuotedPrintable(Buffer.from(encoded, 'latin1')).toString('latin1');

describe('quoted-printable', () => {
  it('joins what soft line breaks cut apart, even within one byte', () => {
    expect(decode('caf=C3=\r\n=A9, caf=C3=A=\n9, d=c3=a9j=\r\n=C3=A0')).toBe('cafÃ©, cafÃ©, dÃ©jÃ\u00a0');
    expect(decode('the end=')).toBe('the end');
  });

  it('drops blanks at the end of a line, which relays add, and keeps all others', () => {
    expect(decode('a \t\r\n  b  c=20\r\nd= \r\ne')).toBe('a\r\n  b  c \r\nde');
  });

  it('keeps what is not encoded as it is: a lone =, bytes above 127', () => {
    expect(decode('1=2, =G0 =4 \xe9 =\rx')).toBe('1=2, =G0 =4 \xe9 =\rx');
  });

  it('gives any bytes back that were encoded, wherever the lines were broken', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.infiniteStream(fc.boolean()), (bytes, breaks) => {
        const encoded = [...bytes]
          .map((byte) => `=${byte.toString(16).padStart(2, '0')}`)
          .flatMap((code) => (breaks.next().value ? [code, '=\r\n'] : [code]));
        expect(decodeQuotedPrintable(Buffer.from(encoded.join('')))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('takes time in proportion to the size, whatever the bytes', () => {
    const hostile = ['=', ' ', '= ', '=\r ', ' =', '\r ', '=\r\n'].map((piece) => piece.repeat(1_000_000));
    const began = process.cpuUsage();
    for (const bytes of hostile) decode(bytes);
    // processor time: a busy machine takes longer for the same work
    expect(process.cpuUsage(began).user / 1_000).toBeLessThan(10_000);
  });
});
