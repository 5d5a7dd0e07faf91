import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import nodemailer from 'nodemailer';
import { CredentialsRejected, RateLimited, Refused, Transient, Uncertain, type SendReceipt } from '@app/channel';
import { HostRefused, type HostGuard } from '@app/connector-host';
import type { MailServer } from './config';
import { describeNetwork } from './imap-client';

const CONNECT_TIMEOUT_MS = 30_000;
const GREETING_TIMEOUT_MS = 30_000;
/** RFC 5321 §4.5.3.2: ten minutes for the answer to the final dot; most relays answer within seconds. */
const SOCKET_TIMEOUT_MS = 180_000;
const CHUNK = 64 * 1024;

interface SmtpFault extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly responseCode?: number;
  readonly response?: string;
  readonly permanent?: boolean;
}

export interface SmtpOptions {
  readonly server: MailServer;
  readonly password: string;
  readonly guard: HostGuard;
  /** Name by which we greet: the domain of the mailbox. */
  readonly domain: string;
  /** Longest silence of the server, milliseconds. */
  readonly timeoutMs?: number;
}

/**
 * Gives one mail to the provider.
 * @throws Refused, RateLimited, CredentialsRejected, Transient (surely not taken) or Uncertain (perhaps taken).
 */
export async function sendMail(
  options: SmtpOptions,
  from: string,
  to: readonly string[],
  raw: Buffer,
): Promise<SendReceipt> {
  const transport = await transportTo(options);
  const body = countedStream(raw);
  try {
    const info = await transport.sendMail({ envelope: { from, to: [...to] }, raw: body.stream });
    const refused = (info.rejectedErrors ?? []) as (SmtpFault & { recipient?: string })[];
    return {
      nativeIds: info.serverMessageId ? [String(info.serverMessageId).replace(/^<|>$/g, '')] : [],
      ...(refused.length === 0
        ? {}
        : { refused: refused.map((fault) => ({ value: fault.recipient ?? '', detail: wordsOf(fault) })) }),
    };
  } catch (error) {
    throw smtpError(error, whereOf(options.server), body.read());
  } finally {
    transport.close();
  }
}

/** Tries the log-in. @throws as `sendMail` */
export async function checkSmtp(options: SmtpOptions): Promise<void> {
  const transport = await transportTo(options);
  try {
    await transport.verify();
  } catch (error) {
    throw smtpError(error, whereOf(options.server), false);
  } finally {
    transport.close();
  }
}

async function transportTo({ server, password, guard, domain, timeoutMs }: SmtpOptions) {
  const address = await guard.check(server.host).catch((error: unknown) => {
    if (error instanceof HostRefused) throw new Refused('REFUSED', error.message, { cause: error });
    throw smtpError(error, whereOf(server), false);
  });
  if (server.tls === 'none' && !address.loopback) {
    throw new Refused(
      'REFUSED',
      `The SMTP server ${server.host} must be reached with TLS; without it only on this machine.`,
    );
  }
  return nodemailer.createTransport({
    host: address.address,
    port: server.port,
    secure: server.tls === 'implicit',
    requireTLS: server.tls === 'starttls',
    ignoreTLS: server.tls === 'none',
    tls: isIP(address.host) === 0 ? { servername: address.host } : {},
    auth: { user: server.user, pass: password },
    name: domain,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: GREETING_TIMEOUT_MS,
    socketTimeout: timeoutMs ?? SOCKET_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/**
 * An error of the protocol in the words of `connector-error.ts` (email.md §5.1, §5.2).
 * @param bodyRead whether the last byte of the mail had left us: then only an answer tells what became of it.
 */
export function smtpError(error: unknown, where: string, bodyRead: boolean): Error {
  if (error instanceof Refused || error instanceof Transient) return error;
  const fault = error as SmtpFault;
  const words = wordsOf(fault);
  const answered = fault.responseCode !== undefined && fault.responseCode >= 400;
  if (fault.code === 'EAUTH' || /\b5\.7\.30\b/.test(words) || fault.responseCode === 530) {
    // 4xx while logging in: the provider is busy, the password may well be right (454 4.7.0)
    if (fault.responseCode !== undefined && fault.responseCode < 500)
      return new Transient(`The mail server is busy (SMTP, ${where}): ${words}`, { cause: error });
    return new CredentialsRejected(
      `The mail server refuses the user name or password (SMTP, ${where}): ${words} Give the mailbox its present password; with two-step verification, an app password.`,
      { cause: error },
    );
  }
  if (!answered) {
    if (bodyRead)
      return new Uncertain(`The mail server took the mail and did not answer (SMTP, ${where}).`, { cause: error });
    return new Transient(
      `The mail server cannot be reached (SMTP, ${where}): ${describeNetwork(fault.code, fault.message)}`,
      { cause: error },
    );
  }
  // Gmail's daily limit is a 550 that heals within 24 hours
  if (/\b5\.4\.5\b/.test(words)) return new RateLimited(words, inMinutes(60), { cause: error });
  // Microsoft's limit of connections
  if (/\b4\.3\.2\b/.test(words) && fault.responseCode === 432)
    return new RateLimited(words, inMinutes(0.1), { cause: error });
  if (fault.responseCode < 500) return new Transient(`The mail server asks to try later: ${words}`, { cause: error });
  return new Refused(refusalOf(fault), words, { cause: error });
}

function refusalOf(fault: SmtpFault): 'TOO_LONG' | 'RECIPIENT_REFUSES' | 'REFUSED' {
  const words = wordsOf(fault);
  if (fault.responseCode === 552 && !/\b5\.2\.2\b/.test(words)) return 'TOO_LONG';
  if (fault.command === 'RCPT TO' || /\b5\.[12]\.\d+\b/.test(words)) return 'RECIPIENT_REFUSES';
  return 'REFUSED';
}

function wordsOf(fault: SmtpFault): string {
  return (fault.response ?? fault.message).replace(/\s+/g, ' ').slice(0, 1_000);
}

function whereOf(server: MailServer): string {
  return `${server.host}:${server.port}`;
}

function inMinutes(minutes: number): Date {
  return new Date(Date.now() + minutes * 60_000);
}

/** The bytes as a stream that remembers whether the last of them was taken. */
function countedStream(raw: Buffer): { stream: Readable; read: () => boolean } {
  let offset = 0;
  const stream = new Readable({
    highWaterMark: CHUNK,
    read() {
      const chunk = raw.subarray(offset, offset + CHUNK);
      offset += chunk.length;
      this.push(chunk.length === 0 ? null : chunk);
    },
  });
  return { stream, read: () => offset >= raw.length };
}
