import { AccountHeld, CredentialsRejected, Refused, Transient, type Words } from '@app/channel';
import { AddressTaken } from '../accounts';

export type Language = keyof Words;

/** Wording of the page, French by French rules. */
export const WORDS = {
  connect: { en: 'Connect an account', fr: 'Connecter un compte' },
  reconnect: { en: 'Connect the account again', fr: 'Reconnecter le compte' },
  secrets: {
    en: 'What you type here goes to the connector alone and is stored encrypted. Nobody can read it back.',
    fr: 'Ce que vous saisissez ici ne va qu’au connecteur, qui le conserve chiffré. Personne ne peut le relire.',
  },
  submit: { en: 'Check and connect', fr: 'Vérifier et connecter' },
  waiting: {
    en: 'Both servers are tried; this may take half a minute.',
    fr: 'Les deux serveurs sont essayés ; cela peut prendre une demi-minute.',
  },
  failed: { en: 'Not connected yet', fr: 'Pas encore connecté' },
  retype: {
    en: 'Type the password again: it is not kept.',
    fr: 'Saisissez à nouveau le mot de passe : il n’est pas conservé.',
  },
  done: { en: 'Connected', fr: 'Connecté' },
  doneDetail: {
    en: 'Messages that arrive from now on appear in the queue.',
    fr: 'Les messages qui arrivent désormais apparaissent dans la file.',
  },
  back: { en: 'Back to Evenhand', fr: 'Retour à Evenhand' },
  gone: { en: 'This link is no longer valid', fr: 'Ce lien n’est plus valable' },
  goneDetail: {
    en: 'It was used, is too old, or was mistyped. Ask for a new one on the page of the accounts.',
    fr: 'Il a déjà servi, il est trop ancien ou incomplet. Demandez-en un nouveau sur la page des comptes.',
  },
  required: { en: 'required', fr: 'obligatoire' },
  taken: {
    en: 'This address is connected already. Disconnect it first, or connect it again from its own page.',
    fr: 'Cette adresse est déjà connectée. Déconnectez-la d’abord, ou reconnectez-la depuis sa page.',
  },
  rejected: {
    en: 'The user name or password was refused. With two-step verification, an app password is needed.',
    fr: 'Le nom d’utilisateur ou le mot de passe a été refusé. Avec la validation en deux étapes, il faut un mot de passe d’application.',
  },
  unreachable: {
    en: 'A server could not be reached. Check its name, port and encryption.',
    fr: 'Un serveur est injoignable. Vérifiez son nom, son port et le chiffrement.',
  },
  wrong: { en: 'A field is not right.', fr: 'Un champ n’est pas correct.' },
  unknown: {
    en: 'Something went wrong on our side; the log says what. Try again.',
    fr: 'Une erreur s’est produite de notre côté ; le journal dit laquelle. Réessayez.',
  },
} as const satisfies Record<string, Words>;

/** What went wrong, for the operator: in words of the page, with the server's own beside it. */
export function explainFault(error: unknown): { readonly words: Words; readonly detail: string } {
  if (error instanceof AddressTaken) return { words: WORDS.taken, detail: '' };
  if (error instanceof CredentialsRejected) return { words: WORDS.rejected, detail: error.message };
  if (error instanceof Transient) return { words: WORDS.unreachable, detail: error.message };
  if (error instanceof Refused || error instanceof AccountHeld) return { words: WORDS.wrong, detail: error.message };
  return { words: WORDS.unknown, detail: '' };
}

/** The language a browser asks for; `?lang=` wins. */
export function languageOf(wanted: unknown, acceptLanguage: string | undefined): Language {
  if (wanted === 'fr' || wanted === 'en') return wanted;
  const first = /^\s*([a-z]{2})/i.exec(acceptLanguage ?? '')?.[1]?.toLowerCase();
  return first === 'fr' ? 'fr' : 'en';
}
