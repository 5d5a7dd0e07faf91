import { CUSTOMER_DOMAIN } from '../mail/address';

interface DemoLetter {
  minutesAgo: number;
  from: { name: string; address: string; language: 'fr' | 'en' };
  subject: string;
  text: string;
  /** File name of an attached picture. */
  photo?: string;
  /** Written as an answer to the customer's own earlier mail. */
  chases?: true;
}

const fr = (name: string, local: string) => ({ name, address: `${local}@${CUSTOMER_DOMAIN}`, language: 'fr' as const });
const en = (name: string, local: string) => ({ name, address: `${local}@${CUSTOMER_DOMAIN}`, language: 'en' as const });

/** The people who wait when the demo starts, oldest first. All of them, and all that befell them, are made up. */
export const DEMO_LETTERS: readonly DemoLetter[] = [
  {
    minutesAgo: 458,
    from: fr('Hélène Tremblay', 'helene.tremblay'),
    subject: "Ma laveuse fait un vacarme à l'essorage",
    text: "Bonjour,\n\nMa laveuse (modèle LV-420, achetée il y a trois ans) fait un bruit terrible à l'essorage. Hier, j'ai rempli tout le formulaire « Prendre rendez-vous » : marque, numéro de série, date d'achat. Ce matin, on m'écrit de téléphoner pour prendre rendez-vous, et la personne au bout du fil n'avait rien de ce que j'avais saisi.\n\nPouvez-vous me fixer une visite sans que je recommence tout ? Je suis libre mardi ou jeudi après-midi. Numéro de série : 7731-08842.\n\nMerci,\nHélène Tremblay",
  },
  {
    minutesAgo: 431,
    from: fr('Philippe Roy', 'philippe.roy'),
    subject: "Carte-cadeau payée mais jamais reçue (anniversaire aujourd'hui)",
    text: "Bonjour,\n\nMon fils a acheté une carte-cadeau électronique de 40 € ce matin, « envoyée immédiatement » d'après votre site. La fête est cet après-midi. Au lieu de la carte, nous avons reçu une demande de pièce d'identité, que j'ai envoyée aussitôt. Depuis, rien.\n\nCommande CC-218844. Arrivera-t-elle avant 16 h ? Sinon, je préfère être remboursé tout de suite.\n\nPhilippe Roy",
  },
  {
    minutesAgo: 396,
    from: fr('Nadia Belkacem', 'nadia.belkacem'),
    subject: 'Photo de mon permis refusée trois fois',
    text: "Bonjour,\n\nPour louer un véhicule, votre site demande une photo du permis de conduire et la refuse chaque fois : « image illisible ». Je l'ai prise au jour, à plat, avec deux téléphones. La voici en pièce jointe.\n\nPouvez-vous la valider à la main ? La location commence samedi à 9 h (dossier L-55102).\n\nNadia Belkacem",
    photo: 'permis.png',
  },
  {
    minutesAgo: 371,
    from: en('Oliver Whitfield', 'oliver.whitfield'),
    subject: 'Upload stops at 98 % – and please do not send the quota answer again',
    text: 'Hello,\n\nEvery video I upload stops at 98 % with "Something went wrong". It is 340 MB, so far below the limit. I wrote twice already, and got the same reply twice: that my quota is full. My quota page says 12 % used.\n\nI tried Firefox and Chrome, cable and Wi-Fi. Could somebody look at the log of upload u-90233, please?\n\nRegards,\nOliver Whitfield',
  },
  {
    minutesAgo: 338,
    from: fr('Gérard Lemaire', 'gerard.lemaire'),
    subject: 'Votre formulaire a perdu ma demande',
    text: "Madame, Monsieur,\n\nJ'ai passé vingt minutes à remplir votre formulaire de contact, avec photos et explications. En cliquant sur « Envoyer », j'ai été déconnecté. Tout était perdu. J'ai tout refait ; on m'a promis une réponse « dans les plus brefs délais ». C'était il y a trois semaines.\n\nJe répète donc ici : mon four (facture F-10482) s'éteint au bout de dix minutes. Que dois-je faire ?\n\nCordialement,\nGérard Lemaire",
  },
  {
    minutesAgo: 309,
    from: fr('ليلى منصور', 'leila.mansour'),
    subject: 'لم يصلني الطرد بعد',
    text: 'السلام عليكم،\n\nطلبتُ ماكينة قهوة قبل أسبوعين (رقم الطلب 318-204)، ويقول موقع التتبع إن الطرد «سُلِّم»، لكنني لم أستلم شيئًا ولم يتصل بي أحد.\n\nهل يمكنكم التحقق من شركة التوصيل؟ يمكنكم الرد بالفرنسية أيضًا.\n\nمع الشكر،\nليلى منصور',
  },
  {
    minutesAgo: 282,
    from: en('Priya Nair', 'priya.nair'),
    subject: '🎂🎉 the wrong cake topper 😅',
    text: 'Hi hi 👋😊\n\nso I ordered the 🦄 topper and got… a 🚜. My daughter is turning 5️⃣ tomorrow 🎂🎈 and she is more of a 🦄🌈✨ person (nothing against 🚜🧑‍🌾).\n\nAny chance to swap it today? 🙏🙏 I can come by 🚲💨 until 19:00. Order 77-410.\n\nThank youuu 💛🇮🇳🤝🇨🇦\nPriya 👩🏽‍🍳',
  },
  {
    minutesAgo: 247,
    from: fr('Camille Dubois', 'camille.dubois'),
    subject: 'Prélevée deux fois pour la même facture',
    text: "Bonjour,\n\nLa facture de novembre (64,90 €) a été prélevée le 2 et encore le 4. Ma banque me dit de m'adresser à vous. Le téléphone raccroche après trente minutes d'attente, payante.\n\nMerci de rembourser le second prélèvement et de me dire quand.\n\nCamille Dubois\nClient 4 482 019",
  },
  {
    minutesAgo: 211,
    from: en('Tom Okafor', 'tom.okafor'),
    subject: 'No reset mail',
    text: 'Hi, the password reset mail never comes. Not in spam either. I have an invoice to pay in there by tonight.\nTom',
  },
  {
    minutesAgo: 174,
    from: fr('Suzanne Pelletier', 'suzanne.pelletier'),
    subject: "Réfrigérateur en panne, j'y garde mon insuline",
    text: "Bonjour,\n\nMon réfrigérateur, que vous avez livré en juin, ne fait plus de froid depuis cette nuit. J'y garde mon insuline. J'ai 78 ans et je vis seule, au quatrième.\n\nQuelqu'un peut-il venir aujourd'hui ? Mon téléphone : 555 0142.\n\nSuzanne Pelletier",
  },
  {
    minutesAgo: 131,
    from: fr('Marc-Antoine Girard', 'marc-antoine.girard'),
    subject: 'Plus de connexion dans tout le quartier ?',
    text: "Bonjour,\n\nPlus d'internet depuis 11 h, rue des Érables. Mes voisins non plus. Votre page d'état indique « tout fonctionne ».\n\nEst-ce une panne connue ? Jusqu'à quand ?\n\nM.-A. Girard",
  },
  {
    minutesAgo: 88,
    from: en('Grace Lindqvist', 'grace.lindqvist'),
    subject: 'Do I need more followers to get an answer?',
    text: 'Hello,\n\nI asked three times on your page why my order 60-1187 was cancelled. Nobody answered. Yesterday someone well known asked nearly the same thing and had an answer in four minutes. I have 20 followers. Is that how it works?\n\nI would still like to know why the order was cancelled.\n\nGrace Lindqvist',
  },
  {
    minutesAgo: 47,
    from: fr('Hélène Tremblay', 'helene.tremblay'),
    subject: "Re: Ma laveuse fait un vacarme à l'essorage",
    text: "Rebonjour,\n\nJe n'ai pas eu de réponse. Jeudi ne convient plus ; mardi, toujours. Avez-vous bien reçu mon message ?\n\nHélène Tremblay",
    chases: true,
  },
  {
    minutesAgo: 19,
    from: en('Daniel Ferreira', 'daniel.ferreira'),
    subject: 'Return label for order 55-9021',
    text: 'Hello,\n\nthe chair is lovely but too high for my desk. Could you send me a return label? The box is still here.\n\nKind regards,\nDaniel Ferreira',
  },
  {
    minutesAgo: 6,
    from: fr('Inès Carpentier', 'ines.carpentier'),
    subject: "Bon d'achat expiré pendant la panne de votre site",
    text: "Bonjour,\n\nMon bon d'achat (BA-7720, 25 €) expirait hier soir, et votre site ne répondait pas entre 20 h et minuit. Pouvez-vous le prolonger ?\n\nMerci d'avance,\nInès Carpentier",
  },
];
