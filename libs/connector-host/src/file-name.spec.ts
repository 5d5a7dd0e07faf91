import { safeFileName } from './file-name';

describe('safeFileName', () => {
  it('keeps a name and its extension, and gives one to a name without', () => {
    expect(safeFileName('Facture n° 5.pdf', '.png')).toBe('Facture n° 5.pdf');
    expect(safeFileName('Facture', '.pdf')).toBe('Facture.pdf');
  });

  it('keeps only the last part of a path, and nothing that hides or that a disk refuses', () => {
    expect(safeFileName('../../etc/passwd', '')).toBe('passwd');
    expect(safeFileName('C:\\temp\\photo.jpg', '')).toBe('photo.jpg');
    expect(safeFileName('a\u202egpj.exe', '')).toBe('agpj.exe');
    expect(safeFileName('a\u0000b\nc<d>.txt', '')).toBe('abc_d_.txt');
  });

  it.each(['', '   ', '..', '/', '\u200b', '...///'])('finds no name in %j', (name) => {
    expect(safeFileName(name, '.png')).toBeUndefined();
  });

  it('cuts a long name before its extension, never inside a character', () => {
    const name = safeFileName(`${'😀'.repeat(200)}.pdf`, '')!;
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect(name).toMatch(/^(😀)+\.pdf$/u);
  });
});
