import type { StoredMail } from '../mail/stored-mail';

/** A mail of a customer, in INBOX (`i12`) or Sent (`s3`). */
export interface Entry {
  key: string;
  mine: boolean;
  mail: StoredMail;
}

/** Mails that name each other, oldest first. */
export interface Thread {
  /** Key of its first mail. */
  key: string;
  entries: Entry[];
  unseen: boolean;
}

/** The customer's mailbox as a mail program shows it: threads by Message-ID and References, the newest first. */
export function threadsOf({ inbox, sent }: { inbox: StoredMail[]; sent: StoredMail[] }): Thread[] {
  const entries = [
    ...sent.map((mail) => ({ key: `s${mail.uid}`, mine: true, mail })),
    ...inbox.map((mail) => ({ key: `i${mail.uid}`, mine: false, mail })),
  ].sort((a, b) => a.mail.internalDate.getTime() - b.mail.internalDate.getTime());
  const threadOfId = new Map<string, Entry[]>();
  for (const entry of entries) {
    const ids = [entry.mail.messageId, ...entry.mail.references].filter((id) => id !== undefined);
    const [thread = [], ...others] = new Set(
      ids.map((id) => threadOfId.get(id)).filter((known) => known !== undefined),
    );
    for (const other of others) {
      thread.push(...other);
      for (const [id, known] of threadOfId) if (known === other) threadOfId.set(id, thread);
    }
    thread.push(entry);
    for (const id of ids) threadOfId.set(id, thread);
    if (ids.length === 0) threadOfId.set(entry.key, thread);
  }
  return [...new Set(threadOfId.values())]
    .map((thread) => ({
      key: thread[0]?.key ?? '',
      entries: thread,
      unseen: thread.some(({ mine, mail }) => !mine && !mail.flags.includes('\\Seen')),
    }))
    .sort((a, b) => newest(b) - newest(a));
}

function newest(thread: Thread): number {
  return thread.entries.at(-1)?.mail.internalDate.getTime() ?? 0;
}

/** Cuts a text before what it quotes: the line "… a écrit :" or "… wrote:" and the ">" lines to the end. */
export function splitQuote(text: string): { said: string; quoted: string } {
  const lines = text.replace(/\s+$/, '').split(/\r?\n/);
  let from = lines.length;
  while (from > 0 && /^\s*(>|$)/.test(lines[from - 1] ?? '')) from -= 1;
  if (!lines.slice(from).some((line) => line.startsWith('>'))) return { said: lines.join('\n'), quoted: '' };
  // The line of attribution, which some programs break in two.
  for (const length of [1, 2]) {
    const attribution = lines.slice(from - length, from).join(' ');
    if (from >= length && /^(le|on|am)\b.*:\s*$/i.test(attribution)) {
      from -= length;
      break;
    }
  }
  return { said: lines.slice(0, from).join('\n').trimEnd(), quoted: lines.slice(from).join('\n').trim() };
}
