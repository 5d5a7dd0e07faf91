import type { Message } from 'hoodiecrow-imap';
import type { StoredMail } from './stored-mail';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A date as IMAP writes it, always in UTC: hoodiecrow's own formatter is wrong for zones that are not whole hours. */
export function imapDate(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${two(date.getUTCDate())}-${MONTHS[date.getUTCMonth()]}-${date.getUTCFullYear()}`;
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
}

/**
 * A stored mail as hoodiecrow wants it: bytes as a binary string. They are read from disk for each use; hoodiecrow's
 * parsed copy is kept weakly, so that listing a big mailbox does not hold it in memory.
 */
export class ImapMessage implements Message {
  readonly uid: number;
  readonly internaldate: string;
  flags: string[];
  private parsedCopy: WeakRef<object> | undefined;

  constructor(readonly mail: StoredMail) {
    this.uid = mail.uid;
    this.internaldate = imapDate(mail.internalDate);
    this.flags = [...mail.flags];
  }

  get raw(): string {
    return this.mail.raw.toString('latin1');
  }

  /** hoodiecrow's mimeparser puts its tree here and reads it back at once. */
  get parsed(): object | undefined {
    return this.parsedCopy?.deref();
  }

  set parsed(tree: object | undefined) {
    this.parsedCopy = tree && new WeakRef(tree);
  }
}
