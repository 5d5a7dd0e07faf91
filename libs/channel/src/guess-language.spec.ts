import { guessLanguage } from './guess-language';

test.each([
  ['Bonjour, où est ma commande ?', 'fr'],
  ['Hello, where is my order?', 'en'],
  ['مرحبا، أين طلبي رقم 1042؟', 'ar'],
  ['Order: طلبي لم يصل بعد يا جماعة', 'ar'],
] as const)('%s is taken for %s', (text, language) => {
  expect(guessLanguage(text)).toBe(language);
});

test.each([
  ['too little to tell', 'ok merci'],
  ['an unknown language in Latin letters', 'Wo bleibt denn eigentlich meine Bestellung'],
  ['Persian, which has letters that Arabic has not', 'سلام، سفارش من کجاست؟ چرا نرسیده'],
  ['Urdu', 'میرا آرڈر کہاں ہے؟ ابھی تک نہیں ملا'],
  ['no words at all', '👍👍👍 12345678'],
])('nothing is said of %s', (_what, text) => {
  expect(guessLanguage(text)).toBeUndefined();
});
