import { CUSTOMER_DOMAIN } from '../mail/address';

export interface Person {
  name: string;
  address: string;
  language: 'fr' | 'en';
}

type InBoth<T> = Readonly<Record<'fr' | 'en', readonly T[]>>;

const person = (language: 'fr' | 'en', name: string, local: string): Person => ({
  name,
  address: `${local}@${CUSTOMER_DOMAIN}`,
  language,
});

/** All of them are made up. */
export const PEOPLE: readonly Person[] = [
  person('fr', 'Amélie Gagnon', 'amelie.gagnon'),
  person('fr', 'Bruno Castel', 'bruno.castel'),
  person('fr', 'Chloé Morin', 'chloe.morin'),
  person('fr', 'Driss El Amrani', 'driss.elamrani'),
  person('fr', 'Estelle Vauthier', 'estelle.vauthier'),
  person('fr', 'François Bouchard', 'francois.bouchard'),
  person('fr', 'Ginette Lavoie', 'ginette.lavoie'),
  person('fr', 'Hugo Perrin', 'hugo.perrin'),
  person('fr', 'Isabelle Nguyen', 'isabelle.nguyen'),
  person('fr', 'Kévin Marchal', 'kevin.marchal'),
  person('fr', 'Lucie Ouellet', 'lucie.ouellet'),
  person('fr', 'Mamadou Diallo', 'mamadou.diallo'),
  person('en', 'Alice Harrow', 'alice.harrow'),
  person('en', 'Ben Castellanos', 'ben.castellanos'),
  person('en', 'Chidi Eze', 'chidi.eze'),
  person('en', 'Dana Kowalski', 'dana.kowalski'),
  person('en', 'Erin Blackwood', 'erin.blackwood'),
  person('en', 'Farah Siddiqui', 'farah.siddiqui'),
  person('en', 'George Penhallow', 'george.penhallow'),
  person('en', 'Hana Sato', 'hana.sato'),
];

/** What people write about; `#` stands for a number of six digits. */
export const STORIES: InBoth<{ subject: string; text: string }> = {
  fr: [
    {
      subject: 'Commande # toujours pas livrée',
      text: 'Bonjour,\n\nMa commande # devait arriver mardi. Le suivi indique « en préparation » depuis cinq jours. Pouvez-vous me dire quand elle partira ?',
    },
    {
      subject: 'Facture en double',
      text: 'Bonjour,\n\nJe vois deux prélèvements pour la même facture (#). Pouvez-vous annuler le second ?',
    },
    {
      subject: 'Impossible de changer mon adresse',
      text: "Bonjour,\n\nJe déménage samedi et le site refuse ma nouvelle adresse : « code postal inconnu ». C'est pourtant le bon. Pouvez-vous la changer pour le dossier # ?",
    },
    {
      subject: "Question sur l'échange d'un article",
      text: "Bonjour,\n\nL'article reçu (commande #) n'est pas de la bonne taille. Est-ce que je dois attendre l'étiquette de retour avant de commander l'autre ?",
    },
    {
      subject: 'Rendez-vous du réparateur',
      text: "Bonjour,\n\nLe réparateur n'est pas venu hier (intervention #). Personne n'a téléphoné. À quand la prochaine visite possible ?",
    },
    {
      subject: 'Code reçu mais refusé',
      text: "Bonjour,\n\nLe code de confirmation arrive bien par texto, mais la page répond « code expiré » dans la seconde. J'ai essayé quatre fois.",
    },
  ],
  en: [
    {
      subject: 'Order # arrived damaged',
      text: 'Hello,\n\nOrder # arrived today with one corner crushed. The lamp inside is broken. What should I do with it?',
    },
    {
      subject: 'Cannot log in since yesterday',
      text: 'Hi,\n\nSince yesterday the site says my account is locked. The reset mail never arrives. My customer number is #.',
    },
    {
      subject: 'Warranty of a dishwasher',
      text: 'Hello,\n\nMy dishwasher (invoice #) stopped draining after 14 months. Is this still under warranty?',
    },
    {
      subject: 'Change of delivery day',
      text: 'Hi,\n\nCould delivery # come on Friday instead of Thursday? I will be at work all day.',
    },
    {
      subject: 'Subscription cancelled, still charged',
      text: 'Hello,\n\nI cancelled in September and was charged again on the 3rd (reference #). Please refund it.',
    },
  ],
};

export const CHASES: InBoth<string> = {
  fr: [
    "Bonjour,\n\nJe n'ai pas encore eu de réponse. Avez-vous bien reçu mon message ?",
    'Bonjour,\n\nJe me permets de vous relancer : où en est ma demande ?',
  ],
  en: [
    'Hello,\n\nI have not heard back yet. Did you receive my message?',
    'Hi,\n\nJust checking: is anybody looking at this?',
  ],
};

export const THANKS: InBoth<string> = {
  fr: ["Merci beaucoup, c'est réglé !", 'Parfait, merci pour votre réponse claire. Bonne journée !'],
  en: ['Thank you, that solved it!', 'Great, thanks for the clear answer. Have a good day!'],
};

export const FURTHER_QUESTIONS: InBoth<string> = {
  fr: [
    "Merci. Une précision encore : est-ce que je dois faire quelque chose de mon côté, ou j'attends ?",
    "D'accord, et cela prendra combien de jours environ ?",
  ],
  en: [
    'Thanks. One more thing: do I have to do anything, or just wait?',
    'I see. Roughly how many days will that take?',
  ],
};
