import type { FileRef, MessageClass, ModerationAction, PendingFile, Visibility } from '@app/channel';
import type { Tx } from '@app/runtime';
import type { ReplyKind, SendFailure, SendState } from '../conversations/message';
import { groupRows } from './group-rows';
import { pageOf, type Page, type PageRequest } from './page';

/** A message or note as it stands in a timeline. */
export interface MessageFacts {
  readonly id: string;
  readonly conversationId: string;
  readonly direction: 'inbound' | 'outbound' | 'note';
  readonly origin: 'platform' | 'evenhand' | 'elsewhere' | 'import';
  readonly visibility: Visibility;
  readonly class: MessageClass;
  /** Who wrote an inbound one; null where nobody could be made out. */
  readonly customerId: string | null;
  readonly agentId: string | null;
  readonly at: Date;
  readonly receivedAt: Date;
  readonly subject: string | null;
  readonly text: string;
  readonly html: string | null;
  readonly quoteStart: number | null;
  readonly language: string | null;
  readonly problems: readonly string[];
  readonly unreadable: boolean;
  /** Only the customer's and our own devices can read it; `permalink` leads there. */
  readonly encrypted: boolean;
  /** Where it stands on the platform, for those who may look there; see `SHOWN_PERMALINK`. */
  readonly permalink: string | null;
  readonly source: FileRef | null;
  readonly newSender: boolean;
  readonly replyKind: ReplyKind | null;
  readonly sendState: SendState | null;
  readonly sendAttempt: number | null;
  readonly sendAt: Date | null;
  readonly sendNextAt: Date | null;
  readonly failure: SendFailure | null;
  readonly editedAt: Date | null;
  readonly withdrawnAt: Date | null;
  readonly withdrawnBy: 'author' | 'us' | null;
  /** In public, seen by its author only. */
  readonly hidden: boolean;
  /** What we last asked the platform to do with it. */
  readonly moderation: ModerationFacts | null;
  /** A public message of a customer, on an account where such can be hidden and deleted, that is still there. */
  readonly moderatable: boolean;
  readonly reactions: readonly { readonly by: string; readonly emoji: string }[];
  readonly pendingFiles: readonly (PendingFile & { readonly problem?: string })[];
  readonly clientMutationId: string | null;
  readonly version: number;
}

export interface ModerationFacts {
  readonly action: ModerationAction;
  readonly state: 'asked' | 'done' | 'refused';
  /** The platform's words when it refused. */
  readonly detail?: string;
}

/** One of the messages as which the platform takes a reply. */
export interface PartFacts {
  readonly messageId: string;
  /** From 0. */
  readonly part: number;
  readonly parts: number;
  readonly sendState: SendState;
  readonly failure: SendFailure | null;
}

/**
 * The way to the platform, where fame stands beside what was written: open once a person of ours has answered in that conversation,
 * whatever became of the answer, and at once where nothing can be read here.
 */
const SHOWN_PERMALINK = /* sql */ `
  case when m.encrypted or exists (select 1 from inbox.messages a
                                    where a.conversation_id = m.conversation_id and a.direction = 'outbound'
                                      and (a.origin = 'elsewhere' or a.agent_id is not null) offset 0)
       then m.permalink end`;

const COLUMNS = /* sql */ `
  m.id, m.conversation_id as "conversationId", m.direction, m.origin, m.visibility, m.class,
  coalesce(i.customer_id, case when m.direction = 'inbound' then c.customer_id end) as "customerId",
  m.agent_id as "agentId", m.at, m.received_at as "receivedAt", m.subject, m.text, m.html,
  m.quote_start as "quoteStart", m.language, m.problems, m.unreadable, m.encrypted,
  ${SHOWN_PERMALINK} as permalink, m.source, m.new_sender as "newSender",
  m.reply_kind as "replyKind", m.send_state as "sendState", m.send_attempt as "sendAttempt", m.send_at as "sendAt",
  m.send_next_at as "sendNextAt", m.failure, m.edited_at as "editedAt", m.withdrawn_at as "withdrawnAt",
  m.withdrawn_by as "withdrawnBy", m.hidden, m.moderation,
  m.direction = 'inbound' and m.visibility = 'public' and m.origin = 'platform' and m.withdrawn_at is null
    and cardinality(m.native_ids) > 0 and a.moderates as moderatable,
  m.reactions, m.pending_files as "pendingFiles", m.client_mutation_id as "clientMutationId", m.version`;
const JOINS = /* sql */ `
  join inbox.conversations c on c.id = m.conversation_id
  join inbox.accounts a on a.id = m.account_id
  left join inbox.identities i on i.id = m.identity_id`;

/** These messages and notes; what does not exist in the workspace is left out. */
export async function readMessages(tx: Tx, ids: readonly string[]): Promise<MessageFacts[]> {
  return tx.query<MessageFacts>(`select ${COLUMNS} from inbox.messages m ${JOINS} where m.id = any ($1::uuid[])`, [
    ids,
  ]);
}

/** The same part of the timelines of several conversations, by platform time. One statement for all of them. */
export async function readTimelines(
  tx: Tx,
  conversationIds: readonly string[],
  request: PageRequest,
): Promise<Map<string, Page<MessageFacts>>> {
  const [order, beyond] = request.backward ? ['desc', '<'] : ['asc', '>'];
  const rows = await tx.query<MessageFacts>(
    /* sql */ `
    select ${COLUMNS}
      from unnest($1::uuid[]) p (id)
     cross join lateral (
       select * from inbox.messages t
        where t.conversation_id = p.id and ($3::timestamptz is null or (t.at, t.id) ${beyond} ($3, $4::uuid))
        order by t.at ${order}, t.id ${order} limit $2) m
      ${JOINS}
     order by m.at ${order}, m.id ${order}`,
    [conversationIds, request.limit + 1, request.from?.[0] ?? null, request.from?.[1] ?? null],
  );
  const byConversation = groupRows(rows, (row) => row.conversationId);
  return new Map(
    conversationIds.map((id) => [id, pageOf(byConversation.get(id) ?? [], request, (row) => timelineKey(row))]),
  );
}

/** Parts of those of these messages that go out as several, in order. */
export async function readPartsOf(tx: Tx, messageIds: readonly string[]): Promise<Map<string, PartFacts[]>> {
  const rows = await tx.query<PartFacts>(
    /* sql */ `
    select message_id as "messageId", part, parts, state as "sendState", failure
      from inbox.message_parts where message_id = any ($1::uuid[]) order by message_id, part`,
    [messageIds],
  );
  return groupRows(rows, (row) => row.messageId);
}

/** Sort key of an item in its timeline. */
export function timelineKey(item: Pick<MessageFacts, 'at' | 'id'>): readonly string[] {
  return [item.at.toISOString(), item.id];
}

/** Items of a conversation that arrived here after the given one, oldest first; all of them when it is unknown. */
export async function readNewerItems(
  tx: Tx,
  conversationId: string,
  seenUpTo: string,
  limit: number,
): Promise<MessageFacts[]> {
  return tx.query<MessageFacts>(
    /* sql */ `
    select ${COLUMNS} from inbox.messages m ${JOINS}
     where m.conversation_id = $1
       and m.number > coalesce((select s.number from inbox.messages s where s.id = $2 and s.conversation_id = $1), 0)
     order by m.number limit $3`,
    [conversationId, seenUpTo, limit],
  );
}
