import type { SendFailureCode } from '@app/channel';

/** Everything the api says to people, in one language. Times are given as instants; the page formats them. */
export interface Words {
  readonly signInFirst: string;
  readonly roleNeeded: (role: string) => string;
  readonly credentialsWrong: string;
  readonly tooManyAttempts: string;
  readonly demoRefused: string;
  readonly setUpDone: string;
  readonly setUpOverLoopback: string;
  readonly missing: (what: string) => string;
  readonly tooLong: (limit: number, actual: number) => string;
  readonly tooShort: (least: number) => string;
  readonly notAnAddress: string;
  readonly unknownTimeZone: string;
  readonly unknownLocale: string;
  readonly emailTaken: string;
  readonly keyReused: string;
  readonly notFound: string;
  readonly nobodyWaiting: string;
  readonly atCapacity: (open: number) => string;
  readonly offerOver: string;
  readonly undoExpired: string;
  readonly notYours: string;
  readonly collision: string;
  readonly reconnectNeeded: string;
  readonly noRecipient: string;
  readonly unknownAttachment: string;
  readonly tooManyAttachments: (most: number) => string;
  readonly notRetryable: string;
  readonly notUncertain: string;
  readonly outsideColleague: string;
  readonly internal: (requestId: string) => string;
  readonly timedOut: string;
  /** Of a message of which it is not known whether it left, whatever went wrong. */
  readonly unconfirmed: string;
  /** Of an account that does not work. */
  readonly advice: { readonly reconnect: string; readonly troubled: string; readonly disconnected: string };
  /** A program of ours that has not told its name. */
  readonly anotherProgram: string;
  readonly windowClosed: string;
  readonly notPublic: string;
  readonly privateReply: { readonly used: string; readonly tooLate: string; readonly notOffered: string };
  readonly notModeratable: string;
  readonly confirmationWrong: string;
  readonly notThisAccount: string;
  readonly failures: Readonly<Record<SendFailureCode, string>>;
  /** What can be done about a failure; left out where trying again is all. */
  readonly failureAdvice: Readonly<Partial<Record<SendFailureCode, string>>>;
}

const en: Words = {
  signInFirst: 'Please sign in first.',
  roleNeeded: (role) => `Only a ${role} may do this.`,
  credentialsWrong: 'E-mail address or password is wrong.',
  tooManyAttempts: 'Too many attempts. Please wait before trying again.',
  demoRefused:
    'One-click sign-in works in the demo only, on this very machine, and while no real account is connected. Please sign in with e-mail address and password.',
  setUpDone: 'This installation is already set up. Please sign in.',
  setUpOverLoopback:
    'The first account can be made on the machine itself only: open the page there by http://localhost, or run "npm run evenhand -- user add".',
  missing: (what) => `Please enter ${what}.`,
  tooLong: (limit, actual) => `This is too long: ${actual} characters, at most ${limit}.`,
  tooShort: (least) => `This is too short: at least ${least} characters.`,
  notAnAddress: 'This is not an e-mail address.',
  unknownTimeZone: 'This time zone is not known. Expected a name such as Europe/Paris.',
  unknownLocale: 'This language is not known. Expected en or fr.',
  emailTaken: 'Somebody already signs in with this address.',
  keyReused: 'This request repeats the key of another one. Please reload the page.',
  notFound: 'There is no such thing here, or not for you.',
  nobodyWaiting: 'Nobody is waiting.',
  atCapacity: (open) => `You hold ${open} conversations. Please answer one of them first.`,
  offerOver: 'This offer has ended meanwhile.',
  undoExpired: 'It is too late to take this back.',
  notYours: 'You do not hold this conversation. Press "Take the next" to be given the one that has waited longest.',
  collision: 'There is something newer in this conversation. Your text is kept.',
  reconnectNeeded: 'This account must be connected again before anything can be sent. Your text is kept.',
  noRecipient: 'This message names no sender, so it cannot be answered by e-mail. Choose "No reply needed".',
  unknownAttachment: 'One of the files is no longer here. Please attach it again.',
  tooManyAttachments: (most) => `At most ${most} files can be attached.`,
  notRetryable: 'This message cannot be tried again.',
  notUncertain: 'It is already known what became of this message.',
  outsideColleague: 'A colleague, outside Evenhand',
  internal: (requestId) => `Something went wrong here. It has been logged under ${requestId}.`,
  timedOut: 'This took too long and was given up. Please try again.',
  unconfirmed: 'Delivery is not confirmed: the message may or may not have gone out.',
  advice: {
    reconnect: 'The platform refuses what we sign in with: an admin must connect this account again.',
    troubled: 'The connection does not work at the moment; it is tried again by itself.',
    disconnected: 'This account is disconnected.',
  },
  anotherProgram: 'another program',
  notPublic: 'This conversation is private: nothing can be said here in public.',
  windowClosed: 'The platform lets us write here only once the customer has written again. Your text is kept.',
  privateReply: {
    used: 'This message has been answered in private already; the platform allows that once. Your text is kept.',
    tooLate: 'This message is too old to be answered in private. Your text is kept.',
    notOffered: 'Nothing here can be answered in private. Your text is kept.',
  },
  notModeratable: 'The platform does not let us do this with this message.',
  notThisAccount: 'This is neither the address nor the name of the account. It stays connected.',
  confirmationWrong: 'This is not the pseudonym of the customer. Nothing was erased.',
  failures: {
    REPLY_WINDOW_CLOSED: 'The platform no longer lets us answer.',
    RECONNECT_NEEDED: 'The account must be connected again.',
    RATE_LIMITED: 'The platform accepts no more messages for now.',
    RECIPIENT_REFUSES: 'The recipient does not accept the message.',
    REPLY_NOT_ALLOWED: 'The platform does not let us answer there.',
    DUPLICATE: 'The platform has had the same text from us just now.',
    TARGET_GONE: 'What is answered is no longer there.',
    TOO_LONG: 'The message is longer than the platform takes.',
    BOUNCED: 'The message came back.',
    PROVIDER_DOWN: 'The provider could not be reached.',
    REFUSED: 'The provider refused the message.',
    UNKNOWN: 'The message could not be sent.',
  },
  failureAdvice: {
    REPLY_NOT_ALLOWED: 'Answer in private, or open the message on the platform and answer it there.',
    DUPLICATE: 'Change the text a little and send it again.',
    TARGET_GONE: 'Answer in private if they still need you, or end the wait.',
    RECIPIENT_REFUSES: 'Reach them another way, or end the wait without an answer.',
    TOO_LONG: 'Shorten the text and send it again.',
  },
};

