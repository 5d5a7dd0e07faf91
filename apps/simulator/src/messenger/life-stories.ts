import type { Language } from './model';

type InBoth<T> = Readonly<Record<Language, readonly T[]>>;

/** All of them are made up. */
export const CHATTERS: InBoth<string> = {
  fr: [
    'Anaïs Roussel',
    'Baptiste Cormier',
    'Clémence Aubry',
    'Djibril Sow',
    'Élodie Tanguay',
    'Fabien Lacroix',
    'Géraldine Poirier',
    'Hakim Benali',
    'Ivana Petit',
    'Jérôme Sabatier',
  ],
  en: ['Abigail Frost', 'Brendan Walsh', 'Carys Morgan', 'Dev Patel', 'Esther Obi', 'Finn Gallagher', 'Gwen Howells'],
};

/** What people write of their own accord, in one message or in several; `#` stands for a number of six digits. */
export const MATTERS: InBoth<readonly string[]> = {
  fr: [
    ['Bonjour, où en est ma commande # ?', 'Le suivi ne bouge plus depuis jeudi'],
    ['Bonsoir, le joint de mon four est arrivé fendu (commande #). Vous en renvoyez un ?'],
    ['Bonjour !', 'Je peux décaler la livraison # à samedi ?'],
    ['Facture # : il manque la remise de 10 % promise en magasin'],
    ['Mon aspirateur s’arrête au bout de 2 minutes 😤', 'Acheté en mars, n° #'],
  ],
  en: [
    ['Hi, where is order #?', 'Tracking has not moved since Thursday'],
    ['Hello, the oven shelf in # is bent. Could you send another?'],
    ['Hi! Can I pick up # in the shop instead?'],
    ['The 10 % voucher did not work on invoice #', 'It was valid until today'],
    ['My toaster trips the fuse every time 😬', 'Serial #'],
  ],
};

export const PUBLIC_MATTERS: InBoth<string> = {
  fr: ['Et la commande # alors ? Deux semaines sans nouvelles.', 'Il reste du LV-420 en blanc quelque part ?'],
  en: ['Still no word about order #…', 'Is the LV-420 coming back in white?'],
};

export const NUDGES: InBoth<string> = {
  fr: ['Il y a quelqu’un ?', 'Vous avez vu mon message ?'],
  en: ['Anybody there?', 'Did you see my message?'],
};

export const THANKS: InBoth<string> = {
  fr: ['Merci beaucoup 🙏', 'Parfait, merci !'],
  en: ['Thanks so much 🙏', 'Perfect, thank you!'],
};

export const FURTHER: InBoth<string> = {
  fr: ['D’accord. Et ça prend combien de jours ?', 'Ok, je dois faire quelque chose de mon côté ?'],
  en: ['I see. How many days does that take?', 'OK, do I have to do anything?'],
};
