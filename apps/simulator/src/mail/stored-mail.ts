import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import PostalMime, { type Email } from 'postal-mime';

/** A header block longer than this is cut for look-ups; the raw mail is never cut. Bytes. */
const HEADER_LIMIT = 256 * 1024;

/**
 * One mail of a mailbox. The bytes stay on disk and are read when asked for, so that a full mailbox costs no memory.
 * After the mail was expunged, reading it throws ENOENT.
 */
export class StoredMail {
  private unfolded: string | undefined;

  constructor(
    readonly uid: number,
    /** INTERNALDATE, whole seconds, as IMAP tells it. */
    readonly internalDate: Date,
    /** RFC822.SIZE, bytes. */
    readonly size: number,
    /** IMAP flags such as `\Seen`; replaced as a whole by the folder. */
    public flags: readonly string[],
    private readonly path: string,
  ) {}

  /** The mail exactly as it was delivered. */
  get raw(): Buffer {
    return readFileSync(this.path);
  }

  /** The first value of a header, unfolded, not decoded (RFC 2047 words stay as they are); undefined if absent. */
  header(name: string): string | undefined {
    return this.headers(name)[0];
  }

  /** All values of a header, top to bottom. */
  headers(name: string): string[] {
    const wanted = `${name.toLowerCase()}:`;
    return this.headerLines
      .filter((line) => line.toLowerCase().startsWith(wanted))
      .map((line) => line.slice(wanted.length).trim());
  }

  /** Message-ID with its angle brackets. */
  get messageId(): string | undefined {
    return /<[^<>\s]+>/.exec(this.header('message-id') ?? '')?.[0];
  }

  /** Every id that In-Reply-To and References name, oldest first. */
  get references(): string[] {
    const named = `${this.header('references') ?? ''} ${this.header('in-reply-to') ?? ''}`;
    return [...new Set(named.match(/<[^<>\s]+>/g) ?? [])];
  }

  /** Decoded subject, people, text and attachments. */
  read(): Promise<Email> {
    return PostalMime.parse(this.raw, { attachmentEncoding: 'arraybuffer', maxNestingDepth: 50 });
  }

  /** Header lines, one per header, unfolded; 8-bit bytes are read as Latin-1. */
  get headerLines(): string[] {
    if (this.unfolded === undefined) {
      const block = this.firstBytes(Math.min(this.size, HEADER_LIMIT)).toString('latin1');
      const end = /\r?\n\r?\n/.exec(block)?.index ?? block.length;
      this.unfolded = block.slice(0, end).replace(/\r?\n[ \t]+/g, ' ');
    }
    return this.unfolded.split(/\r?\n/);
  }

  private firstBytes(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    const file = openSync(this.path, 'r');
    try {
      return bytes.subarray(0, readSync(file, bytes, 0, length, 0));
    } finally {
      closeSync(file);
    }
  }
}
