import type { FileRef, MessageEvent } from '@app/channel';
import { uuidBytes, type Tx } from '@app/runtime';
import { personOf, type Person } from './people';
import { everybody } from './threads';

/** A message event with its place. */
export interface PlacedMessage {
  readonly id: string;
  readonly event: MessageEvent;
  readonly receivedAt: Date;
  conversationId: string;
  /** Its author was not part of the conversation before. */
  readonly newSender: boolean;
  /** A conversation to which a stranger refers with it. */
  mayBelongTo: string | null;
  /** It takes the place, and the id, of an unreadable message that is here. */
  readonly replacing: boolean;
}

/** Where a message came from: what was there before the account was connected never opens a wait. */
function originOf(event: MessageEvent): 'platform' | 'elsewhere' | 'import' {
  if (event.history) return 'import';
  return event.direction === 'inbound' ? 'platform' : 'elsewhere';
}

/** Platform time, but never later than our receipt: nobody gains or loses a place by a wrong clock. */
function timeOf({ event, receivedAt }: PlacedMessage): string {
  const at = new Date(event.at);
  return (at > receivedAt ? receivedAt : at).toISOString();
}

function replyTo(event: MessageEvent): string[] {
  if (event.direction === 'outbound') return [];
  const named = event.participants.filter((p) => p.role === 'replyTo').map((p) => p.value);
  if (named.length > 0) return [...new Set(named)].slice(0, 20);
  return event.participants.some((p) => p.role === 'from') ? [event.author.value] : [];
}

/** Makes the conversations that begin in this batch, from all messages placed in each. */
export async function insertConversations(
  tx: Tx,
  account: { readonly id: string; readonly channel: string },
  placed: readonly PlacedMessage[],
  people: ReadonlyMap<string, Person>,
): Promise<void> {
  const begun = new Map<string, PlacedMessage[]>();
  for (const m of placed) begun.set(m.conversationId, [...(begun.get(m.conversationId) ?? []), m]);
  if (begun.size === 0) return;
  const [numbered] = await tx.query<{ last: number }>(
    'update inbox.workspaces set last_number = last_number + $2 where workspace_id = $1 returning last_number as last',
    [tx.workspaceId, begun.size],
  );
  let number = numbered!.last - begun.size;
  const rows = [...begun].map(([id, messages]) => {
    const [first] = messages.filter((m) => personOf(m.event)).toSorted(earliestFirst);
    const last = messages.map(timeOf).toSorted().at(-1)!;
    return {
      id,
      number: ++number,
      visibility: first!.event.visibility,
      threadKey: first!.event.threading.threadKey ?? null,
      token: `\\x${uuidBytes(id).subarray(8).toString('hex')}`,
      customer: people.get(personOf(first!.event)!.value)!.customerId,
      subject: messages.toSorted((a, b) => byTime(a, b))[0]!.event.subject ?? null,
      language: messages.filter(speaks).toSorted(byTime)[0]?.event.language ?? null,
      mayBelongTo: messages[0]!.mayBelongTo === id ? null : messages[0]!.mayBelongTo,
      last,
    };
  });
  await tx.query(
    /* sql */ `
    insert into inbox.conversations (id, workspace_id, number, account_id, channel, visibility, thread_key, token_key,
                                     customer_id, subject, language, may_belong_to, last_message_at, created_at)
    select r.id, $1, r.number, $2, $3, r.visibility, r."threadKey", r.token::bytea, r.customer, r.subject, r.language, r."mayBelongTo",
           r.last, $4
      from jsonb_to_recordset($5::jsonb)
        as r(id uuid, number integer, visibility text, "threadKey" text, token text, customer uuid, subject text,
             language text, "mayBelongTo" uuid, last timestamptz)`,
    [tx.workspaceId, account.id, account.channel, tx.now, JSON.stringify(rows)],
  );
}

