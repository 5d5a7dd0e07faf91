import fc from 'fast-check';
import { quoteStart, type QuoteEvidence } from './quote-start';

const evidence = (text: string, more: Partial<QuoteEvidence> = {}): QuoteEvidence => ({
  text,
  html: undefined,
  subject: 'Re: x',
  answers: true,
  ...more,
});
const QUOTE = 'Le 4 mai 2026 à 10:12, Support a écrit :\n> Bonjour\n> votre colis part demain';

describe('the start of quoted mail', () => {
  it('is the line that introduces it', () => {
    expect(quoteStart(evidence(`Merci.\n\n${QUOTE}`))).toBe('Merci.\n\n'.length);
  });

  it('is never the beginning, so that something is always shown', () => {
    expect(quoteStart(evidence(QUOTE))).toBeUndefined();
    expect(quoteStart(evidence(`\n \n${QUOTE}`))).toBeUndefined();
  });

  it('is not set where a person answers below or between the lines', () => {
    expect(quoteStart(evidence(`Bonjour\n${QUOTE}\n\nIl n’est jamais arrivé, que faire ?`))).toBeUndefined();
  });

  it('is set although a signature follows', () => {
    expect(quoteStart(evidence(`Merci.\n\n${QUOTE}\n-- \nCamille Martin\n+33 1 23 45`))).toBe('Merci.\n\n'.length);
  });

  it('is not set by a sentence in mail that answers nothing', () => {
    const text = 'Hello,\nyour colleague wrote:\nthe parcel is lost.';
    expect(quoteStart(evidence(text, { subject: 'Parcel', answers: false }))).toBeUndefined();
  });

  it('is found by the structure of the HTML where the words are of no known language', () => {
    const html = '<p>Mersi</p><div data-quote="1">Zum 4. 5. Support skrywt<br>vun moolt</div>';
    expect(quoteStart(evidence('Mersi\n\nZum 4. 5. Support skrywt\nvun moolt', { html }))).toBe('Mersi\n\n'.length);
  });

  it('is within the text, after something to read, whatever the text', () => {
    const lines = fc.array(
      fc.constantFrom(
        'Merci',
        '',
        '> a',
        '>',
        QUOTE,
        '-- ',
        'De : a',
        'Envoyé : b',
        '-----Original Message-----',
        '________________',
        'On 1 May, a wrote:',
        'x@y 1:',
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(lines, (parts) => {
        const text = parts.join('\n');
        const start = quoteStart(evidence(text));
        if (start === undefined) return;
        expect(text.slice(0, start).trim()).not.toBe('');
        expect(start === 0 || text[start - 1] === '\n').toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
