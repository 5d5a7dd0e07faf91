import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeDurably } from './durable-file';
import { MailFolder } from './mail-folder';

export type FolderName = 'INBOX' | 'Sent';

/** What can be set for a mailbox; what is left out keeps its value, or gets the default named. */
export interface MailboxSettings {
  /** Default: 144 random bits, drawn once and kept. */
  password?: string;
  /** Display name. Default: the local part of the address. */
  name?: string;
  /** Whether the provider itself puts each submitted mail into Sent, as Gmail does. Default: true. */
  storesSent?: boolean;
  /** Language in which this person's mail program quotes. Default: fr. */
  language?: 'fr' | 'en';
}

/** One mailbox of the simulated provider: who may log in, its INBOX and its Sent folder, in a directory of its own. */
export class MailAccount {
  readonly inbox: MailFolder;
  readonly sent: MailFolder;
  password = '';
  name = '';
  storesSent = true;
  language: 'fr' | 'en' = 'fr';

  constructor(
    readonly address: string,
    private readonly path: string,
    settings: MailboxSettings = {},
  ) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const file = join(path, 'account.json');
    const known = readJson<MailboxSettings>(file, 'Remove it: the mailbox keeps its mails and gets a new password.');
    this.change({
      password: randomBytes(18).toString('base64url'),
      name: address.slice(0, address.indexOf('@')),
      ...known,
      ...defined(settings),
    });
    this.inbox = new MailFolder(join(path, 'INBOX'));
    this.sent = new MailFolder(join(path, 'Sent'));
  }

  /** Takes over the settings given; on disk when this returns. */
  change(settings: MailboxSettings): void {
    const before = JSON.stringify(this.settings());
    Object.assign(this, defined(settings));
    const after = JSON.stringify({ address: this.address, ...this.settings() }, null, 2);
    const file = join(this.path, 'account.json');
    if (before !== JSON.stringify(this.settings()) || !existsSync(file)) writeDurably(file, after);
  }

  folder(name: FolderName): MailFolder {
    return name === 'INBOX' ? this.inbox : this.sent;
  }

  private settings(): Required<MailboxSettings> {
    return { password: this.password, name: this.name, storesSent: this.storesSent, language: this.language };
  }
}

/** Only the settings that were given: `{password: undefined}` must not wipe a password. */
function defined({ password, name, storesSent, language }: MailboxSettings): MailboxSettings {
  return {
    ...(password !== undefined && { password }),
    ...(name !== undefined && { name }),
    ...(storesSent !== undefined && { storesSent }),
    ...(language !== undefined && { language }),
  };
}