/** Whose conversation it is: the one who wrote first; what is automatic, or ours, says it only where nobody wrote. */
function earliestFirst(a: PlacedMessage, b: PlacedMessage): number {
  const wrote = (m: PlacedMessage) => Number(m.event.direction === 'inbound' && m.event.class === 'ordinary');
  return wrote(b) - wrote(a) || byTime(a, b);
}

/** Whether the language of a message is the customer's. */
function speaks(m: PlacedMessage): boolean {
  return m.event.direction === 'inbound' && m.event.language !== undefined;
}

function byTime(a: PlacedMessage, b: PlacedMessage): number {
  const [at, bt] = [timeOf(a), timeOf(b)];
  if (at !== bt) return at < bt ? -1 : 1;
  return a.event.externalId < b.event.externalId ? -1 : 1;
}

/**
 * What a conversation says of itself follows from its messages, whatever order they came in: customer, subject and language from
 * the earliest, last activity from the newest; `settleWaits` then tells their waits. For conversations that were there before this batch; the caller holds them.
 */
export async function refreshConversations(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    /* sql */ `
    with fresh as (
      select c.id, l.at as last, s.subject, g.language, coalesce(w.customer_id, c.customer_id) as customer_id
        from inbox.conversations c
        cross join lateral (select m.at from inbox.messages m where m.conversation_id = c.id
                             order by m.at desc, m.id desc limit 1) l
        cross join lateral (select m.subject from inbox.messages m where m.conversation_id = c.id and m.direction <> 'note'
                             order by m.at, m.external_id limit 1) s
        left join lateral (select m.language from inbox.messages m
                            where m.conversation_id = c.id and m.direction = 'inbound' and m.language is not null
                            order by m.at, m.external_id limit 1) g on true
        left join lateral (select i.customer_id from inbox.messages m join inbox.identities i on i.id = m.identity_id
                            where m.conversation_id = c.id
                            order by (m.direction = 'inbound' and m.class = 'ordinary') desc, m.at, m.external_id limit 1) w on true
       where c.id = any($1::uuid[]))
    update inbox.conversations c
       set last_message_at = f.last, subject = f.subject, language = f.language, customer_id = f.customer_id, version = c.version + 1
      from fresh f where c.id = f.id`,
    [ids],
  );
}

/** Messages with their attachments. */
export async function insertMessages(
  tx: Tx,
  accountId: string,
  placed: readonly PlacedMessage[],
  people: ReadonlyMap<string, Person>,
): Promise<void> {
  if (placed.length === 0) return;
  const rows = placed.map((m) => ({
    id: m.id,
    conversation: m.conversationId,
    external: m.event.externalId,
    direction: m.event.direction,
    origin: originOf(m.event),
    class: m.event.class,
    identity: people.get(personOf(m.event)?.value ?? '')?.identityId ?? null,
    visibility: m.event.visibility,
    at: timeOf(m),
    received: m.receivedAt,
    ...contentOf(m.event),
    newSender: m.newSender,
  }));
  await tx.query(
    /* sql */ `
    insert into inbox.messages (id, workspace_id, conversation_id, account_id, external_id, direction, origin, class,
      identity_id, visibility, at, received_at, subject, text, html, quote_start, language, problems, unreadable, encrypted,
      permalink, source, native_ids, reply_to, replaces, pending_files, new_sender)
    select r.id, $1, r.conversation, $2, r.external, r.direction, r.origin, r.class, r.identity, r.visibility, r.at, r.received,
      r.subject, r.text, r.html, r."quoteStart", r.language, r.problems, r.unreadable, r.encrypted, r.permalink, r.source, r."nativeIds", r."replyTo", r.replaces,
      r."pendingFiles", r."newSender"
      from jsonb_to_recordset($3::jsonb)
        as r(id uuid, conversation uuid, external text, direction text, origin text, class text, identity uuid,
             visibility text, at timestamptz, received timestamptz, "newSender" boolean, ${CONTENT})
     order by r.at, r.external`,
    [tx.workspaceId, accountId, JSON.stringify(rows)],
  );
  await insertAttachments(tx, filesOf(placed));
}

