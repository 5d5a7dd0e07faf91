import fc from 'fast-check';
import { mailShapes } from '../fixtures/shapes';
import { parseMail } from './parse-mail';
import type { ParsedMail } from './parsed-mail';

const light = mailShapes().filter((shape) => !shape.heavy);

/** Every string of a mail, wherever it stands. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array || value instanceof Date) return [];
  return value && typeof value === 'object' ? Object.values(value).flatMap(strings) : [];
}

function expectSound(mail: ParsedMail): void {
  for (const string of strings(mail)) {
    expect(string.includes('\u0000')).toBe(false);
    expect((string as string & { isWellFormed(): boolean }).isWellFormed()).toBe(true);
  }
  if (mail.quoteStart !== undefined) {
    expect(mail.quoteStart).toBeGreaterThan(0);
    expect(mail.quoteStart).toBeLessThan(mail.text.length);
  }
  for (const file of mail.attachments) {
    expect(Buffer.byteLength(file.name)).toBeLessThanOrEqual(255);
    expect(file.name).not.toMatch(/[/\\]|^\.*$/);
    expect(file.size).toBe(file.content.byteLength);
  }
  expect(mail.html ?? '').not.toMatch(/<script|\son\w+=/i);
}

describe('parsing a mail', () => {
  it('gives sound strings for every shape', async () => {
    for (const shape of light) expectSound(await parseMail(shape.raw));
  }, 30_000);

  it('gives the same for the same bytes', async () => {
    for (const shape of light) expect(await parseMail(shape.raw)).toEqual(await parseMail(Buffer.from(shape.raw)));
  }, 30_000);

  it('survives any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (bytes) => {
        expectSound(await parseMail(Buffer.from(bytes)));
      }),
      { numRuns: 150 },
    );
  }, 30_000);

  it('survives every shape with bytes cut out, doubled or changed', async () => {
    const damage = fc.record({
      shape: fc.nat(light.length - 1),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.nat(300),
      insert: fc.oneof(
        fc.uint8Array({ maxLength: 20 }),
        fc.constant(new Uint8Array([13, 10, 13, 10])),
        fc.constant(new Uint8Array([45, 45, 98, 13, 10])),
      ),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ shape, at, remove, insert }) => {
        const raw = light[shape]?.raw ?? Buffer.alloc(0);
        const place = Math.floor(at * raw.length);
        expectSound(await parseMail(Buffer.concat([raw.subarray(0, place), insert, raw.subarray(place + remove)])));
      }),
      { numRuns: 400 },
    );
  }, 60_000);

  it('loses no file and no text where the second parser has to step in', async () => {
    const rescued = light.filter((shape) => /unclosed|never closed|blanks after/.test(shape.name));
    expect(rescued.length).toBeGreaterThan(2);
    for (const shape of rescued) {
      for (const mode of ['full', 'rescue'] as const) {
        const mail = await parseMail(shape.raw, mode);
        expect([shape.name, mode, mail.attachments.map((file) => file.name)]).toEqual([shape.name, mode, ['a.png']]);
        expect(mail.text).toContain('colis est arrivé cassé');
      }
    }
  });

  it('shows the source where no structure is to be read, and gives the reason', async () => {
    const shape = light.find((candidate) => candidate.name === 'text and a PDF');
    const mail = await parseMail(shape?.raw ?? Buffer.alloc(0), 'plain', 'Reading it took too long.');
    expect(mail).toMatchObject({ unreadable: 'Reading it took too long.', subject: 'Order 4711' });
    expect(mail.text).toContain('Content-Disposition: attachment; filename="facture.pdf"');
  });

  it('shows the beginning of a mail that is too large, with its headers', async () => {
    const head = 'From: a@client.example\r\nSubject: Huge\r\nMessage-ID: <huge@x>\r\n\r\nIt begins here.\r\n';
    const mail = await parseMail(Buffer.concat([Buffer.from(head), Buffer.alloc(51 * 1024 * 1024, 'x')]));
    expect(mail).toMatchObject({ subject: 'Huge', messageId: 'huge@x', from: { address: 'a@client.example' } });
    expect(mail.unreadable).toContain('50 MB');
    expect(mail.text).toContain('It begins here.');
  });
});
