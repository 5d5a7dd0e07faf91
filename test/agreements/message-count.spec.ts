import * as fc from 'fast-check';
import { splitText } from '../../apps/connector-messenger/src/split-text';
import { messageCount } from '../../apps/web/src/composer/reply-limits';

/*
 * The page tells as how many messages a reply goes out; the connector cuts it. Neither may import the other, so this holds
 * them to the same rule, for what people write: within a character of several code points they may differ.
 */
const words = fc
  .array(
    fc.constantFrom('Bonjour', 'a', 'commande.', 'Merci !', '\n', '\n\n', 'où', 'x'.repeat(37), '。', '…', '4711,'),
    {
      maxLength: 60,
    },
  )
  .map((parts) => parts.join(' '));

it('counts as many messages on the page as the connector sends', () => {
  fc.assert(
    fc.property(words, fc.integer({ min: 20, max: 80 }), (text, part) => {
      expect(messageCount(text, 0, part)).toBe(text.trim() === '' ? 0 : splitText(text, part).length);
    }),
    { seed: 20_261_122, numRuns: 500 },
  );
});
