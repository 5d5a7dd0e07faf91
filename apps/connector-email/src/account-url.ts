import { Refused } from '@app/channel';
import type { MailboxCredentials, MailboxSettings, MailServer } from './config';

/** What `account add email` gives. */
export interface MailboxUrls {
  /** Our address. */
  readonly address: string;
  /** `imap[s]://USER@HOST:PORT`; `imap` takes STARTTLS, or no TLS on loopback. */
  readonly imap: string;
  /** `smtp[s]://USER@HOST:PORT`, likewise. */
  readonly smtp: string;
  readonly password: string;
}

/** Settings and credentials from URLs. Users may be left out: then it is the address. @throws Refused naming the URL. */
export function accountFromUrls(given: MailboxUrls): {
  settings: Pick<MailboxSettings, 'imap' | 'smtp'>;
  credentials: MailboxCredentials;
} {
  return {
    settings: {
      imap: serverOf(given.imap, 'imap', { plain: 143, implicit: 993 }, given.address),
      smtp: serverOf(given.smtp, 'smtp', { plain: 587, implicit: 465 }, given.address),
    },
    credentials: { imapPassword: given.password, smtpPassword: given.password },
  };
}

function serverOf(
  text: string,
  protocol: string,
  ports: { plain: number; implicit: number },
  address: string,
): MailServer {
  const wrong = (why: string) =>
    new Refused('REFUSED', `The ${protocol} URL is wrong: ${why}. Expected ${protocol}s://USER@HOST:${ports.implicit}`);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw wrong('it is not a URL');
  }
  const secure = url.protocol === `${protocol}s:`;
  if (!secure && url.protocol !== `${protocol}:`) throw wrong(`it begins with ${url.protocol}//`);
  if (url.password !== '') throw wrong('it holds a password, which belongs on standard input');
  const host = url.hostname;
  if (host === '') throw wrong('it names no host');
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host);
  const port = url.port === '' ? (secure ? ports.implicit : ports.plain) : Number(url.port);
  const user = url.username === '' ? address : decodeURIComponent(url.username);
  return { host, port, tls: secure ? 'implicit' : loopback ? 'none' : 'starttls', user };
}
