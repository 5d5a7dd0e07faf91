import { AccountHeld, CredentialsRejected, RateLimited, Refused, Transient, type Words } from '@app/channel';
import { AddressTaken, HostRefused } from '@app/connector-host';
import type { Fault } from './connect-state';

/** Wording of the pages, French by French rules. `{…}` is filled in. */
export const WORDS = {
  title: { en: 'Connect a Facebook Page', fr: 'Connecter une Page Facebook' },
  again: { en: 'Connect the Page again', fr: 'Reconnecter la Page' },
  stepApp: { en: 'App', fr: 'Application' },
  stepFacebook: { en: 'Permission', fr: 'Autorisation' },
  stepPages: { en: 'Pages', fr: 'Pages' },

  appIntro: {
    en: 'Messenger is reached through an app of yours at Meta. Make one at developers.facebook.com (type “Business”), add the products Messenger, Webhooks and Facebook Login, and copy two things from Settings → Basic.',
    fr: 'On accède à Messenger par une application à vous chez Meta. Créez-la sur developers.facebook.com (type « Business »), ajoutez les produits Messenger, Webhooks et Facebook Login, puis copiez deux éléments depuis Paramètres → Général.',
  },
  appKnown: { en: 'Use an app you have entered before', fr: 'Utiliser une application déjà saisie' },
  appNew: { en: 'Enter another app', fr: 'Saisir une autre application' },
  appNamed: { en: 'App {app}', fr: 'Application {app}' },
  appId: { en: 'App ID', fr: 'Identifiant de l’application (App ID)' },
  appSecret: { en: 'App secret', fr: 'Clé secrète (App Secret)' },
  appSecretHint: {
    en: 'Goes to the connector alone and is stored encrypted. Nobody can read it back.',
    fr: 'Elle ne va qu’au connecteur, qui la conserve chiffrée. Personne ne peut la relire.',
  },
  advanced: { en: 'For a simulator: other addresses', fr: 'Pour un simulateur : autres adresses' },
  graphUrl: { en: 'Address of the Graph API', fr: 'Adresse de la Graph API' },
  dialogUrl: { en: 'Address of the sign-in page', fr: 'Adresse de la page de connexion' },
  next: { en: 'Continue', fr: 'Continuer' },

  webhookDone: {
    en: 'Meta sends this app’s webhooks here.',
    fr: 'Meta envoie ici les webhooks de cette application.',
  },
  webhookTodo: { en: 'Webhooks are not set up yet', fr: 'Les webhooks ne sont pas encore configurés' },
  webhookRetry: { en: 'Set them up for me', fr: 'Les configurer pour moi' },
  webhookElsewhere: {
    en: 'This app sends its webhooks to another address. “Set them up for me” sends them here instead: whatever uses that address then gets nothing more.',
    fr: 'Cette application envoie ses webhooks à une autre adresse. « Les configurer pour moi » les enverra ici : ce qui utilise l’autre adresse ne recevra plus rien.',
  },
  webhookByHand: { en: 'What to enter in the App Dashboard', fr: 'À saisir dans le tableau de bord de l’application' },
  webhookByHandHint: {
    en: 'Webhooks → Page: the first two and the fields. Facebook Login → Settings: the redirect address. Settings → Advanced: the other two.',
    fr: 'Webhooks → Page : les deux premiers et les champs. Facebook Login → Paramètres : l’adresse de retour. Paramètres → Avancé : les deux autres.',
  },
  callbackUrl: { en: 'Callback URL', fr: 'URL de rappel (Callback URL)' },
  verifyToken: { en: 'Verify token', fr: 'Jeton de vérification (Verify token)' },
  fields: { en: 'Fields', fr: 'Champs' },
  redirectUri: {
    en: 'Redirect address (Valid OAuth Redirect URIs)',
    fr: 'Adresse de retour (URI de redirection OAuth valides)',
  },
  deauthorizeUrl: { en: 'Deauthorize callback URL', fr: 'URL de rappel d’annulation d’autorisation' },
  deletionUrl: { en: 'Data deletion request URL', fr: 'URL de demande de suppression des données' },

  facebook: { en: 'Permission from Facebook', fr: 'Autorisation de Facebook' },
  facebookHint: {
    en: 'Sign in as somebody who manages the Page. Leave every permission ticked: without one of them messages cannot be read or answered.',
    fr: 'Connectez-vous avec un compte qui gère la Page. Laissez toutes les autorisations cochées : sans l’une d’elles, on ne peut lire ou répondre.',
  },
  facebookGo: { en: 'Continue with Facebook', fr: 'Continuer avec Facebook' },
  paste: { en: 'Or paste a token', fr: 'Ou coller un jeton' },
  pasteLabel: { en: 'Page token', fr: 'Jeton de Page' },
  pasteHint: {
    en: 'From the App Dashboard, Messenger → Settings → Generate token.',
    fr: 'Depuis le tableau de bord, Messenger → Paramètres → Générer un jeton.',
  },
  pasteGo: { en: 'Check the token', fr: 'Vérifier le jeton' },
  otherApp: { en: 'Use another app', fr: 'Utiliser une autre application' },

  choose: { en: 'Which Pages?', fr: 'Quelles Pages ?' },
  chooseHint: {
    en: 'Customers of each Page appear in the same queue.',
    fr: 'Les clients de chaque Page apparaissent dans la même file.',
  },
  connectedAlready: { en: 'connected; is connected again', fr: 'connectée ; sera reconnectée' },
  lacking: {
    en: 'you lack the task {tasks} on this Page',
    fr: 'il vous manque la tâche {tasks} sur cette Page',
  },
  history: { en: 'Conversations the Page has already', fr: 'Conversations que la Page a déjà' },
  historyHint: {
    en: 'Older messages are shown as history: they never wait for an answer. Facebook gives the 20 newest of each conversation.',
    fr: 'Les messages plus anciens sont affichés comme historique : ils n’attendent jamais de réponse. Facebook donne les 20 derniers de chaque conversation.',
  },
  historyNone: { en: 'From now on', fr: 'À partir de maintenant' },
  history30: { en: 'The last 30 days', fr: 'Les 30 derniers jours' },
  history365: { en: 'The last year', fr: 'La dernière année' },
  historyAll: { en: 'Everything', fr: 'Tout' },
  connect: { en: 'Connect', fr: 'Connecter' },
  signInAgain: { en: 'Sign in as somebody else', fr: 'Se connecter avec un autre compte' },

  done: { en: 'Connected', fr: 'Connecté' },
  doneDetail: {
    en: 'Messages and comments that arrive from now on appear in the queue.',
    fr: 'Les messages et commentaires qui arrivent désormais apparaissent dans la file.',
  },
  back: { en: 'Back to Evenhand', fr: 'Retour à Evenhand' },
  notYet: { en: 'Not connected yet', fr: 'Pas encore connecté' },

  cancelled: {
    en: 'You left Facebook’s page without agreeing. Nothing was changed.',
    fr: 'Vous avez quitté la page de Facebook sans accepter. Rien n’a changé.',
  },
  stale: {
    en: 'This sign-in was used already or belongs to an older page. Start it again.',
    fr: 'Cette connexion a déjà servi ou vient d’une page plus ancienne. Recommencez.',
  },
  noToken: {
    en: 'Facebook gave no token. Start the sign-in again.',
    fr: 'Facebook n’a pas donné de jeton. Recommencez la connexion.',
  },
  noPages: {
    en: 'This account manages no Page, or you ticked none on Facebook’s page. Sign in again and tick the Page.',
    fr: 'Ce compte ne gère aucune Page, ou vous n’en avez coché aucune sur la page de Facebook. Recommencez et cochez la Page.',
  },
  notThisPage: {
    en: 'This account does not manage the Page “{page}”, or you did not tick it. Sign in as somebody who manages it.',
    fr: 'Ce compte ne gère pas la Page « {page} », ou vous ne l’avez pas cochée. Connectez-vous avec un compte qui la gère.',
  },
  noneChosen: { en: 'Tick at least one Page.', fr: 'Cochez au moins une Page.' },
  tokenInvalid: {
    en: 'Facebook does not accept this token. Copy it again, whole.',
    fr: 'Facebook n’accepte pas ce jeton. Copiez-le à nouveau en entier.',
  },
  tokenOfOther: {
    en: 'This token was made with another app. Make it with the app chosen here.',
    fr: 'Ce jeton a été créé avec une autre application. Créez-le avec celle choisie ici.',
  },
  notSubscribed: {
    en: 'Facebook does not send the messages of “{page}” to this app. In the App Dashboard, tick the webhook field “messages” and check the permission pages_messaging.',
    fr: 'Facebook n’envoie pas les messages de « {page} » à cette application. Dans le tableau de bord, cochez le champ « messages » et vérifiez l’autorisation pages_messaging.',
  },
  webhookUnreachable: {
    en: 'Meta could not confirm the address. It must be reachable from the internet over https; behind a proxy, check EVENHAND_PUBLIC_URL and the path /webhooks/messenger.',
    fr: 'Meta n’a pas pu confirmer l’adresse. Elle doit être accessible depuis internet en https ; derrière un proxy, vérifiez EVENHAND_PUBLIC_URL et le chemin /webhooks/messenger.',
  },
  taken: {
    en: 'The Page “{page}” is connected already, in another workspace. Disconnect it there first.',
    fr: 'La Page « {page} » est déjà connectée, dans un autre espace. Déconnectez-la d’abord là-bas.',
  },
  rejected: {
    en: 'Facebook refused. If it is about the app: check App ID and app secret; otherwise sign in again.',
    fr: 'Facebook a refusé. S’il s’agit de l’application : vérifiez l’identifiant et la clé secrète ; sinon reconnectez-vous.',
  },
  unreachable: {
    en: 'Facebook could not be reached or asks for patience. Try again in a moment.',
    fr: 'Facebook est injoignable ou demande de patienter. Réessayez dans un instant.',
  },
  wrong: { en: 'Something is not right yet.', fr: 'Quelque chose n’est pas encore correct.' },
  unknown: {
    en: 'Something went wrong on our side; the log says what. Try again.',
    fr: 'Une erreur s’est produite de notre côté ; le journal dit laquelle. Réessayez.',
  },
} as const satisfies Record<string, Words>;

/** A step that cannot be done as things are, in words for the operator. */
export class ConnectFault extends Error {
  constructor(
    readonly words: Words,
    readonly detail = '',
  ) {
    super(words.en);
    this.name = 'ConnectFault';
  }
}

/** What went wrong, for the operator. */
export function faultOf(error: unknown): Fault {
  if (error instanceof ConnectFault) return { words: error.words, detail: error.detail };
  if (error instanceof AddressTaken) return { words: filled(WORDS.taken, { page: '…' }), detail: '' };
  if (error instanceof CredentialsRejected) return { words: WORDS.rejected, detail: error.message };
  if (error instanceof Transient || error instanceof RateLimited) {
    return { words: WORDS.unreachable, detail: error.message };
  }
  if (error instanceof Refused || error instanceof AccountHeld || error instanceof HostRefused) {
    return { words: WORDS.wrong, detail: error.message };
  }
  return { words: WORDS.unknown, detail: '' };
}

/** Puts values in the places of a sentence, in both languages. */
export function filled(words: Words, values: Readonly<Record<string, string>>): Words {
  const fill = (text: string): string => text.replace(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);
  return { en: fill(words.en), fr: fill(words.fr) };
}
