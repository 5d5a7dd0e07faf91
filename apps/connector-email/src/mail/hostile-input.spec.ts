import { bareShape, html, mail, multi, raw, text } from '../fixtures/build-mail';
import { parseMail } from './parse-mail';

/** Pieces that, repeated, make a careless pattern try everything with everything. */
const PIECES = [
  '<',
  '<a-',
  '<!--',
  '&#',
  '"',
  '(',
  '()',
  '> ',
  '=?utf-8?Q?',
  '<a@',
  '@',
  'boundary=',
  ' ',
  ':',
  '; ',
  'wrote:\n',
  '1@:\n',
  'On 1 a wrote:\n> ',
  'a.',
  '<p style="',
  '<blockquote type=cite>',
];
const SIZE = 50_000;
const ENOUGH_MS = 5_000;
const line = (piece: string) => piece.replaceAll('\n', ' ');

/** Places of a mail in which a piece may stand over and over. */
const PLACES: Readonly<Record<string, (filling: string) => Buffer>> = {
  subject: (filling) => mail(bareShape, { subject: line(filling), part: text('x') }),
  from: (filling) => mail(bareShape, { from: line(filling), part: text('x') }),
  references: (filling) =>
    mail(bareShape, { extra: [`References: ${line(filling)}`, `In-Reply-To: ${line(filling)}`], part: text('x') }),
  'file name': (filling) =>
    mail(bareShape, { part: multi('mixed', 'b', [raw([`Content-Type: a/b; name=${line(filling)}`], 'x')]) }),
  text: (filling) => mail(bareShape, { subject: 'Re: x', part: text(filling) }),
  HTML: (filling) => mail(bareShape, { subject: 'Re: x', part: html(filling) }),
  style: (filling) => mail(bareShape, { part: html(`<p style="${filling}">x</p>`) }),
};

describe('hostile input', () => {
  it.each(Object.keys(PLACES))(
    'is read in bounded time in the %s',
    async (place) => {
      for (const piece of PIECES) {
        const filling = piece.repeat(SIZE / piece.length);
        const began = process.cpuUsage();
        const parsed = await parseMail(PLACES[place]?.(filling) ?? Buffer.alloc(0));
        expect(parsed.unreadable).toBeUndefined();
        expect({ piece, slow: process.cpuUsage(began).user / 1_000 > ENOUGH_MS }).toEqual({ piece, slow: false });
      }
    },
    120_000,
  );
});
