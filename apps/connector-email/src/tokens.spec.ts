import { randomBytes, randomUUID } from 'node:crypto';
import { Vault } from '@app/connector-host';
import { MailTokens } from './tokens';

const key = randomBytes(32);
const tokens = new MailTokens(new Vault(key).signingKeys, 'Support@Example.test');
const id = randomUUID();

test('a reply address fits a local part, and comes back in any case', () => {
  const address = tokens.replyAddress(id)!;
  expect(address).toMatch(/^support\+r-[a-z][a-z2-7]{29}@example\.test$/);
  const token = tokens.parseReplyAddress(address.toUpperCase())!;
  expect(token.key.toString('hex')).toBe(id.replaceAll('-', '').slice(16));
  expect(tokens.verifies(token, id)).toBe(true);
  expect(tokens.verifies(token, randomUUID())).toBe(false);
});

test('a mailbox whose name leaves no room has no reply addresses', () => {
  expect(new MailTokens(new Vault(key).signingKeys, `${'a'.repeat(32)}@example.test`).replyAddress(id)).toBeUndefined();
});

test('a Message-ID is the same at every attempt and names the message', () => {
  expect(tokens.messageId(id)).toBe(tokens.messageId(id));
  expect(tokens.messageId(id)).toMatch(/^m\.[a-z2-7]{26}\.[a-z][a-z2-7]{16}@example\.test$/);
  expect(tokens.parseId(tokens.messageId(id).toUpperCase())).toEqual({ kind: 'message', id });
  expect(tokens.parseId(tokens.conversationReference(id))).toEqual({ kind: 'conversation', id });
  expect(tokens.parseEvenhandId(tokens.evenhandId(id))).toBe(id);
});

test('what was signed for a message is no conversation, and what another mailbox signed is not ours', () => {
  expect(tokens.parseId(tokens.messageId(id).replace(/^m/, 'c'))).toBeUndefined();
  const other = new MailTokens(new Vault(key).signingKeys, 'sales@example.test');
  expect(other.parseId(tokens.messageId(id))).toBeUndefined();
  expect(other.parseReplyAddress(tokens.replyAddress(id)!)).toBeUndefined();
});

test.each(Array.from({ length: 20 }, () => randomUUID()))(
  'no changed character of the Message-ID of %s passes',
  (other) => {
    const value = tokens.messageId(other);
    for (let i = 2; i < value.indexOf('@'); i++) {
      const char = value[i] === 'a' ? 'b' : 'a';
      const parsed = tokens.parseId(value.slice(0, i) + char + value.slice(i + 1));
      expect(parsed).toBeUndefined();
    }
  },
);

test('signatures of the key in use before still count', () => {
  const next = new MailTokens(new Vault(randomBytes(32), key).signingKeys, 'support@example.test');
  expect(next.parseId(tokens.messageId(id))).toEqual({ kind: 'message', id });
  expect(next.messageId(id)).not.toBe(tokens.messageId(id));
});

test.each([
  '',
  '@',
  'support@example.test',
  'support+r-@example.test',
  'support+r-a@example.test',
  '<x@y>',
  'm.@x',
  'm.a.b@x',
])('%j names nothing', (text) => {
  expect(tokens.parseId(text)).toBeUndefined();
  expect(tokens.parseReplyAddress(text)).toBeUndefined();
  expect(tokens.parseEvenhandId(text)).toBeUndefined();
});
