import { randomBytes } from 'node:crypto';
import { parseKey, Vault, VaultClosed } from './vault';

const key = randomBytes(32);
const plain = Buffer.from('a mail');

test('what was sealed opens for the same purpose and row, and for no other', () => {
  const vault = new Vault(key);
  const sealed = vault.seal('delivery', 'row', plain);
  expect(sealed.includes(plain)).toBe(false);
  expect(vault.open('delivery', 'row', sealed)).toEqual(plain);
  expect(() => vault.open('delivery', 'other', sealed)).toThrow(VaultClosed);
  expect(() => vault.open('credentials', 'row', sealed)).toThrow(VaultClosed);
});

test('what is filled up comes out as it went in, and its length tells nothing', () => {
  const vault = new Vault(key);
  const lengths = [0, 1, 500, 1_020].map((length) => {
    const content = Buffer.alloc(length, 'x');
    const sealed = vault.seal('delivery', 'row', content, 1_024);
    expect(vault.open('delivery', 'row', sealed)).toEqual(content);
    return sealed.length;
  });
  expect(new Set(lengths).size).toBe(1);
  expect(vault.seal('delivery', 'row', Buffer.alloc(1_021), 1_024).length).toBe(lengths[0]! + 1_024);
});

test.each([undefined, 64])('a changed or cut byte is noticed wherever it stands, filled up to %p', (fillTo) => {
  const vault = new Vault(key);
  const sealed = vault.seal('delivery', 'row', plain, fillTo);
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed);
    changed[i]! ^= 1;
    expect(() => vault.open('delivery', 'row', changed)).toThrow(VaultClosed);
    expect(() => vault.open('delivery', 'row', sealed.subarray(0, i))).toThrow(VaultClosed);
  }
});

test('while a key is replaced, the old one still opens and still verifies, and new things are sealed with the new', () => {
  const [before, next] = [new Vault(key), randomBytes(32)];
  const sealed = before.seal('delivery', 'row', plain);
  const during = new Vault(next, key);
  expect(during.open('delivery', 'row', sealed)).toEqual(plain);
  expect(during.signingKeys[1]).toEqual(before.signingKeys[0]);
  expect(() => before.open('delivery', 'row', during.seal('delivery', 'row', plain))).toThrow(/EVENHAND_CONNECTOR_KEY/);
});

test.each([
  ['hexadecimal', key.toString('hex')],
  ['base64', key.toString('base64')],
  ['base64 for URLs', key.toString('base64url')],
  ['base64 with a line end', `${key.toString('base64')}\n`],
])('a key may be given as %s', (_, text) => expect(parseKey(text)).toEqual(key));

test.each(['', 'secret', 'ab'.repeat(31), randomBytes(33).toString('base64')])('%j is no key', (text) =>
  expect(parseKey(text)).toBeUndefined(),
);
