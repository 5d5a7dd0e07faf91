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

/** Letters that Persian, Urdu and their like have and Arabic has not. */
const NOT_ARABIC = /[\u067e\u0686\u0698\u06a9\u06af\u06cc\u0679\u0688\u0691\u06ba\u06be\u06c1\u06d2]/u;

/** Words looked at; more would not change the answer. */
const MAX_WORDS = 150;
const MIN_WORDS = 3;

/**
 * A cheap guess at what a customer writes in, never for order: common words of French and English, and the script of Arabic.
 * Undefined where the text is too short to say anything, or in a language that this does not know.
 */
export function guessLanguage(text: string): 'fr' | 'en' | 'ar' | undefined {
  const words =
    text
      .slice(0, 1_200)
      .toLowerCase()
      .match(/[\p{L}\p{M}]+/gu)
      ?.slice(0, MAX_WORDS) ?? [];
  const letters = words.join('');
  if (words.length < MIN_WORDS && letters.length < 8) return undefined;
  if (isArabic(letters)) return 'ar';
  const count = (common: ReadonlySet<string>) => words.filter((word) => common.has(word)).length;
  const fr = count(french);
  const en = count(english);
  const needed = Math.max(1, words.length * 0.08);
  if (fr >= needed && fr > en) return 'fr';
  return en >= needed && en > fr ? 'en' : undefined;
}

function isArabic(letters: string): boolean {
  const arabic = letters.match(/\p{Script=Arabic}/gu)?.length ?? 0;
  return arabic * 2 > letters.length && !NOT_ARABIC.test(letters);
}
