import type { FetchMessageObject, ImapFlow } from 'imapflow';
import { Transient } from '@app/channel';
import { MAX_MAIL_BYTES, OVERSIZE_HEAD_BYTES } from './mail/mail-limits';

/** Bytes of mails that are fetched and stored together. */
const BATCH_BYTES = 8 * 1024 * 1024;

export interface FetchedMail {
  readonly uid: number;
  readonly internalDate?: Date | string | undefined;
  readonly raw: Buffer;
  /** Size of the mail on the server, where only its beginning was fetched. */
  readonly wholeSize?: number;
  /** The server lists the mail and does not hand it over. */
  readonly missing?: boolean;
}

/**
 * Fetches the bytes of mails, in ascending order, a few megabytes at a time. Of a mail that is too large only the
 * beginning is fetched. No command is given inside a loop over a FETCH: that would block for ever (email.md §1.1).
 */
export async function* fetchMails(
  client: ImapFlow,
  mails: readonly FetchMessageObject[],
  /** Puts errors of the protocol into our words. */
  ask: <T>(work: Promise<T>) => Promise<T>,
): AsyncGenerator<{ mails: FetchedMail[]; lastUid: number }> {
  for (const group of groups(mails)) {
    const [first] = group;
    const oversize = group.length === 1 && first !== undefined && (first.size ?? 0) > MAX_MAIL_BYTES;
    const source = oversize ? { start: 0, maxLength: OVERSIZE_HEAD_BYTES } : true;
    const uids = group.map((mail) => mail.uid).join(',');
    const fetched = await ask(client.fetchAll(uids, { uid: true, source }, { uid: true }));
    const sources = new Map(fetched.map((mail) => [mail.uid, mail.source]));
    const result: FetchedMail[] = [];
    for (const { uid, internalDate, size } of group) {
      const raw = sources.get(uid) ?? (await ask(again(client, uid, source)));
      if (raw) result.push({ uid, internalDate, raw, ...(oversize && size !== undefined ? { wholeSize: size } : {}) });
      else if (await ask(exists(client, uid))) result.push({ uid, internalDate, raw: Buffer.alloc(0), missing: true });
    }
    yield { mails: result, lastUid: group.at(-1)!.uid };
  }
}

function* groups(mails: readonly FetchMessageObject[]): Generator<FetchMessageObject[]> {
  let group: FetchMessageObject[] = [];
  let bytes = 0;
  for (const mail of mails) {
    const size = mail.size ?? 0;
    if (group.length > 0 && (bytes + size > BATCH_BYTES || size > MAX_MAIL_BYTES)) {
      yield group;
      [group, bytes] = [[], 0];
    }
    group.push(mail);
    bytes += size;
    if (size > MAX_MAIL_BYTES) {
      yield group;
      [group, bytes] = [[], 0];
    }
  }
  if (group.length > 0) yield group;
}

async function again(
  client: ImapFlow,
  uid: number,
  source: true | { start: number; maxLength: number },
): Promise<Buffer | undefined> {
  const mail = await client.fetchOne(String(uid), { uid: true, source }, { uid: true });
  return mail ? mail.source : undefined;
}

/** @throws Transient when the server cannot be asked: then nobody knows. */
async function exists(client: ImapFlow, uid: number): Promise<boolean> {
  const found = await client.search({ uid: String(uid) }, { uid: true });
  if (!Array.isArray(found))
    throw new Transient('The mail server does not say whether it still has a mail (IMAP SEARCH).');
  return found.includes(uid);
}
