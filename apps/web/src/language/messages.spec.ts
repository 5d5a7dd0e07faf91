import { createIntl } from 'react-intl';
import { en } from './en';
import { fr } from './fr';

/** Values for every placeholder that any message has. */
const values = {
  ...Object.fromEntries(
    [
      'account',
      'address',
      'channel',
      'day',
      'effect',
      'hour',
      'id',
      'kind',
      'list',
      'minute',
      'minutes',
      'name',
      'own',
      'reference',
      'since',
      'size',
      'state',
      'time',
    ].map((name) => [name, name]),
  ),
  ...Object.fromEntries(
    ['days', 'files', 'hours', 'left', 'limit', 'messages', 'n', 'of', 'open', 'over'].map((name) => [name, 3]),
  ),
};

const names = (message: string): string[] =>
  [...new Set([...message.matchAll(/\{(\w+)/g)].map(([, name = '']) => name))].filter((name) => name in values).sort();

describe('the words of the page', () => {
  it('are the same in both languages', () => {
    expect(Object.keys(fr).sort()).toEqual(Object.keys(en).sort());
  });

  it.each([
    ['en', en],
    ['fr', fr],
  ] as const)('can all be said in %s', (locale, messages: Readonly<Record<string, string>>) => {
    const faults: string[] = [];
    const intl = createIntl({ locale, messages: { ...messages }, onError: (error) => faults.push(error.message) });
    const said = Object.keys(messages).map((id) => intl.formatMessage({ id }, values));
    expect(faults).toEqual([]);
    expect(said.filter((text) => text.trim() === '' || /[{}]/.test(text))).toEqual([]);
  });

  it('say the same facts in both languages', () => {
    const differing = (Object.keys(en) as (keyof typeof en)[]).filter(
      (key) => key !== 'time.clock' && names(en[key]).join() !== names(fr[key]).join(),
    );
    expect(differing).toEqual([]);
  });

  it('have the three plurals of French', () => {
    const plurals = Object.entries(fr).filter(([, text]) => text.includes(', plural,'));
    const incomplete = plurals.filter(
      ([, text]) => !['one {', 'many {', 'other {'].every((form) => text.includes(form)),
    );
    expect(plurals.length).toBeGreaterThan(5);
    expect(incomplete.map(([key]) => key)).toEqual([]);
  });

  it('keep French punctuation on its line', () => {
    const loose = Object.entries(fr).filter(([, text]) => /[ \w’](?<!\u202f)[;!?»]| :|[\w’}]:(?!\/)|'/.test(text));
    expect(loose.map(([key]) => key)).toEqual([]);
  });
});
