import { AccountHeld, CredentialsRejected, RateLimited, Refused, Transient, type Words } from '@app/channel';
import { AddressTaken, HostRefused } from '@app/connector-host';
import type { Fault } from './connect-state';

/** Wording of the pages, French by French rules. `{…}` is filled in. */
export const WORDS = {
  title: { en: 'Connect an X account', fr: 'Connecter un compte X' },
  again: { en: 'Connect the X account again', fr: 'Reconnecter le compte X' },
  stepApp: { en: 'App', fr: 'Application' },
  stepPermission: { en: 'Permission', fr: 'Autorisation' },
  stepHandle: { en: 'Account', fr: 'Compte' },

  appIntro: {
    en: 'X is reached through an app of yours. Make one in the developer portal of X (console.x.com), set up “User authentication” for it with the permission “Read and write and Direct message” and the type “Web App”, and copy its keys. X charges the app for what is read and written.',
    fr: 'On accède à X par une application à vous. Créez-la dans le portail développeur de X (console.x.com), configurez-y « User authentication » avec l’autorisation « Read and write and Direct message » et le type « Web App », puis copiez ses clés. X facture à l’application ce qui est lu et écrit.',
  },
  appRedirect: {
    en: 'The portal asks for two addresses. Callback URI, exactly so:',
    fr: 'Le portail demande deux adresses. Callback URI, exactement ainsi :',
  },
  appKnown: { en: 'Use an app you have entered before', fr: 'Utiliser une application déjà saisie' },
  appNew: { en: 'Enter another app', fr: 'Saisir une autre application' },
  appNamed: { en: 'App {app}', fr: 'Application {app}' },
  clientId: { en: 'OAuth 2.0 Client ID', fr: 'OAuth 2.0 Client ID' },
  clientSecret: { en: 'OAuth 2.0 Client Secret', fr: 'OAuth 2.0 Client Secret' },
  clientSecretHint: {
    en: 'Leave it empty if the type of the app is “Native App”.',
    fr: 'Laissez vide si l’application est de type « Native App ».',
  },
  consumerKey: { en: 'API Key', fr: 'API Key' },
  consumerSecret: { en: 'API Key Secret', fr: 'API Key Secret' },
  consumerSecretHint: {
    en: 'Proves to us that what comes as a message from X is from X. Like every secret here it goes to the connector alone and is stored encrypted. Nobody can read it back.',
    fr: 'Elle nous prouve que ce qui arrive au nom de X vient de X. Comme tout secret saisi ici, elle ne va qu’au connecteur, qui la conserve chiffrée. Personne ne peut la relire.',
  },
  bearerToken: { en: 'Bearer Token', fr: 'Bearer Token' },
  bearerHint: {
    en: 'Left empty, it is fetched with the API Key.',
    fr: 'Laissé vide, il est demandé à X avec l’API Key.',
  },
  plan: { en: 'What the plan of the app allows', fr: 'Ce que permet l’offre de l’application' },
  planSummoned: {
    en: 'Answer in public those who mention or quote us (pay-per-use)',
    fr: 'Répondre en public à qui nous mentionne ou nous cite (à l’usage)',
  },
  planAnybody: { en: 'Answer anybody in public (Enterprise)', fr: 'Répondre à tous en public (Enterprise)' },
  advanced: { en: 'For a simulator: other addresses', fr: 'Pour un simulateur : autres adresses' },
  apiUrl: { en: 'Address of the API', fr: 'Adresse de l’API' },
  authorizeUrl: { en: 'Address of the sign-in page', fr: 'Adresse de la page de connexion' },
  next: { en: 'Continue', fr: 'Continuer' },

  webhookDone: { en: 'X delivers what happens here at once.', fr: 'X livre ici aussitôt ce qui se passe.' },
  webhookTodo: { en: 'X does not deliver here yet', fr: 'X ne livre pas encore ici' },
  webhookRetry: { en: 'Have it delivered here', fr: 'Faire livrer ici' },
  webhookElsewhere: {
    en: 'This app delivers to another address, and X allows it few. “Have it delivered here” takes it from there: whatever uses that address then gets nothing more. Without it messages come within a minute or so.',
    fr: 'Cette application livre à une autre adresse, et X lui en permet peu. « Faire livrer ici » la reprend : ce qui utilise l’autre adresse ne recevra plus rien. Sans cela, les messages arrivent en une minute environ.',
  },
  webhookUnreachable: {
    en: 'X could not confirm the address below. It must be reachable from the internet over https, without a port; behind a proxy, check EVENHAND_PUBLIC_URL and the path /webhooks/x. Until then messages come within a minute or so, because Evenhand asks for them.',
    fr: 'X n’a pas pu confirmer l’adresse ci-dessous. Elle doit être accessible depuis internet en https, sans port ; derrière un proxy, vérifiez EVENHAND_PUBLIC_URL et le chemin /webhooks/x. D’ici là, les messages arrivent en une minute environ, car Evenhand les demande.',
  },
  webhookNone: {
    en: 'This installation has no https address that X could deliver to (EVENHAND_PUBLIC_URL). Messages come within a minute or so, because Evenhand asks for them.',
    fr: 'Cette installation n’a pas d’adresse https à laquelle X pourrait livrer (EVENHAND_PUBLIC_URL). Les messages arrivent en une minute environ, car Evenhand les demande.',
  },
  addresses: { en: 'Addresses of this installation', fr: 'Adresses de cette installation' },
  callbackUrl: { en: 'Webhook', fr: 'Webhook' },
  redirectUri: { en: 'Callback URI / Redirect URL', fr: 'Callback URI / Redirect URL' },

  permission: { en: 'Permission from X', fr: 'Autorisation de X' },
  permissionHint: {
    en: 'Sign in to X as the account that customers write to, and allow all that X lists. Evenhand never learns its password.',
    fr: 'Connectez-vous à X avec le compte auquel les clients écrivent et autorisez tout ce que X énumère. Evenhand n’apprend jamais son mot de passe.',
  },
  permissionGo: { en: 'Continue with X', fr: 'Continuer avec X' },
  paste: { en: 'Or paste access tokens', fr: 'Ou coller des jetons d’accès' },
  token: { en: 'Access Token', fr: 'Access Token' },
  tokenSecret: { en: 'Access Token Secret', fr: 'Access Token Secret' },
  pasteHint: {
    en: 'From the developer portal, Keys and tokens → Access Token and Secret (OAuth 1.0a). They are of the account that owns the app.',
    fr: 'Depuis le portail développeur, Keys and tokens → Access Token and Secret (OAuth 1.0a). Ils sont ceux du compte propriétaire de l’application.',
  },
  pasteGo: { en: 'Check the tokens', fr: 'Vérifier les jetons' },
  otherApp: { en: 'Use another app', fr: 'Utiliser une autre application' },

  handle: { en: 'This account?', fr: 'Ce compte ?' },
  handleHint: {
    en: 'What mentions, answers or quotes it and its direct messages appear in the queue.',
    fr: 'Ce qui le mentionne, lui répond ou le cite, et ses messages privés, apparaissent dans la file.',
  },
  encrypted: {
    en: 'X encrypts more and more direct messages so that only its own apps can read them. Such a message is shown as “encrypted”, with a link to X.',
    fr: 'X chiffre de plus en plus de messages privés : seules ses propres applications peuvent les lire. Un tel message est affiché comme « chiffré », avec un lien vers X.',
  },
  connectedAlready: { en: 'connected; is connected again', fr: 'connecté ; sera reconnecté' },
  history: { en: 'What was written before', fr: 'Ce qui a été écrit avant' },
  historyHint: {
    en: 'Older posts and messages are shown as history: they never wait for an answer. X gives the newest 800 mentions and direct messages of 30 days, and charges for each.',
    fr: 'Les publications et messages plus anciens sont affichés comme historique : ils n’attendent jamais de réponse. X donne les 800 dernières mentions et les messages privés de 30 jours, et facture chacun.',
  },
  historyNone: { en: 'From now on', fr: 'À partir de maintenant' },
  history7: { en: 'The last 7 days', fr: 'Les 7 derniers jours' },
  history30: { en: 'The last 30 days', fr: 'Les 30 derniers jours' },
  historyAll: { en: 'Everything', fr: 'Tout' },
  connect: { en: 'Connect', fr: 'Connecter' },
  signInAgain: { en: 'Sign in as somebody else', fr: 'Se connecter avec un autre compte' },

  done: { en: 'Connected', fr: 'Connecté' },
  doneDetail: {
    en: 'Posts and direct messages that arrive from now on appear in the queue.',
    fr: 'Les publications et messages privés qui arrivent désormais apparaissent dans la file.',
  },
  doneLess: { en: 'X does not tell us of everything at once', fr: 'X ne nous signale pas tout aussitôt' },
  untold: {
    en: 'These come later, because Evenhand has to ask for them: {types}. Evenhand tries again by itself.',
    fr: 'Ceci arrive plus tard, car Evenhand doit le demander : {types}. Evenhand réessaie de lui-même.',
  },
  back: { en: 'Back to Evenhand', fr: 'Retour à Evenhand' },
  notYet: { en: 'Not connected yet', fr: 'Pas encore connecté' },

  cancelled: {
    en: 'You left X’s page without agreeing. Nothing was changed.',
    fr: 'Vous avez quitté la page de X sans accepter. Rien n’a changé.',
  },
  stale: {
    en: 'This sign-in was used already or belongs to an older page. Start it again.',
    fr: 'Cette connexion a déjà servi ou vient d’une page plus ancienne. Recommencez.',
  },
  otherHandle: {
    en: 'You signed in as @{found}. This account is {wanted}: sign in to X as that one, then try again.',
    fr: 'Vous vous êtes connecté en tant que @{found}. Ce compte est {wanted} : connectez-vous à X avec celui-ci, puis réessayez.',
  },
  tokensIncomplete: {
    en: 'Both the Access Token and its secret are needed, whole.',
    fr: 'L’Access Token et son secret sont nécessaires, tous deux en entier.',
  },
  taken: {
    en: '@{handle} is connected already, in another workspace. Disconnect it there first.',
    fr: '@{handle} est déjà connecté, dans un autre espace. Déconnectez-le d’abord là-bas.',
  },
  rejected: {
    en: 'X refused. If it is about the app: check its keys; otherwise sign in again.',
    fr: 'X a refusé. S’il s’agit de l’application : vérifiez ses clés ; sinon reconnectez-vous.',
  },
  unreachable: {
    en: 'X could not be reached or asks for patience. Try again in a moment.',
    fr: 'X est injoignable ou demande de patienter. Réessayez dans un instant.',
  },
  limited: {
    en: 'X lets the app do nothing more for now.',
    fr: 'X ne laisse plus rien faire à l’application pour l’instant.',
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
  if (error instanceof AddressTaken) return { words: filled(WORDS.taken, { handle: '…' }), detail: '' };
  if (error instanceof CredentialsRejected) return { words: WORDS.rejected, detail: error.message };
  if (error instanceof RateLimited && error.scope === 'app') return { words: WORDS.limited, detail: error.message };
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
