import { Refused, type ConnectField, type ConnectInput, type ConnectorAccount, type Words } from '@app/channel';
import type { MailboxSettings, MailServer } from './config';

type Known = Pick<ConnectorAccount, 'address' | 'name' | 'settings'>;

const TLS: readonly { value: MailServer['tls']; label: Words }[] = [
  { value: 'implicit', label: { en: 'TLS (SSL)', fr: 'TLS (SSL)' } },
  { value: 'starttls', label: { en: 'STARTTLS', fr: 'STARTTLS' } },
  { value: 'none', label: { en: 'None: only on this machine', fr: 'Aucun : seulement sur cette machine' } },
];

/** Fields of the page on which a mailbox is connected. */
export function connectForm(account?: Known): ConnectField[] {
  const settings = account?.settings as MailboxSettings | undefined;
  return [
    {
      name: 'address',
      kind: 'email',
      label: { en: 'Address of the mailbox', fr: 'Adresse de la boîte' },
      required: true,
      autocomplete: 'off',
      ...(account ? { value: account.address, fixed: true } : {}),
    },
    {
      name: 'name',
      kind: 'text',
      label: { en: 'Name customers see', fr: 'Nom vu par les clients' },
      hint: {
        en: 'For instance your company. Answers are signed “Léa (Company)”.',
        fr: 'Par exemple votre entreprise. Les réponses sont signées « Léa (Entreprise) ».',
      },
      required: true,
      autocomplete: 'organization',
      ...(account ? { value: account.name } : {}),
    },
    {
      name: 'password',
      kind: 'password',
      label: { en: 'Password', fr: 'Mot de passe' },
      hint: {
        en: 'With two-step verification (Gmail, iCloud, Yahoo …): an app password made for Evenhand.',
        fr: 'Avec la validation en deux étapes (Gmail, iCloud, Yahoo…) : un mot de passe d’application créé pour Evenhand.',
      },
      required: true,
      autocomplete: 'off',
    },
    ...serverFields('imap', { en: 'Receiving (IMAP)', fr: 'Réception (IMAP)' }, '993', settings?.imap),
    ...serverFields('smtp', { en: 'Sending (SMTP)', fr: 'Envoi (SMTP)' }, '465', settings?.smtp),
    ...(account ? [] : [historyField]),
  ];
}

const historyField: ConnectField = {
  name: 'history',
  kind: 'choice',
  heading: { en: 'What the mailbox holds already', fr: 'Ce que la boîte contient déjà' },
  label: { en: 'Read', fr: 'Lire' },
  hint: {
    en: 'Older mail is read as history: it never waits for an answer.',
    fr: 'Le courrier plus ancien est lu comme historique : il n’attend jamais de réponse.',
  },
  required: true,
  value: 'none',
  choices: [
    { value: 'none', label: { en: 'From now on', fr: 'À partir de maintenant' } },
    { value: 'days:30', label: { en: 'The last 30 days', fr: 'Les 30 derniers jours' } },
    { value: 'days:365', label: { en: 'The last year', fr: 'La dernière année' } },
    { value: 'all', label: { en: 'Everything', fr: 'Tout' } },
  ],
};

function serverFields(
  name: 'imap' | 'smtp',
  heading: Words,
  port: string,
  server: MailServer | undefined,
): ConnectField[] {
  return [
    {
      name: `${name}Host`,
      kind: 'text',
      heading,
      label: { en: 'Server', fr: 'Serveur' },
      required: true,
      value: server?.host ?? '',
      autocomplete: 'off',
    },
    {
      name: `${name}Port`,
      kind: 'number',
      label: { en: 'Port', fr: 'Port' },
      required: true,
      value: server ? String(server.port) : port,
    },
    {
      name: `${name}Tls`,
      kind: 'choice',
      label: { en: 'Encryption', fr: 'Chiffrement' },
      required: true,
      value: server?.tls ?? 'implicit',
      choices: TLS,
    },
    {
      name: `${name}User`,
      kind: 'text',
      label: { en: 'User name', fr: 'Nom d’utilisateur' },
      hint: { en: 'Leave empty when it is the address.', fr: 'Laissez vide si c’est l’adresse.' },
      required: false,
      value: server?.user ?? '',
      autocomplete: 'off',
    },
  ];
}

/** @throws Refused naming the field. */
export function fromConnectForm(values: Readonly<Record<string, string>>, account?: Known): ConnectInput {
  const text = (name: string): string => (values[name] ?? '').trim();
  const address = account?.address ?? text('address').toLowerCase();
  if (!/^[^\s@<>]+@[^\s@<>]+$/.test(address))
    throw new Refused('REFUSED', 'The address is wrong: expected something like support@example.org.');
  const name = text('name');
  if (name === '' || name.length > 200)
    throw new Refused('REFUSED', 'The name is missing or longer than 200 characters.');
  const server = (which: 'imap' | 'smtp'): unknown => ({
    host: text(`${which}Host`),
    port: Number(text(`${which}Port`)),
    tls: text(`${which}Tls`),
    user: text(`${which}User`) || address,
  });
  const before = account?.settings as Partial<MailboxSettings> | undefined;
  const settings = {
    ...before,
    imap: server('imap'),
    smtp: server('smtp'),
    history: before?.history ?? (text('history') || 'none'),
  };
  // spaces may belong to a password; those at the ends come from copying
  const password = text('password');
  return { address, name, settings, credentials: { imapPassword: password, smtpPassword: password } };
}
