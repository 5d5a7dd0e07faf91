import { z } from 'zod';
import { Refused } from '@app/channel';
import { connectorHostSettings } from '@app/connector-host';
import type { Setting } from '@app/runtime';

/** Settings of this process, beside those of every process. */
export const emailSettings = {
  ...connectorHostSettings,
  EVENHAND_MAIL_WORKERS: {
    schema: z.coerce
      .number({ error: 'a number' })
      .int()
      .min(1, 'a number from 1 to 64')
      .max(64, 'a number from 1 to 64')
      .default(2),
    doc: 'Workers that read mail (parse, decode, sanitise), each a thread of its own.',
    example: '2',
  } satisfies Setting<number>,
} as const;

const host = z
  .string()
  .min(1, 'a host name')
  .max(253)
  .regex(/^[A-Za-z0-9.:[\]_-]+$/, 'a host name or address');
const port = z.number().int().min(1, 'a port from 1 to 65535').max(65_535, 'a port from 1 to 65535');

/** One server of a mail provider. */
const server = z.object({
  host,
  port,
  /** `implicit`: TLS from the first byte (993, 465). `starttls`: required. `none`: loopback only. */
  tls: z.enum(['implicit', 'starttls', 'none']),
  user: z.string().min(1, 'a user name').max(320),
});
export type MailServer = z.infer<typeof server>;

/** Settings of one mailbox; no secrets. */
export const mailboxSettings = z.object({
  imap: server,
  smtp: server,
  /**
   * What the mailbox held when it was connected: `none` (from now on), `days:N` or `all` are read as history, which
   * opens no wait; `all-as-new` is for a demo.
   */
  history: z
    .string()
    .regex(/^(none|all|all-as-new|days:[1-9]\d{0,3})$/, 'none, days:N or all')
    .default('none'),
  /** Give each conversation a reply address of its own (`support+r-…@`). Only where the provider delivers those. */
  plusAddressing: z.boolean().default(false),
  /** Whether every mail the provider accepted is surely found in Sent. Default: known for Gmail and Microsoft. */
  sentIsAuthoritative: z.boolean().optional(),
  /** Whether we put a copy into Sent, because the provider does not. Default: not where Sent is authoritative. */
  appendSent: z.boolean().optional(),
  /** Read answers written in other mail programs from the Sent folder. */
  readSent: z.boolean().default(true),
});
export type MailboxSettings = z.infer<typeof mailboxSettings>;

/** Secrets of one mailbox. */
export const mailboxCredentials = z.object({
  imapPassword: z.string().min(1, 'a password').max(2_000),
  smtpPassword: z.string().min(1, 'a password').max(2_000),
});
export type MailboxCredentials = z.infer<typeof mailboxCredentials>;

/** @throws Refused naming the first wrong field; values are not repeated, they may be secret. */
export function parseMailbox(
  settings: unknown,
  credentials: unknown,
): { settings: MailboxSettings; credentials: MailboxCredentials } {
  const parsed = z
    .object({ settings: mailboxSettings, credentials: mailboxCredentials })
    .safeParse({ settings, credentials });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.slice(1).join('.') || 'settings';
  throw new Refused('REFUSED', `The mailbox's ${field} is wrong: expected ${issue?.message ?? 'something else'}.`);
}

/** Where the provider itself files every mail it accepted: documented for these two (email.md §5.2). */
const FILES_EVERY_MAIL = /(^|\.)(gmail\.com|googlemail\.com|office365\.com|outlook\.com)$/i;

export function sentIsAuthoritative(settings: MailboxSettings): boolean {
  return settings.sentIsAuthoritative ?? FILES_EVERY_MAIL.test(settings.smtp.host);
}

export function appendsToSent(settings: MailboxSettings): boolean {
  return settings.appendSent ?? !sentIsAuthoritative(settings);
}
