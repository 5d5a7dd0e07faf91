import type { Language } from './model';

interface DemoLine {
  minutesAgo: number;
  text?: string;
  picture?: true;
}

interface DemoChat {
  name: string;
  language: Language;
  lines: readonly DemoLine[];
}

/** Who waits on Messenger when the demo starts. All of them, and all that befell them, are made up. */
export const DEMO_CHATS: readonly DemoChat[] = [
  {
    name: 'Julien Beaumont',
    language: 'fr',
    lines: [
      { minutesAgo: 402, text: 'Bonjour, mon lave-vaisselle LD-31 affiche E24 depuis ce matin et ne vidange plus' },
      { minutesAgo: 401, text: "J'ai nettoyé le filtre deux fois. C'est sous garantie ? Facture F-20871" },
    ],
  },
  {
    name: 'Maya Thornton',
    language: 'en',
    lines: [
      { minutesAgo: 344, text: 'Hi! Your driver left my fridge in front of the wrong building' },
      { minutesAgo: 343, picture: true },
      { minutesAgo: 343, text: 'Order 62-4410. It is outside and it is going to rain. Can somebody come back today?' },
    ],
  },
  {
    name: 'Sandrine Lefort',
    language: 'fr',
    lines: [
      { minutesAgo: 290, text: 'Bonjour, le réparateur devait passer entre 8 h et 10 h. Il est 11 h passées 😕' },
      { minutesAgo: 262, text: "J'ai posé ma matinée exprès. Intervention 88-1204. Quelqu'un vient, oui ou non ?" },
    ],
  },
  {
    name: 'Theo Ashworth',
    language: 'en',
    lines: [{ minutesAgo: 233, text: 'Does the LK-200 kettle come with a UK plug? The page says both yes and no.' }],
  },
  {
    name: 'Awa Ndiaye',
    language: 'fr',
    lines: [
      {
        minutesAgo: 158,
        text: "Bonsoir. J'ai rendu la machine à café le 3 (retour R-7719) et toujours pas de remboursement",
      },
      { minutesAgo: 157, text: 'Au téléphone on me dit de revenir demain, et le lendemain pareil. 129,90 €' },
    ],
  },
  {
    name: 'Rosalie Garneau',
    language: 'fr',
    lines: [
      { minutesAgo: 96, text: "Ma cuisinière sent le gaz quand je l'éteins. C'est normal ??" },
      { minutesAgo: 95, text: 'Modèle LG-55, posée par vous mardi. Il y a les enfants à la maison' },
    ],
  },
  {
    name: 'Callum Reid',
    language: 'en',
    lines: [
      {
        minutesAgo: 41,
        text: 'Morning! Can I still change the colour on order 62-4587? White instead of black please 🙏',
      },
    ],
  },
  {
    name: 'Noémie Vasseur',
    language: 'fr',
    lines: [
      {
        minutesAgo: 12,
        text: 'Bonjour, vous reprenez les anciens frigos à la livraison ? Le mien est encore au 3e sans ascenseur',
      },
    ],
  },
];

export const DEMO_POST = {
  minutesAgo: 600,
  text: 'Cette semaine : reprise de votre ancien appareil pour tout achat d’un lave-linge Lumen. This week: we take your old machine.',
};

/** What people write under that post, for everybody to read. */
export const DEMO_COMMENTS: readonly { name: string; language: Language; minutesAgo: number; text: string }[] = [
  {
    name: 'Bertrand Collin',
    language: 'fr',
    minutesAgo: 187,
    text: 'Trois messages, aucune réponse. Reprise promise, jamais venue. Commande 60-9312.',
  },
  {
    name: 'Imogen Clarke',
    language: 'en',
    minutesAgo: 64,
    text: 'Is this valid in the Lille shop too, or online only?',
  },
];
