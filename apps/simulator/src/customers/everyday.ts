/** Something anybody may ask on any day. `#` stands for a number of six digits. */
export interface EverydayMatter {
  readonly subject: string;
  /** Short enough for every channel, X included. */
  readonly text: string;
}

/** What customers write of when their own story is told. */
export const EVERYDAY: Readonly<Record<'fr' | 'en', readonly EverydayMatter[]>> = {
  fr: [
    {
      subject: 'Commande # toujours pas livrée',
      text: 'Bonjour, ma commande # devait arriver mardi et le suivi ne bouge plus. Quand partira-t-elle ?',
    },
    { subject: 'Facture # en double', text: 'Bonjour, je vois deux prélèvements pour la facture #. Pouvez-vous annuler le second ?' }, // prettier-ignore
    {
      subject: 'Impossible de changer mon adresse',
      text: 'Bonjour, je déménage samedi et le site refuse mon code postal. Pouvez-vous changer l’adresse du dossier # ?',
    },
    { subject: 'Échange de la commande #', text: 'Bonjour, l’article de la commande # n’est pas à la bonne taille. Dois-je attendre l’étiquette de retour ?' }, // prettier-ignore
    { subject: 'Intervention #', text: 'Bonjour, le réparateur n’est pas venu (intervention #) et personne n’a appelé. À quand la prochaine visite ?' }, // prettier-ignore
    { subject: 'Code refusé', text: 'Bonjour, le code reçu pour le compte # est « expiré » dans la seconde. J’ai essayé quatre fois.' }, // prettier-ignore
  ],
  en: [
    { subject: 'Order # arrived damaged', text: 'Hello, order # arrived today with one corner crushed. What should I do with it?' }, // prettier-ignore
    { subject: 'Cannot log in', text: 'Hi, since yesterday account # is locked and the reset mail never arrives. Can you unlock it?' }, // prettier-ignore
    { subject: 'Warranty of a dishwasher', text: 'Hello, my dishwasher (invoice #) stopped draining after 14 months. Is it still under warranty?' }, // prettier-ignore
    { subject: 'Change of delivery day', text: 'Hi, could delivery # come on Friday instead of Thursday? I am at work all day.' }, // prettier-ignore
    { subject: 'Cancelled, still charged', text: 'Hello, I cancelled in September and was charged again on the 3rd (reference #). Please refund it.' }, // prettier-ignore
  ],
};
