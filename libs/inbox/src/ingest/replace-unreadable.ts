import type { MessageEvent } from '@app/channel';
import type { Tx } from '@app/runtime';
import { personOf, type Person } from './people';
import { CONTENT, contentOf, filesOf, insertAttachments, type PlacedMessage } from './write-messages';

/** Unreadable messages that events of this batch take the place of, by external id. */
export async function findReplaced(
  tx: Tx,
  accountId: string,
  events: readonly MessageEvent[],
): Promise<Map<string, { readonly id: string; readonly conversationId: string }>> {
  const wanted = events.flatMap((event) => event.replaces ?? []);
  if (wanted.length === 0) return new Map();
  const rows = await tx.query<{ external: string; id: string; conversationId: string }>(
    /* sql */ `
    select external_id as external, id, conversation_id as "conversationId" from inbox.messages
     where account_id = $1 and external_id = any($2::text[]) and unreadable`,
    [accountId, wanted],
  );
  return new Map(rows.map(({ external, ...message }) => [external, message]));
}

/**
 * A delivery that could not be read and now can: the message takes the place of the unreadable one, where people saw it and
 * where its customer waits since it came.
 */
export async function replaceUnreadable(
  tx: Tx,
  messages: readonly PlacedMessage[],
  people: ReadonlyMap<string, Person>,
): Promise<void> {
  if (messages.length === 0) return;
  const rows = messages.map((m) => ({
    id: m.id,
    external: m.event.externalId,
    class: m.event.class,
    identity: people.get(personOf(m.event)?.value ?? '')?.identityId ?? null,
    ...contentOf(m.event),
  }));
  await tx.query(
    /* sql */ `
    update inbox.messages m
       set external_id = r.external, class = r.class, identity_id = coalesce(r.identity, m.identity_id), subject = r.subject,
           text = r.text, html = r.html, quote_start = r."quoteStart", language = r.language, problems = r.problems, unreadable = r.unreadable,
           encrypted = r.encrypted, permalink = r.permalink, source = r.source, native_ids = r."nativeIds", reply_to = r."replyTo", replaces = r.replaces, pending_files = r."pendingFiles",
           version = m.version + 1
      from jsonb_to_recordset($1::jsonb) as r(id uuid, external text, class text, identity uuid, ${CONTENT})
     where m.id = r.id`,
    [JSON.stringify(rows)],
  );
  await insertAttachments(tx, filesOf(messages));
}
