import type { MailClass, MailProtection } from './parsed-mail';
import { headerValues } from './read-headers';
import type { MailHeaders, RawAttachment } from './read-mime';

/** What decides the class of a mail, besides its headers. */
export interface ClassEvidence {
  readonly fromAddress: string | undefined;
  readonly fromName: string | undefined;
  readonly subject: string | undefined;
  readonly returnPath: string | undefined;
  readonly attachments: readonly Pick<RawAttachment, 'mime'>[];
}

const BOUNCE_SUBJECT = new RegExp(
  [
    'undeliver(ed|able)',
    'mail delivery (failed|failure|subsystem|system)',
    'delivery (status notification|failure|has failed|incomplete)',
    'returned mail',
    'failure notice',
    'message (could not be|not) delivered',
    'non[- ]?remis',
    'non distribu',
    'impossible de remettre',
    '(échec|echec) (de la )?(remise|distribution|livraison)',
    'unzustellbar',
    'nicht zustellbar',
    'no se puede entregar',
    'mancata consegna',
    'onbestelbaar',
  ].join('|'),
  'i',
);
const POSTMASTER = /^(mailer-daemon|postmaster|mail-daemon|mdaemon)(\+[^@]*)?@/i;
const POSTMASTER_NAME = /^(mail delivery|mailer-daemon|postmaster\b)/i;
const NO_REPLY =
  /^(no[-_.]?reply|do[-_.]?not[-_.]?reply|ne[-_.]?pas[-_.]?repondre|mailer-daemon|postmaster|bounces?|notifications?)([-+_.][^@]*)?@/i;
/** Their mere presence tells an automatic answer. `X-Auto-Response-Suppress` is not among them: people's mail has it. */
const AUTO_REPLY_HEADERS = [
  'x-autoreply',
  'x-autorespond',
  'x-autoresponder',
  'x-auto-reply-from',
  'x-ms-exchange-inbox-rules-loop',
  'x-cron-env',
];
// not Feedback-ID: Amazon SES and others write it on every mail, those of people included
const LIST_HEADERS = ['list-id', 'list-unsubscribe', 'list-post'];

/** Bounce before automatic answer before list: a bounce is also automatic, an answer by a list server also a list's. */
export function classify(headers: MailHeaders, evidence: ClassEvidence): MailClass {
  if (isBounce(headers, evidence)) return 'bounce';
  const has = (name: string) => headers.lines.some((line) => line.key === name);
  const precedence = (headerValues(headers, 'precedence')[0] ?? '').toLowerCase();
  const submitted = (headerValues(headers, 'auto-submitted')[0] ?? 'no').split(';')[0]?.trim().toLowerCase();
  const report = reportType(headers);
  if (
    (submitted !== 'no' && submitted !== '') ||
    AUTO_REPLY_HEADERS.some(has) ||
    /^auto[_-]?reply/.test(precedence) ||
    report === 'disposition-notification' ||
    report === 'feedback-report'
  ) {
    return 'auto-reply';
  }
  return LIST_HEADERS.some(has) || /^(bulk|list|junk)\b/.test(precedence) ? 'list' : 'ordinary';
}

function isBounce(headers: MailHeaders, evidence: ClassEvidence): boolean {
  if (evidence.attachments.some((file) => /^message\/(global-)?delivery-status$/.test(file.mime))) return true;
  if (reportType(headers) === 'delivery-status') return true;
  if (headers.lines.some((line) => line.key === 'x-failed-recipients')) return true;
  const subject = BOUNCE_SUBJECT.test(evidence.subject ?? '');
  const nullSender = evidence.returnPath === '';
  const postmaster = POSTMASTER.test(evidence.fromAddress ?? '') || POSTMASTER_NAME.test(evidence.fromName ?? '');
  return postmaster ? subject || nullSender : nullSender && subject;
}

/** True for addresses whose local part says that nobody reads what is sent there. */
export function isNoReply(address: string | undefined): boolean {
  return NO_REPLY.test(address ?? '');
}

/** The list a mail came by, as `List-Id` names it: `support.example.org` of `Support <support.example.org>`. */
export function listIdOf(headers: MailHeaders): string | undefined {
  const value = headerValues(headers, 'list-id')[0] ?? '';
  return (/<([^<>\s]{1,300})>/.exec(value)?.[1] ?? /^\s*([^<>\s"]{1,300})\s*$/.exec(value)?.[1])?.toLowerCase();
}

/** True when the sender's software asks for no automatic answer. */
export function suppressesAutoReply(headers: MailHeaders): boolean {
  return headerValues(headers, 'x-auto-response-suppress').some((value) => /\b(all|autoreply|oof|dr)\b/i.test(value));
}

/** Signed or encrypted, by the structure alone. */
export function protection(headers: MailHeaders, attachments: readonly RawAttachment[]): MailProtection | undefined {
  const root = contentType(headers);
  const smime = attachments.find((file) => /^application\/(x-)?pkcs7-mime$/.test(file.mime));
  if (/^application\/(x-)?pkcs7-mime/.test(root) || smime) {
    const type = `${root} ${smime?.params?.['smime-type'] ?? ''}`;
    return type.includes('signed-data') ? 'smime-signed' : 'smime-encrypted';
  }
  if (attachments.some((file) => /^application\/(x-)?pkcs7-signature$/.test(file.mime))) return 'smime-signed';
  if (root.startsWith('multipart/encrypted') || attachments.some((file) => file.mime === 'application/pgp-encrypted')) {
    return 'pgp-encrypted';
  }
  return attachments.some((file) => file.mime === 'application/pgp-signature') ? 'pgp-signed' : undefined;
}

function reportType(headers: MailHeaders): string | undefined {
  const type = contentType(headers);
  if (!type.startsWith('multipart/report')) return undefined;
  return /report-type\s*=\s*"?([\w-]+)/.exec(type)?.[1];
}

function contentType(headers: MailHeaders): string {
  return (headerValues(headers, 'content-type')[0] ?? '').toLowerCase();
}
