import type { Channel } from '../customers/customers';
import type { Language } from '../page/words';
import type { Rate } from './rates';
import type { Trouble } from './switches';

interface Words {
  banner: string;
  title: string;
  intro: string;
  places: string;
  life: string;
  lifeHint: string;
  on: (written: number) => string;
  off: string;
  rates: Record<Rate, string>;
  apply: string;
  channel: Record<Channel, string>;
  /** What it means on each channel. */
  trouble: Record<Channel, Record<Trouble, { name: string; hint: string }>>;
  works: string;
  fails: string;
  begin: string;
  heal: string;
  none: string;
  lost: string;
  notFound: string;
}

const en: Words = {
  banner: 'Simulated platforms: nothing here leaves this machine',
  title: 'Control',
  intro: 'How often the fictional customers write, and what goes wrong on each channel.',
  places: 'Channels',
  life: 'Customers who write by themselves',
  lifeHint: 'On all channels together, 200 messages at most; they ask again, thank, or ask on, and wait.',
  on: (n) => `Running: ${n} written.`,
  off: 'Stopped.',
  rates: {
    off: 'Not at all',
    slow: 'Every 30 to 60 seconds',
    usual: 'Every 8 to 20 seconds',
    fast: 'Every 2 to 5 seconds',
  },
  apply: 'Apply',
  channel: { mail: 'Mail', messenger: 'Messenger', x: 'X' },
  trouble: {
    mail: {
      outage: { name: 'Outage', hint: 'The provider refuses connections.' },
      token: { name: 'Expired login', hint: 'It refuses the password of everybody.' },
      window: { name: 'Closed window', hint: 'Mail can be answered at any time.' },
    },
    messenger: {
      outage: { name: 'Outage', hint: 'The Graph API answers 500, and webhooks do not arrive.' },
      token: { name: 'Expired token', hint: 'The Page’s token has ended; healing makes it valid again.' },
      window: { name: 'Closed window', hint: 'Every answer comes too late for Messenger.' },
    },
    x: {
      outage: { name: 'Outage', hint: 'The API answers 503, and webhooks do not arrive.' },
      token: { name: 'Expired token', hint: 'The access token has ended; the connector renews it by itself.' },
      window: { name: 'Closed messages', hint: 'X has no window; nobody takes direct messages instead.' },
    },
  },
  works: 'off',
  fails: 'on',
  begin: 'Set',
  heal: 'Heal',
  none: 'does not exist here',
  lost: 'Live updates are interrupted; trying again…',
  notFound: 'There is nothing here.',
};

const fr: Words = {
  banner: 'Plateformes simulées : rien ne quitte cette machine',
  title: 'Réglages',
  intro: 'À quel rythme les clients fictifs écrivent, et ce qui va mal sur chaque canal.',
  places: 'Canaux',
  life: 'Clients qui écrivent tout seuls',
  lifeHint:
    'Sur tous les canaux ensemble, 200 messages au plus ; ils relancent, remercient ou demandent encore, et attendent.',
  on: (n) => (n < 2 ? `En marche : ${n} écrit.` : `En marche : ${n} écrits.`),
  off: 'Arrêté.',
  rates: {
    off: 'Pas du tout',
    slow: 'Toutes les 30 à 60 secondes',
    usual: 'Toutes les 8 à 20 secondes',
    fast: 'Toutes les 2 à 5 secondes',
  },
  apply: 'Appliquer',
  channel: { mail: 'Courriel', messenger: 'Messenger', x: 'X' },
  trouble: {
    mail: {
      outage: { name: 'Panne', hint: 'Le fournisseur refuse les connexions.' },
      token: { name: 'Accès expiré', hint: 'Il refuse tous les mots de passe.' },
      window: { name: 'Délai dépassé', hint: 'On peut répondre à un courriel à tout moment.' },
    },
    messenger: {
      outage: { name: 'Panne', hint: 'L’API Graph répond 500 et les webhooks n’arrivent pas.' },
      token: { name: 'Jeton expiré', hint: 'Le jeton de la Page a pris fin ; rétablir le rend de nouveau valable.' },
      window: { name: 'Délai dépassé', hint: 'Toute réponse arrive trop tard pour Messenger.' },
    },
    x: {
      outage: { name: 'Panne', hint: 'L’API répond 503 et les webhooks n’arrivent pas.' },
      token: { name: 'Jeton expiré', hint: 'Le jeton d’accès a pris fin ; le connecteur le renouvelle tout seul.' },
      window: {
        name: 'Messages fermés',
        hint: 'X n’a pas de délai ; à la place, personne n’accepte de messages privés.',
      },
    },
  },
  works: 'inactif',
  fails: 'actif',
  begin: 'Déclencher',
  heal: 'Rétablir',
  none: 'n’existe pas ici',
  lost: 'Mise à jour interrompue ; nouvel essai…',
  notFound: 'Il n’y a rien ici.',
};

export type { Words };

export function wordsOf(language: Language): Words {
  return language === 'fr' ? fr : en;
}
