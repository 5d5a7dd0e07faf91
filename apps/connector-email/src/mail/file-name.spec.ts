import fc from 'fast-check';
import { madeUpFileName, safeFileName } from './file-name';

describe('file names', () => {
  it.each([
    ['facture.pdf', 'facture.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\me\\a.doc', 'a.doc'],
    ['a\r\nb.txt', 'a b.txt'],
    ['nul\u0000.txt', 'nul.txt'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['a<b>:"c|?*.txt', 'a_b___c___.txt'],
    ['dots... ', 'dots'],
    ['été.pdf', 'été.pdf'],
    ['dir/', 'dir'],
  ])('make %j the safe name %j', (given, safe) => {
    expect(safeFileName(given)).toBe(safe);
  });

  it.each(['', '.', '..', '...', '/', ' ', '\u200b', '\u0000'])('leave no name of %j', (given) => {
    expect(safeFileName(given)).toBeUndefined();
  });

  it('keep the extension of a name that is too long', () => {
    const name = safeFileName(`${'😀'.repeat(300)}.pdf`) ?? '';
    expect(name.endsWith('😀.pdf')).toBe(true);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
  });

  it('are safe whatever a mail says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
        const name = safeFileName(given);
        if (name === undefined) return;
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
        // eslint-disable-next-line no-control-regex
        expect(name).not.toMatch(/[/\\\u0000-\u001f]|^\.+$|^$/);
        expect(safeFileName(name)).toBe(name);
      }),
    );
  });

  it('are made up by kind and place', () => {
    expect(madeUpFileName(2, 'image/jpeg')).toBe('attachment-2.jpg');
    expect(madeUpFileName(1, 'application/x-unheard-of')).toBe('attachment-1.bin');
  });
});