/** Columns of `contentOf`, for jsonb_to_recordset. */
export const CONTENT = `subject text, text text, html text, "quoteStart" integer, language text, problems text[], unreadable boolean,
  encrypted boolean, permalink text, source jsonb, "nativeIds" text[], "replyTo" text[], replaces text, "pendingFiles" jsonb`;

/** What a message says, without where it stands. */
export function contentOf(event: MessageEvent) {
  return {
    subject: event.subject ?? null,
    text: event.text,
    html: event.html ?? null,
    quoteStart: event.quoteStart ?? null,
    language: event.language ?? null,
    problems: event.problems,
    unreadable: event.unreadable,
    encrypted: event.encrypted,
    permalink: event.permalink ?? null,
    source: event.source ?? null,
    nativeIds: event.nativeIds,
    replyTo: replyTo(event),
    replaces: event.replaces ?? null,
    pendingFiles: event.pendingFiles,
  };
}

/** The files that came with messages, each in its place. */
export function filesOf(messages: readonly { readonly id: string; readonly event: MessageEvent }[]) {
  return messages.flatMap(({ id, event }) =>
    event.attachments.map((file, position) => ({ message: id, position, file })),
  );
}

export async function insertAttachments(
  tx: Tx,
  files: readonly { readonly message: string; readonly position: number; readonly file: FileRef }[],
): Promise<void> {
  if (files.length === 0) return;
  const rows = files.map(({ message, position, file }) => ({ ...file, id: tx.newId(), message, position }));
  await tx.query(
    /* sql */ `
    insert into inbox.attachments (id, workspace_id, message_id, position, sha256, name, mime, size, inline, content_id, created_at)
    select r.id, $1, r.message, r.position, r.sha256, r.name, r.mime, r.size, r.inline, r."contentId", $2
      from jsonb_to_recordset($3::jsonb)
        as r(id uuid, message uuid, position integer, sha256 text, name text, mime text, size bigint, inline boolean,
             "contentId" text)`,
    [tx.workspaceId, tx.now, JSON.stringify(rows)],
  );
}

/** Everybody seen in each thread. A person who has written stays known as a customer; `since` is their first mail. */
export async function insertParticipants(
  tx: Tx,
  placed: readonly PlacedMessage[],
  people: ReadonlyMap<string, Person>,
  own: string,
): Promise<void> {
  const rows = new Map<
    string,
    { conversation: string; value: string; identity: string | null; role: string; since: string }
  >();
  for (const m of placed) {
    const since = timeOf(m);
    for (const value of everybody(m.event, own)) {
      const key = `${m.conversationId} ${value}`;
      const wrote = m.event.direction === 'inbound' && m.event.author.value === value;
      const known = rows.get(key);
      rows.set(key, {
        conversation: m.conversationId,
        value,
        identity: people.get(value)?.identityId ?? null,
        role: wrote || known?.role === 'customer' ? 'customer' : 'other',
        since: known && known.since < since ? known.since : since,
      });
    }
  }
  if (rows.size === 0) return;
  await tx.query(
    /* sql */ `
    insert into inbox.participants as p (conversation_id, value, workspace_id, identity_id, role, since)
    select r.conversation, r.value, $1, r.identity, r.role, r.since
      from jsonb_to_recordset($2::jsonb) as r(conversation uuid, value text, identity uuid, role text, since timestamptz)
     order by r.conversation, r.value
    on conflict (conversation_id, value) do update
       set identity_id = coalesce(p.identity_id, excluded.identity_id), since = least(p.since, excluded.since),
           role = case when excluded.role = 'customer' then 'customer' else p.role end
     where excluded.since < p.since or (p.identity_id is null and excluded.identity_id is not null)
        or (p.role <> 'customer' and excluded.role = 'customer')`,
    [tx.workspaceId, JSON.stringify([...rows.values()])],
  );
}
