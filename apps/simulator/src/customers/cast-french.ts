import type { Customer, Saying } from './customer';

/** One man with two accounts: the same complaint from both, a minute apart. Only the number of those who follow differs. */
const tartempion = (minutesAgo: number): Omit<Customer, 'id' | 'name' | 'x'> => ({
  language: 'fr',
  story: [
    {
      place: 'post',
      minutesAgo,
      text: 'Trois semaines que mon sèche-linge (commande 60-7714) est « en cours d’acheminement ». Quelqu’un peut-il me dire où il est ?',
    },
    { place: 'post', text: 'Toujours rien pour la commande 60-7714. Je repasse demain, ou je laisse tomber ?' },
  ],
  chase: 'Alors, ce sèche-linge ?',
  thanks: 'Merci, enfin une réponse claire.',
  asksOn: 'D’accord. Et si personne ne livre jeudi, je fais quoi ?',
});

const direct = (text: string): Saying => ({ place: 'direct', text });

export const FRENCH_CUSTOMERS: readonly Customer[] = [
  {
    id: 'helene-tremblay',
    name: 'Hélène Tremblay',
    language: 'fr',
    story: [
      {
        place: 'mail',
        minutesAgo: 458,
        subject: "Ma laveuse fait un vacarme à l'essorage",
        text: "Bonjour,\n\nMa laveuse (modèle LV-420, achetée il y a trois ans) fait un bruit terrible à l'essorage. Hier, j'ai rempli tout le formulaire « Prendre rendez-vous » : marque, numéro de série, date d'achat. Ce matin, on m'écrit de téléphoner pour prendre rendez-vous, et la personne au bout du fil n'avait rien de ce que j'avais saisi.\n\nPouvez-vous me fixer une visite sans que je recommence tout ? Je suis libre mardi ou jeudi après-midi. Numéro de série : 7731-08842.\n\nMerci,\nHélène Tremblay",
      },
      {
        place: 'mail',
        minutesAgo: 47,
        text: "Rebonjour,\n\nJe n'ai pas eu de réponse. Jeudi ne convient plus ; mardi, toujours. Avez-vous bien reçu mon message ?\n\nHélène Tremblay",
      },
    ],
    chase: 'La laveuse est débranchée et le panier déborde. Qui peut me fixer ce rendez-vous ?',
    thanks: 'Parfait pour mardi. Merci de ne pas m’avoir fait tout recommencer !',
    asksOn: 'Merci. Le technicien a-t-il bien le numéro de série, ou dois-je le lui redonner ?',
  },
  {
    id: 'philippe-roy',
    name: 'Philippe Roy',
    language: 'fr',
    x: { username: 'phil_roy', followers: 61 },
    story: [
      {
        place: 'mail',
        minutesAgo: 431,
        subject: "Carte-cadeau payée mais jamais reçue (anniversaire aujourd'hui)",
        text: "Bonjour,\n\nMon fils a acheté une carte-cadeau électronique de 40 € ce matin, « envoyée immédiatement » d'après votre site. La fête est cet après-midi. Au lieu de la carte, nous avons reçu une demande de pièce d'identité, que j'ai envoyée aussitôt. Depuis, rien.\n\nCommande CC-218844. Arrivera-t-elle avant 16 h ? Sinon, je préfère être remboursé tout de suite.\n\nPhilippe Roy",
      },
      {
        place: 'direct',
        minutesAgo: 198,
        text: 'Bonjour, je vous ai écrit ce matin pour la carte-cadeau CC-218844. Mon fils part à la fête dans une heure, les mains vides…',
      },
      direct('La fête est finie. Remboursez-la-moi, s’il vous plaît : CC-218844.'),
    ],
    chase: 'Et pour la carte-cadeau CC-218844, où en est-on ?',
    thanks: 'Bien reçu, merci d’avoir fait vite.',
    asksOn: 'Entendu. Le remboursement arrive sur la carte qui a payé ?',
  },
  {
    id: 'nadia-belkacem',
    name: 'Nadia Belkacem',
    language: 'fr',
    story: [
      {
        place: 'mail',
        minutesAgo: 396,
        subject: 'Photo de mon permis refusée trois fois',
        text: "Bonjour,\n\nPour louer un véhicule, votre site demande une photo du permis de conduire et la refuse chaque fois : « image illisible ». Je l'ai prise au jour, à plat, avec deux téléphones. La voici en pièce jointe.\n\nPouvez-vous la valider à la main ? La location commence samedi à 9 h (dossier L-55102).\n\nNadia Belkacem",
        picture: 'permis.png',
      },
      {
        place: 'chat',
        text: 'Bonjour, c’est pour le dossier L-55102. Je vous ai envoyé la photo de mon permis par courriel ce matin',
      },
    ],
    chase: 'Samedi approche : la photo du permis est-elle bonne, oui ou non ?',
    thanks: 'Merci beaucoup, c’est passé !',
    asksOn: 'Merci. Faut-il que j’apporte l’original au comptoir ?',
  },
  {
    id: 'gerard-lemaire',
    name: 'Gérard Lemaire',
    language: 'fr',
    story: [
      {
        place: 'mail',
        minutesAgo: 338,
        subject: 'Votre formulaire a perdu ma demande',
        text: "Madame, Monsieur,\n\nJ'ai passé vingt minutes à remplir votre formulaire de contact, avec photos et explications. En cliquant sur « Envoyer », j'ai été déconnecté. Tout était perdu. J'ai tout refait ; on m'a promis une réponse « dans les plus brefs délais ». C'était il y a trois semaines.\n\nJe répète donc ici : mon four (facture F-10482) s'éteint au bout de dix minutes. Que dois-je faire ?\n\nCordialement,\nGérard Lemaire",
      },
      {
        place: 'comment',
        text: 'Un formulaire qui efface tout, un courriel sans réponse. Je tente donc ma chance ici : facture F-10482.',
      },
    ],
    chase: 'Je reste dans l’attente d’une réponse au sujet de mon four.',
    thanks: 'Je vous remercie. C’est la première réponse en trois semaines.',
    asksOn: 'Je vous remercie. Qui paie le déplacement du technicien ?',
  },
  {
    id: 'leila-mansour',
    name: 'ليلى منصور',
    language: 'fr',
    story: [
      {
        place: 'mail',
        minutesAgo: 309,
        subject: 'لم يصلني الطرد بعد',
        text: 'السلام عليكم،\n\nطلبتُ ماكينة قهوة قبل أسبوعين (رقم الطلب 318-204)، ويقول موقع التتبع إن الطرد «سُلِّم»، لكنني لم أستلم شيئًا ولم يتصل بي أحد.\n\nهل يمكنكم التحقق من شركة التوصيل؟ يمكنكم الرد بالفرنسية أيضًا.\n\nمع الشكر،\nليلى منصور',
      },
    ],
    chase: 'هل من جديد بخصوص الطلب 318-204؟',
    thanks: 'شكرًا جزيلًا لكم.',
    asksOn: 'شكرًا. كم يومًا سيستغرق ذلك؟',
  },
  {
    id: 'camille-dubois',
    name: 'Camille Dubois',
    language: 'fr',
    story: [
      {
        place: 'mail',
        minutesAgo: 247,
        subject: 'Prélevée deux fois pour la même facture',
        text: "Bonjour,\n\nLa facture de novembre (64,90 €) a été prélevée le 2 et encore le 4. Ma banque me dit de m'adresser à vous. Le téléphone raccroche après trente minutes d'attente, payante.\n\nMerci de rembourser le second prélèvement et de me dire quand.\n\nCamille Dubois\nClient 4 482 019",
      },
      {
        place: 'chat',
        minutesAgo: 121,
        text: 'Bonjour, cliente 4 482 019. Prélevée deux fois en novembre, j’ai écrit un courriel il y a deux heures. Vous l’avez ?',
      },
    ],
    chase: 'Et pour mon double prélèvement ?',
    thanks: 'Merci, je surveille mon compte.',
    asksOn: 'Merci. Et les frais de découvert, vous les prenez ?',
  },
  {
    id: 'suzanne-pelletier',
    name: 'Suzanne Pelletier',
    language: 'fr',
    story: [
      {
        place: 'mail',
        minutesAgo: 174,
        subject: "Réfrigérateur en panne, j'y garde mon insuline",
        text: "Bonjour,\n\nMon réfrigérateur, que vous avez livré en juin, ne fait plus de froid depuis cette nuit. J'y garde mon insuline. J'ai 78 ans et je vis seule, au quatrième.\n\nQuelqu'un peut-il venir aujourd'hui ? Mon téléphone : 555 0142.\n\nSuzanne Pelletier",
      },
    ],
    chase: 'Ma voisine garde l’insuline jusqu’à ce soir seulement. Quelqu’un vient-il ?',
    thanks: 'Vous êtes bien aimable, merci.',
    asksOn: 'Merci. Le monsieur peut-il sonner deux fois ? J’entends mal.',
  },
  {
    id: 'awa-ndiaye',
    name: 'Awa Ndiaye',
    language: 'fr',
    story: [
      {
        place: 'chat',
        minutesAgo: 158,
        text: "Bonsoir. J'ai rendu la machine à café le 3 (retour R-7719) et toujours pas de remboursement",
      },
      {
        place: 'chat',
        minutesAgo: 157,
        text: 'Au téléphone on me dit de revenir demain, et le lendemain pareil. 129,90 €',
      },
    ],
    chase: 'Il y a quelqu’un ?',
    thanks: 'Merci 🙏 je peux enfin arrêter d’appeler',
    asksOn: 'Ok, et ça prend combien de jours ?',
  },
  {
    id: 'marc-antoine-girard',
    name: 'Marc-Antoine Girard',
    language: 'fr',
    x: { username: 'ma_girard', followers: 210 },
    story: [
      {
        place: 'mail',
        minutesAgo: 131,
        subject: 'Plus de connexion dans tout le quartier ?',
        text: "Bonjour,\n\nPlus d'internet depuis 11 h, rue des Érables. Mes voisins non plus. Votre page d'état indique « tout fonctionne ».\n\nEst-ce une panne connue ? Jusqu'à quand ?\n\nM.-A. Girard",
      },
      { place: 'post', text: 'Toujours aucune connexion rue des Érables. Votre page d’état, elle, est toute verte.' },
    ],
    chase: 'Des nouvelles de la panne rue des Érables ?',
    thanks: 'C’est revenu, merci.',
    asksOn: 'Merci. Et la journée perdue, elle sera déduite ?',
  },
  {
    id: 'rosalie-garneau',
    name: 'Rosalie Garneau',
    language: 'fr',
    story: [
      { place: 'chat', minutesAgo: 96, text: "Ma cuisinière sent le gaz quand je l'éteins. C'est normal ??" },
      { place: 'chat', minutesAgo: 95, text: 'Modèle LG-55, posée par vous mardi. Il y a les enfants à la maison' },
    ],
    chase: 'S’il vous plaît, ça sent encore. J’ai ouvert les fenêtres',
    thanks: 'Merci, c’est coupé. Ouf',
    asksOn: 'D’accord. Je peux la rallumer quand ?',
  },
  { id: 'tartempion', name: 'Tartempion', x: { username: 'tartempion', followers: 20 }, ...tartempion(73) },
  {
    id: 'tartempion-tv',
    name: 'Tartempion TV',
    x: { username: 'tartempion_tv', followers: 20_000, badge: 'blue' },
    ...tartempion(72),
  },
  {
    id: 'zoe-marchand',
    name: 'Zoé Marchand',
    language: 'fr',
    x: { username: 'zoe_marchand', followers: 312 },
    story: [
      {
        place: 'post',
        minutesAgo: 214,
        text: 'Quatre fois le même formulaire de retour, quatre fois « session expirée ». Vous avez une adresse où écrire à un humain ?',
      },
      direct('Bonjour, c’est moi pour le formulaire. Le retour concerne la commande 61-0093, une bouilloire fendue.'),
    ],
    chase: 'Je retente : retour de la commande 61-0093 ?',
    thanks: 'Merci ! Un humain, enfin.',
    asksOn: 'Merci. L’étiquette arrive par courriel ?',
  },
  {
    id: 'ines-carpentier',
    name: 'Inès Carpentier',
    language: 'fr',
    x: { username: 'ines_carp', followers: 5_400 },
    story: [
      {
        place: 'mail',
        minutesAgo: 6,
        subject: "Bon d'achat expiré pendant la panne de votre site",
        text: "Bonjour,\n\nMon bon d'achat (BA-7720, 25 €) expirait hier soir, et votre site ne répondait pas entre 20 h et minuit. Pouvez-vous le prolonger ?\n\nMerci d'avance,\nInès Carpentier",
      },
    ],
    chase: 'Mon bon d’achat BA-7720 est-il prolongé ?',
    thanks: 'Super, merci !',
    asksOn: 'Merci. Il vaut jusqu’à quand, du coup ?',
  },
];
