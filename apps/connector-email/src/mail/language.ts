const FRENCH =
  'le la les des une est pas vous nous je mon ma mes votre vos bonjour merci pour dans sur avec que qui cordialement commande et du au aux ce cette ai été reçu mais donc très bien'.split(
    ' ',
  );
const ENGLISH =
  'the is are was you your my we have has this that with for not and please thanks hello hi of to it on be order from would could can but received dear regards'.split(
    ' ',
  );
const french = new Set(FRENCH);
const english = new Set(ENGLISH);

/** Words looked at; more would not change the answer. */
const MAX_WORDS = 150;
const MIN_WORDS = 3;

/**
 * A cheap guess for routing hints, never for order: counts common words of French and English. Undefined where the
 * text is too short to say anything.
 */
export function guessLanguage(text: string): 'fr' | 'en' | 'other' | undefined {
  const words =
    text
      .slice(0, 1_200)
      .toLowerCase()
      .match(/[\p{L}\p{M}]+/gu)
      ?.slice(0, MAX_WORDS) ?? [];
  const letters = words.join('').length;
  if (words.length < MIN_WORDS && letters < 8) return undefined;
  const count = (common: ReadonlySet<string>) => words.filter((word) => common.has(word)).length;
  const fr = count(french);
  const en = count(english);
  const needed = Math.max(1, words.length * 0.08);
  if (fr >= needed && fr > en) return 'fr';
  if (en >= needed && en > fr) return 'en';
  if (fr > 0 && fr === en) return undefined;
  return words.length < 6 && /^[\p{Script=Latin}\p{Cc}\s\p{P}\p{N}\p{S}]*$/u.test(text.slice(0, 200))
    ? undefined
    : 'other';
}
