import { directFingerprint, fingerprint, plainText, postFingerprint } from './fingerprint';
import { QUESTION_ID, sampleDirect, sampleReply, THEIR_ID } from './testing/x-samples';

describe('recognising what we sent', () => {
  it.each([
    ['the names that X puts before a reply', 'Merci !', '@ada @bob_2 Merci !'],
    ['characters that X escapes', 'a < b & c', 'a &lt; b &amp; c'],
    ['an escape that the author wrote', 'write &amp; for &', 'write &amp;amp; for &amp;'],
    ['composed characters and white space', 'cafe\u0301  ouvert\n', 'café ouvert'],
    ['an address that X completes', 'see Example.com now', 'see http://example.com now'],
    ['the end of an address', 'https://www.example.com/', 'http://example.com'],
    ['the address of a picture at the end', 'voilà', 'voilà https://x.com/shop/status/99/photo/1'],
    ['the short address of a file in a direct message', 'voilà', 'voilà https://t.co/AbC123'],
    ['nothing but a file', '', '@ada https://t.co/AbC123'],
  ])('sees through %s', (_, ours, theirs) => {
    expect(plainText(theirs)).toBe(plainText(ours));
    expect(plainText(plainText(theirs))).toBe(plainText(theirs));
  });

  it.each([
    ['Merci !', 'Merci.'],
    ['see example.com/a', 'see example.com/b'],
    ['see example.com/a', 'see example.com/A'],
    ['ask @ada', 'ask'],
  ])('tells %s from %s', (a, b) => {
    expect(plainText(a)).not.toBe(plainText(b));
  });

  it('is that of the copy, for posts by what they answer and for direct messages by whom they reach', () => {
    const reply = sampleReply({ text: 'Oui & merci' });
    expect(fingerprint(reply)).toBe(postFingerprint({ inReplyTo: QUESTION_ID, text: '@ada Oui &amp; merci' }));
    expect(fingerprint(reply)).not.toBe(postFingerprint({ inReplyTo: '5', text: 'Oui & merci' }));
    const direct = sampleDirect({ text: 'Oui', privateReplyTo: QUESTION_ID });
    expect(fingerprint(direct)).toBe(directFingerprint({ to: THEIR_ID, text: 'Oui' }));
    expect(fingerprint(sampleReply({ inReplyTo: null }))).toBeUndefined();
  });

  it('shows none of the text', () => {
    expect(fingerprint(sampleDirect({ text: 'geheim' }))).toMatch(/^dm:222:[0-9a-f]{64}$/);
  });
});