const fr: Words = {
  signInFirst: 'Veuillez d’abord vous connecter.',
  roleNeeded: (role) =>
    `Il faut pour cela être ${role === 'admin' ? 'administrateur' : role === 'supervisor' ? 'superviseur' : 'agent'}.`,
  credentialsWrong: 'Adresse e-mail ou mot de passe incorrect.',
  tooManyAttempts: 'Trop de tentatives. Veuillez patienter avant de réessayer.',
  demoRefused:
    'La connexion en un clic n’existe que dans la démo, sur cette machine même et tant qu’aucun compte réel n’est relié. Veuillez vous connecter avec votre adresse e-mail et votre mot de passe.',
  setUpDone: 'Cette installation est déjà configurée. Veuillez vous connecter.',
  setUpOverLoopback:
    'Le premier compte ne peut être créé que sur la machine elle-même : ouvrez-y la page par http://localhost, ou lancez « npm run evenhand -- user add ».',
  missing: (what) => `Veuillez indiquer ${what}.`,
  tooLong: (limit, actual) => `C’est trop long : ${actual} caractères, ${limit} au plus.`,
  tooShort: (least) => `C’est trop court : au moins ${least} caractères.`,
  notAnAddress: 'Ce n’est pas une adresse e-mail.',
  unknownTimeZone: 'Ce fuseau horaire est inconnu. Un nom tel que Europe/Paris est attendu.',
  unknownLocale: 'Cette langue est inconnue. On attend en ou fr.',
  emailTaken: 'Quelqu’un se connecte déjà avec cette adresse.',
  keyReused: 'Cette requête reprend la clé d’une autre. Veuillez recharger la page.',
  notFound: 'Cela n’existe pas ici, ou pas pour vous.',
  nobodyWaiting: 'Personne n’attend.',
  atCapacity: (open) => `Vous avez ${open} conversations en main. Veuillez d’abord répondre à l’une d’elles.`,
  offerOver: 'Cette attribution a pris fin entre-temps.',
  undoExpired: 'Il est trop tard pour revenir en arrière.',
  notYours:
    'Vous n’avez pas cette conversation en main. « Prendre la suivante » vous donne celle qui attend depuis le plus longtemps.',
  collision: 'Il y a du nouveau dans cette conversation. Votre texte est conservé.',
  reconnectNeeded: 'Ce compte doit être reconnecté avant tout envoi. Votre texte est conservé.',
  noRecipient:
    'Ce message n’indique aucun expéditeur : il est impossible d’y répondre par e-mail. Choisissez « Sans réponse ».',
  unknownAttachment: 'L’un des fichiers n’est plus ici. Veuillez le joindre à nouveau.',
  tooManyAttachments: (most) => `On peut joindre ${most} fichiers au plus.`,
  notRetryable: 'Ce message ne peut pas être renvoyé.',
  notUncertain: 'On sait déjà ce qu’il est advenu de ce message.',
  outsideColleague: 'Un·e collègue, hors d’Evenhand',
  internal: (requestId) => `Une erreur s’est produite. Elle est consignée sous ${requestId}.`,
  timedOut: 'Cela a pris trop de temps et a été abandonné. Veuillez réessayer.',
  unconfirmed: 'La remise n’est pas confirmée : le message est peut-être parti, peut-être pas.',
  advice: {
    reconnect: 'La plateforme refuse nos identifiants : un administrateur doit reconnecter ce compte.',
    troubled: 'La connexion ne fonctionne pas pour l’instant ; elle est retentée d’elle-même.',
    disconnected: 'Ce compte est déconnecté.',
  },
  anotherProgram: 'un autre programme',
  notPublic: 'Cette conversation est privée : rien ne peut y être dit en public.',
  windowClosed:
    'La plateforme ne nous laisse écrire ici que lorsque le client aura écrit de nouveau. Votre texte est conservé.',
  privateReply: {
    used: 'Ce message a déjà reçu une réponse privée ; la plateforme n’en permet qu’une. Votre texte est conservé.',
    tooLate: 'Ce message est trop ancien pour une réponse privée. Votre texte est conservé.',
    notOffered: 'Rien ici ne peut recevoir de réponse privée. Votre texte est conservé.',
  },
  notModeratable: 'La plateforme ne nous permet pas de faire cela avec ce message.',
  notThisAccount: 'Ce n’est ni l’adresse ni le nom de ce compte. Il reste connecté.',
  confirmationWrong: 'Ce n’est pas le pseudonyme du client. Rien n’a été effacé.',
  failures: {
    REPLY_WINDOW_CLOSED: 'La plateforme ne nous laisse plus répondre.',
    RECONNECT_NEEDED: 'Le compte doit être reconnecté.',
    RATE_LIMITED: 'La plateforme n’accepte plus de messages pour l’instant.',
    RECIPIENT_REFUSES: 'Le destinataire n’accepte pas le message.',
    REPLY_NOT_ALLOWED: 'La plateforme ne nous laisse pas répondre ici.',
    DUPLICATE: 'La plateforme vient de recevoir de nous le même texte.',
    TARGET_GONE: 'Le message auquel vous répondez n’existe plus.',
    TOO_LONG: 'Le message dépasse la longueur admise par la plateforme.',
    BOUNCED: 'Le message est revenu.',
    PROVIDER_DOWN: 'Le fournisseur n’a pas pu être joint.',
    REFUSED: 'Le fournisseur a refusé le message.',
    UNKNOWN: 'Le message n’a pas pu être envoyé.',
  },
  failureAdvice: {
    REPLY_NOT_ALLOWED: 'Répondez en privé, ou ouvrez le message sur la plateforme pour y répondre.',
    DUPLICATE: 'Modifiez un peu le texte et renvoyez-le.',
    TARGET_GONE: 'Répondez en privé si la personne a encore besoin de vous, ou mettez fin à l’attente.',
    RECIPIENT_REFUSES: 'Joignez la personne autrement, ou mettez fin à l’attente sans réponse.',
    TOO_LONG: 'Raccourcissez le texte et renvoyez-le.',
  },
};

export const LOCALES = ['en', 'fr'] as const;

/** The catalogue for a language tag or an Accept-Language header: the first language in it that we speak, else English. */
export function wordsFor(languages: string): Words {
  for (const part of languages.slice(0, 500).toLowerCase().split(',')) {
    const language = part.trim().split(/[-;_]/, 1)[0];
    if (language === 'fr') return fr;
    if (language === 'en') return en;
  }
  return en;
}
