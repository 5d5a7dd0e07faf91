import { prepareRaw } from './prepare-raw';

const raw = (...lines: string[]) => Buffer.from(lines.join('\r\n'), 'latin1');

describe('preparing the bytes of a mail', () => {
  it('copies nothing where nothing is wrong', () => {
    const bytes = raw('From: a@x', 'Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'x', '--b--', '');
    expect(prepareRaw(bytes).bytes).toBe(bytes);
  });

  it('takes blanks off boundary lines and off no others', () => {
    const bytes = raw(
      'Content-Type: multipart/mixed; boundary="b"',
      '',
      '--b \t',
      '',
      'text -- b  ',
      '--bc  ',
      '--b-- ',
      '',
    );
    expect(prepareRaw(bytes).bytes.toString()).toBe(
      raw(
        'Content-Type: multipart/mixed; boundary="b"',
        '',
        '--b',
        '',
        'text -- b  ',
        '--bc  ',
        '--b--',
        '',
      ).toString(),
    );
  });

  it('leaves the bytes of bodies alone, whatever they are', () => {
    const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const bytes = Buffer.concat([
      raw('Subject: \xe9', 'Content-Type: multipart/mixed; boundary=b', '', '--b ', '', ''),
      body,
    ]);
    const { bytes: prepared } = prepareRaw(bytes);
    expect(prepared.subarray(prepared.length - 256).equals(body)).toBe(true);
    expect(prepared.toString('utf8', 0, 12)).toContain('Subject: é');
  });

  it('tells where the body begins', () => {
    for (const bytes of [
      raw('A: b', '', 'body'),
      Buffer.from('A: b\n\nbody'),
      raw('', 'body'),
      Buffer.from('\nbody'),
    ]) {
      const { bytes: prepared, bodyStart } = prepareRaw(bytes);
      expect(prepared.subarray(bodyStart).toString()).toBe('body');
    }
  });

  it('finds the boundaries of every depth', () => {
    const bytes = raw(
      'Content-Type: multipart/mixed; boundary="one two"',
      '',
      '--one two',
      'Content-Type: multipart/related; boundary=inner',
      '',
      '',
    );
    expect(prepareRaw(bytes).boundaries).toEqual(['one two', 'inner']);
  });
});
