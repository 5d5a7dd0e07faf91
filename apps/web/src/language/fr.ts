import { frConversation } from './fr-conversation';
import type { Messages } from './messages';

/** Everything the page says, in French. Spaces before ; ! ? are narrow and do not break (U+202F), before : they do not break (U+00A0). */
export const fr: Messages = {
  ...frConversation,

  'action.back': 'Retour à la liste',
  'action.cancel': 'Annuler',
  'action.close': 'Fermer',
  'action.copyDetails': 'Copier les détails',
  'action.reload': 'Recharger',
  'action.retry': 'Réessayer',
  'action.undo': 'Annuler ({left})',

  'accountKind.EMAIL': 'La boîte',
  'accountKind.MESSENGER': 'La page Messenger',
  'accountKind.X': 'Le compte X',
  'accounts.askAdmin': 'Un administrateur peut en connecter un.',
  'accounts.checked': 'Vérifié {time}.',
  'accounts.connect.EMAIL': 'Connecter une boîte',
  'accounts.connect.MESSENGER': 'Connecter une page Messenger',
  'accounts.connect.X': 'Connecter un compte X',
  'accounts.daysLeft':
    '{n, plural, =0 {L’autorisation prend fin aujourd’hui. Reconnectez pour la renouveler.} one {L’autorisation prend fin dans # jour. Reconnectez pour la renouveler.} many {L’autorisation dure encore # de jours.} other {L’autorisation dure encore # jours.}}',
  'accounts.disconnect': 'Déconnecter…',
  'accounts.none': 'Aucun compte n’est encore connecté : rien n’arrive.',
  'accounts.orCommand.EMAIL': 'Ou sur la machine elle-même, avec le mot de passe de la boîte dans PASSWORD :',
  'accounts.orCommand.MESSENGER':
    'Ou sur la machine elle-même, avec la clé secrète de votre app Meta dans APP_SECRET et le jeton de la page dans PAGE_TOKEN :',
  'accounts.orCommand.X':
    'Ou sur la machine elle-même, avec la clé et le secret de votre app X dans API_KEY et API_SECRET, et ceux du compte dans ACCESS_TOKEN et ACCESS_SECRET :',
  'accounts.paused': 'Retenu par la plateforme. Les envois reprennent {time}.',
  'accounts.reconnect': 'Reconnecter',
  'accounts.sameDataDir': 'Si EVENHAND_DATA_DIR était défini pour npm start, donnez-lui ici la même valeur.',
  'accounts.simulated': 'Démo',

  'banner.paused': '{account} accepte le prochain message {time}. Vos envois partiront alors, dans l’ordre.',
  'banner.reconnect':
    '{kind} {account} doit être reconnectée. Les clients peuvent encore écrire ; nous ne pouvons pas répondre d’ici là.',
  'banner.reconnectNow': 'Reconnecter',
  'banner.tellAdmin': 'Prévenir un administrateur',

  'channel.EMAIL': 'E-mail',
  'channel.MESSENGER': 'Messenger',
  'channel.X': 'X',

  'chip.draft': 'Brouillon',
  'chip.failed': 'Non envoyé',
  'chip.uncertain': 'Non confirmé',

  'customer.erase': 'Effacer cette personne…',
  'customer.export': 'Lui envoyer ses données…',
  'customer.menu': 'Au sujet de {name}',

  'demo.enterAs': 'Entrer en tant que {name}',
  'demo.link': 'Ouvrir le simulateur',
  'demo.text': 'Ici, les clients sont simulés. Écrivez à leur place et lisez la réponse.',
  'demo.title': 'Démo',
  'demoRole.ADMIN': 'Administration',
  'demoRole.AGENT': 'Gestion de communauté',
  'demoRole.SUPERVISOR': 'Supervision',

  'disconnect.confirm': 'Pour confirmer, écrivez {account}',
  'disconnect.erased.EMAIL':
    'Ce qui est arrivé par ce compte reste ici. Une personne qui le demande peut toujours être effacée.',
  'disconnect.erased.MESSENGER':
    'Ce qui est arrivé par ce compte reste ici. Une personne qui le demande peut toujours être effacée.',
  'disconnect.erased.X':
    'X exige que tout ce qui est arrivé par ce compte soit effacé : messages, fichiers, brouillons et personnes connues par lui seul disparaissent pour de bon dans 10 jours ouvrés. Reconnecter le même compte d’ici là conserve tout.',
  'disconnect.submit': 'Déconnecter',
  'disconnect.text':
    'Dès maintenant, plus rien n’est lu sur ce compte ni envoyé par lui. Les réponses qui ne sont pas parties ne partiront pas.',
  'disconnect.title': 'Déconnecter {account}',
  'empty.done': 'Rien de répondu encore',
  'empty.doneText': 'Les conversations arrivent ici quand plus personne n’y attend.',
  'empty.failed': 'Aucun échec',
  'empty.failedText': 'Les messages non partis, ou dont on ne sait pas s’ils sont partis, arrivent ici.',
  'empty.mine': 'Vous ne tenez aucune conversation',
  'empty.mineText':
    '{n, plural, =0 {Personne n’attend.} one {# personne attend.} many {# de personnes attendent.} other {# personnes attendent.}}',

  'end.ANSWERED': 'Répondu {time}',
  'end.DISMISSED': 'Sans réponse',
  'end.WITHDRAWN': 'Retiré {time}',

  'erase.confirm': 'Pour confirmer, écrivez {name}',
  'erase.DONE':
    'Effacé : {messages, plural, one {# message} many {# de messages} other {# messages}}, {files, plural, one {# fichier} many {# de fichiers} other {# fichiers}}, et tout ce que nous gardions d’autre.',
  'erase.FAILED': 'L’effacement n’a pas pu être terminé. La raison se trouve dans le journal.',
  'erase.reason': 'Raison',
  'erase.reasonHint': 'Elle est gardée avec la preuve de l’effacement. N’y nommez personne.',
  'erase.RUNNING': 'Effacement en cours…',
  'erase.submit': 'Effacer définitivement',
  'erase.text':
    'Messages, fichiers, brouillons et profil de cette personne disparaissent partout, pour de bon. Il ne reste que la preuve qu’il y avait quelque chose, et son tour dans le registre, sans nom.',
  'erase.title': 'Effacer {name}',

  'export.reason': 'Raison',
  'export.started':
    'Le fichier se prépare. Un lien qui ne s’ouvre qu’une fois part à {address}, et à personne d’autre.',
  'export.submit': 'Envoyer',
  'export.text':
    'Tout ce que nous gardons de cette personne, y compris ce que personne ici ne peut voir. Cela part à elle seule ; vous ne pouvez pas l’ouvrir.',
  'export.title': 'Envoyer ses données à {name}',
  'export.to': 'À',

  'fault.logged': 'L’incident est noté sous {id}.',
  'fault.notDone': 'Cela n’a pas pu être fait. Veuillez réessayer.',
  'fault.page': 'Cette page a un défaut',
  'fault.pageText': 'Ce que vous avez écrit est gardé. Rechargez pour continuer.',
  'fault.pane': 'Le chargement a échoué',
  'fault.unknownPage': 'Cette page n’existe pas',
  'fault.unknownPageText': 'L’adresse est peut-être mal écrite, ou la page a changé de place.',
  'fault.unreachable': 'Le serveur est injoignable. Votre travail est gardé ; réessayez dans un instant.',
  'fault.whole': 'Evenhand ne peut pas démarrer',
  'fault.wholeText': 'Le serveur a répondu par une erreur, notée sous {id}.',

  'intake.costEstimate': 'Coûts estimés d’après les tarifs de la plateforme ; la journée commence à minuit UTC.',
  'intake.costThisMonth': 'Coût du mois',
  'intake.costToday': 'Coût du jour',
  'intake.filled': 'Rattrapés',
  'intake.ignored': 'Ignorés',
  'intake.last': 'Dernière arrivée {time}.',
  'intake.never': 'Rien n’est encore arrivé.',
  'intake.oldest': 'Le plus ancien attend d’être traité depuis {time}.',
  'intake.read': 'Lus',
  'intake.received': 'Reçus',
  'intake.reprocess': 'Relire',
  'intake.reprocessAll': 'Tout relire',
  'intake.scheduled':
    '{n, plural, =0 {Rien à relire.} one {# envoi sera relu.} many {# d’envois seront relus.} other {# envois seront relus.}}',
  'intake.toProcess': 'À traiter',
  'intake.unreadable': 'Illisibles',
  'intake.unreadableTitle':
    '{n, plural, one {# envoi n’a pas pu être lu} many {# d’envois n’ont pas pu être lus} other {# envois n’ont pas pu être lus}}',

  'keys.apply': 'Montrer les nouveautés',
  'keys.back': 'Retour à la liste',
  'keys.down': 'Descendre',
  'keys.giveBack': 'Rendre',
  'keys.hint': 'Les touches agissent quand vous n’écrivez pas.',
  'keys.next': 'Prendre la suivante',
  'keys.noReply': 'Sans réponse',
  'keys.note': 'Note',
  'keys.off': 'Les touches simples sont désactivées. Votre menu les réactive.',
  'keys.open': 'Ouvrir',
  'keys.panes': 'Volet suivant',
  'keys.reply': 'Répondre',
  'keys.send': 'Envoyer',
  'keys.sheet': 'Cette liste',
  'keys.title': 'Clavier',
  'keys.undo': 'Annuler',
  'keys.up': 'Monter',

  'list.changed': '{n, plural, one {# changement} many {# de changements} other {# changements}}',
  'list.choose': 'Choisissez une conversation.',
  'list.done': 'Terminées',
  'list.failed': 'Échecs',
  'list.mine': 'À moi',
  'list.more': 'En montrer plus',
  'list.noText': 'Rien qui puisse être affiché ici',

  'live.catchingUp': 'Mise à jour…',
  'live.offline': 'Hors ligne depuis {time}',
  'live.offlineQueued': '{since} · {n, plural, one {# message} many {# de messages} other {# messages}} en attente',
  'live.polling': 'Le direct est bloqué ici. Vérifié à {time}.',
  'live.upToDate': 'À jour',

  'nav.accounts': 'Comptes',
  'nav.done': 'Terminées',
  'nav.failed': 'Échecs',
  'nav.label': 'Lieux',
  'nav.mine': 'À moi',
  'nav.queue': 'File',
  'nav.toQueue': 'Aller à la file',

  'need.CONTINUATION': 'Suite',
  'need.DEADLINE': 'Échéance',
  'need.OUTAGE': 'Panne',
  'need.SAFETY': 'Sécurité',
  'need.STANDARD': 'Ordinaire',
  'need.VULNERABLE': 'Vulnérable',

  'queue.blind': 'D’ici là, vous ne voyez aucun nom : personne n’est choisi pour ce qu’il est.',
  'queue.capacity':
    'Vous tenez {open, plural, one {# conversation} many {# de conversations} other {# conversations}}. Répondez d’abord à l’une d’elles.',
  'queue.empty': 'Personne n’attend. Dernière réponse {time}.',
  'queue.connectFirst': 'Aucun compte n’est encore connecté.',
  'queue.emptyEver': 'Personne n’attend.',
  'queue.isNext': 'Suivante',
  'queue.list': 'En attente, dans l’ordre',
  'queue.longest': 'Attente la plus longue',
  'queue.more': '{n, plural, one {et # autre} many {et # d’autres} other {et # autres}}',
  'queue.next': 'Prendre la suivante',
  'queue.nextShort': 'Suivante',
  'queue.place': 'Place {n}',
  'queue.rule':
    'Personne ne choisit. Vous recevez la personne qui attend depuis le plus longtemps ; son nom et son message viennent avec.',
  'queue.stage': 'Prendre la suivante',
  'queue.taken':
    '{n, plural, one {# est en cours de réponse.} many {# sont en cours de réponse.} other {# sont en cours de réponse.}}',
  'queue.title': 'File',
  'queue.toMine': 'Voir les miennes',
  'queue.waiting': '{n, plural, =0 {personne en attente} one {# en attente} many {# en attente} other {# en attente}}',
  'queue.waitingLong':
    '{n, plural, one {# personne attend.} many {# de personnes attendent.} other {# personnes attendent.}}',

  'role.ADMIN': 'Administration',
  'role.AGENT': 'Agent',
  'role.SUPERVISOR': 'Supervision',

  'signIn.again': 'Votre session a pris fin. Ce que vous avez écrit est gardé.',
  'signIn.email': 'Adresse e-mail',
  'signIn.or': 'ou avec votre propre compte',
  'signIn.password': 'Mot de passe',
  'signIn.submit': 'Se connecter',
  'signIn.text': 'Une seule boîte, et chacun reçoit sa réponse à son tour.',
  'signIn.throttled': 'Trop de tentatives. Réessayez à {time}.',
  'signIn.title': 'Connexion',

  'size.bytes': '{n} o',
  'size.kilobytes': '{n} Ko',
  'size.megabytes': '{n} Mo',

  'skip.label': 'Raccourcis de la page',
  'skip.composer': 'Aller à la réponse',
  'skip.list': 'Aller à la liste',
  'skip.thread': 'Aller à la conversation',

  'status.CONNECTED': 'Connecté',
  'status.DEGRADED': 'Perturbé',
  'status.DISCONNECTED': 'Déconnecté',
  'status.RATE_LIMITED': 'Retenu',
  'status.RECONNECT_NEEDED': 'À reconnecter',

  'theme.dark': 'Sombre',
  'theme.light': 'Claire',
  'theme.system': 'Comme le système',

  'time.atClock': 'à {time}',
  'time.atDay': 'le {day} à {time}',
  'time.clock': '{hour} h {minute}',
  'time.clockOnly': '{time}',
  'time.dayAndTime': '{day}, {time}',
  'time.today': 'Aujourd’hui',
  'time.weekday': '{day} {time}',
  'time.yesterday': 'Hier',

  'viewer.keyboard': 'Clavier',
  'viewer.keys': 'Tous les raccourcis',
  'viewer.language': 'Langue',
  'viewer.signOut': 'Se déconnecter',
  'viewer.singleKeys': 'Raccourcis à une touche',
  'viewer.theme': 'Apparence',

  'wait.days': '{days} j {hours} h',
  'wait.hours': '{hours} h {minutes}',
  'wait.minutes': '{minutes} min',
  'wait.moment': '< 1 min',

  'welcome.later': 'Plus tard',
  'welcome.mailboxText': 'Le mot de passe va droit au connecteur, qui le garde chiffré.',
  'welcome.mailboxTitle': 'Connecter la première boîte',
  'welcome.name': 'Votre nom',
  'welcome.passwordHint': 'Au moins 10 caractères.',
  'welcome.submit': 'Créer l’espace',
  'welcome.text': 'Il n’y a encore personne. Vous en serez le premier administrateur.',
  'welcome.title': 'Bienvenue',
  'welcome.workspace': 'Espace de travail',
  'welcome.workspaceHint': 'Relation client',
};
