import { tracesOf } from './disk-search';

const WORD = 'zqx7Kw1vbN';
const swapped = Buffer.from(WORD, 'utf16le').swap16();
const compressed = Buffer.from(`${WORD.slice(0, 4)}\0${WORD.slice(4)}`);

test.each([
  ['as it is', Buffer.from(WORD)],
  ['in other case', Buffer.from(WORD.toUpperCase())],
  ['as UTF-16', Buffer.from(WORD, 'utf16le')],
  ['as UTF-16, the high byte first', swapped],
  ['with a control byte of pglz in its middle', compressed],
  ['in hexadecimal', Buffer.from(Buffer.from(`x${WORD}`).toString('hex'))],
  ['in base64', Buffer.from(Buffer.from(`a${WORD}b`).toString('base64'))],
  ['in base64, elsewhere in a group', Buffer.from(Buffer.from(`ab${WORD}`).toString('base64'))],
])('a word is found %s', (_how, bytes) => {
  const around = Buffer.concat([Buffer.from([0, 255]), bytes, Buffer.from('…')]);
  expect(tracesOf(WORD).test(around.toString('latin1'))).toBe(true);
});

test('other bytes are no trace of it', () => {
  const bytes = Buffer.from(
    `${WORD.slice(0, 5)}--${WORD.slice(5)} ${Buffer.from('something else').toString('base64')}`,
  );
  expect(tracesOf(WORD).test(bytes.toString('latin1'))).toBe(false);
});
