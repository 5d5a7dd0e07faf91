import { file, mail, multi, raw, text, bareShape } from '../fixtures/build-mail';
import { MailReader, type MailReaderOptions } from './mail-reader';

const OPTIONS: MailReaderOptions = { workers: 2, timeoutMs: 20_000, memoryMb: 256 };
const ordinary = (n: number) => mail({ n, tag: `r${n}` }, { part: text(`Bonjour numéro ${n}`) });

/** Parts by the ten thousand: the second parser needs seconds for them. */
const slow = () =>
  mail(bareShape, {
    part: multi(
      'mixed',
      'b',
      Array.from({ length: 150_000 }, () => raw(['Content-Type: text/plain'], 'x')),
    ),
  });

describe('the mail reader', () => {
  let reader: MailReader;
  const read = (options: Partial<MailReaderOptions>) => (reader = new MailReader({ ...OPTIONS, ...options }));
  afterEach(() => reader.close());

  it('reads many mails at once and answers each with its own', async () => {
    read({});
    const mails = await Promise.all(Array.from({ length: 60 }, (_, n) => reader.read(ordinary(n))));
    expect(mails.map((parsed) => parsed.text)).toEqual(Array.from({ length: 60 }, (_, n) => `Bonjour numéro ${n}`));
  });

  it('hands over files whole and leaves the caller its bytes', async () => {
    read({});
    const content = Buffer.alloc(3_000_000, 'evenhand ').toString('latin1');
    const bytes = mail(bareShape, {
      part: multi('mixed', 'b', [
        text('two files'),
        file('application/zip', 'a.zip', content),
        file('text/csv', 'b.csv', 'b'),
      ]),
    });
    const before = Buffer.from(bytes);
    const parsed = await reader.read(bytes);
    expect(Buffer.from(parsed.attachments[0]?.content ?? []).equals(Buffer.from(content, 'latin1'))).toBe(true);
    expect(Buffer.from(parsed.attachments[1]?.content ?? []).toString()).toBe('b');
    expect(bytes.equals(before)).toBe(true);
  });

  it('gives up a mail that takes too long, says so, and goes on with the next', async () => {
    read({ workers: 1, timeoutMs: 2_000 });
    await reader.read(ordinary(0));
    const began = performance.now();
    const [hung, next] = await Promise.all([reader.read(slow()), reader.read(ordinary(1))]);
    expect(hung.unreadable).toBe('Reading it took too long.');
    expect(next.text).toBe('Bonjour numéro 1');
    expect(next.unreadable).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(30_000);
  }, 60_000);

  it('still shows the sender, the subject and the source of a mail over which it gave up', async () => {
    // as in the product: the last, least daring attempt needs a moment of its own on a busy machine
    read({ workers: 1, timeoutMs: 10_000 });
    const hung = await reader.read(slow());
    expect(hung).toMatchObject({
      // a fast machine gives up for the number of parts before the time is over
      unreadable: expect.stringMatching(/took too long|cannot be read/),
      subject: 'Order 4711',
      from: { address: 'camille.martin@client.example' },
    });
    expect(hung.text).toContain('Content-Type: text/plain');
  }, 60_000);

  it('gives up a mail that takes too much memory, and goes on with the next', async () => {
    read({ workers: 1, memoryMb: 192 });
    // No part is found, so the second parser is asked, and it keeps every line as an object of its own.
    const body = 'é words \n'.repeat(4_500_000);
    const huge = mail(bareShape, { part: raw(['Content-Type: multipart/mixed; boundary=absent'], body) });
    const [starved, next] = await Promise.all([reader.read(huge), reader.read(ordinary(1))]);
    expect(starved.unreadable).toBe('Reading it took too much memory.');
    expect(next.text).toBe('Bonjour numéro 1');
  }, 60_000);

  it('refuses more than may wait, and takes mail again afterwards', async () => {
    read({ workers: 1 });
    const readings = Array.from({ length: 2_500 }, (_, n) => reader.read(ordinary(n)));
    const results = await Promise.allSettled(readings);
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeGreaterThan(400);
    expect(String(refused[0]?.reason)).toContain('read fewer at a time');
    expect((await reader.read(ordinary(1))).text).toBe('Bonjour numéro 1');
  }, 60_000);

  it('rejects what it has not read when it is closed', async () => {
    read({});
    const readings = Promise.allSettled(Array.from({ length: 50 }, (_, n) => reader.read(ordinary(n))));
    await reader.close();
    expect((await readings).some((result) => result.status === 'rejected')).toBe(true);
    await expect(reader.read(ordinary(1))).rejects.toThrow('closed');
  });
});
