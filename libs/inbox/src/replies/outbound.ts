import { messageSendJobName, type ChannelKind, type FileRef, type MessageSendJob, type Visibility } from '@app/channel';
import type { Jobs, Tx } from '@app/runtime';
import { replySubject } from '../conversations/subject';

/** Most platform ids of a thread handed to a connector: the first, and the latest of the others. */
const MAX_REFERENCES = 60;

/** Where an answer to a conversation goes, and as what. */
export interface Addressed {
  /** The platform's ids of those it goes to; empty when nobody who wrote can be answered. */
  readonly to: readonly string[];
  readonly subject: string | null;
}

/**
 * An answer goes to whoever wrote last and can be answered, under the subject they used, with a single "Re: ". Ordinary
 * messages count before automatic ones; where nobody has written yet (we did, elsewhere, or in private to what was written in
 * public) it goes to the customer. In public it stands beside what it answers, whoever wrote that.
 */
export async function addressReply(tx: Tx, conversationId: string): Promise<Addressed> {
  const [latest] = await tx.query<Addressed>(
    /* sql */ `
    select reply_to as to, subject from inbox.messages
     where conversation_id = $1 and direction = 'inbound' and class <> 'own' and cardinality(reply_to) > 0
     order by class = 'ordinary' desc, at desc, id desc limit 1`,
    [conversationId],
  );
  if (latest) return { to: latest.to, subject: replySubject(latest.subject) };
  const customer = await tx.query<{ value: string; subject: string | null }>(
    /* sql */ `
    select i.value, c.subject from inbox.conversations c
      join inbox.identities i on i.customer_id = c.customer_id and i.channel = c.channel
     where c.id = $1
       and (c.visibility = 'public'
            or not exists (select 1 from inbox.messages m
                            where m.conversation_id = c.id and m.direction = 'inbound' and m.class <> 'own'))
     order by (i.value = c.thread_key) desc nulls last, i.created_at, i.id limit 1`,
    [conversationId],
  );
  return { to: customer.map((row) => row.value), subject: replySubject(customer[0]?.subject ?? null) };
}

interface OutboundRow {
  readonly id: string;
  readonly workspaceId: string;
  readonly accountId: string;
  readonly channel: ChannelKind;
  readonly conversationId: string;
  readonly at: Date;
  readonly authorName: string;
  /** Written by nobody: by Evenhand itself. */
  readonly automated: boolean;
  readonly to: string[];
  readonly subject: string | null;
  readonly text: string;
  readonly visibility: Visibility;
  readonly threadKey: string | null;
  readonly privateReplyTo: string | null;
  readonly openedAt: Date | null;
  readonly closesAt: Date | null;
  readonly humanClosesAt: Date | null;
  readonly inReplyTo: string | null;
  readonly references: string[];
  readonly attachments: FileRef[] | null;
}

/**
 * Hands a stored reply to the connector of its channel, in the transaction that stored it. Replies of one account leave in
 * order (lane); one message has at most one live job (key).
 * @param again a person decided to repeat it: the connector sends the same bytes.
 */
export async function enqueueSend(
  tx: Tx,
  jobs: Pick<Jobs, 'enqueue'>,
  messageId: string,
  again = false,
): Promise<void> {
  const [row] = await tx.query<OutboundRow>(
    /* sql */ `
    select m.id, m.workspace_id as "workspaceId", m.account_id as "accountId", c.channel, c.id as "conversationId", m.at,
           coalesce(a.display_name, o.name) as "authorName", a.id is null as automated, m.reply_to as to, m.subject, m.text,
           m.visibility, c.thread_key as "threadKey", m.private_reply_to as "privateReplyTo",
           t.window_opened_at as "openedAt", t.window_closes_at as "closesAt", t.window_human_closes_at as "humanClosesAt",
           (select i.native_ids[1] from inbox.messages i
             where i.conversation_id = c.id and i.direction = 'inbound' and cardinality(i.native_ids) > 0
             order by i.withdrawn_at is null desc, i.class = 'ordinary' desc, i.at desc, i.id desc limit 1) as "inReplyTo",
           array(select r.native_ids[1] from inbox.messages r
                  where r.conversation_id = c.id and cardinality(r.native_ids) > 0
                  order by r.at, r.id limit 2000) as references,
           (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('sha256', f.sha256, 'name', f.name, 'mime', f.mime, 'size', f.size,
                               'inline', f.inline, 'contentId', f.content_id)) order by f.position)
              from inbox.attachments f where f.message_id = m.id) as attachments
      from inbox.messages m
      join inbox.conversations c on c.id = m.conversation_id
      join inbox.accounts o on o.id = m.account_id
      left join inbox.agents a on a.id = m.agent_id
      left join inbox.threads t on t.account_id = c.account_id and t.thread_key = c.thread_key and m.visibility = 'private'
     where m.id = $1`,
    [messageId],
  );
  const { at, to, references, attachments, openedAt, closesAt, humanClosesAt, ...rest } = row!;
  const window =
    openedAt && closesAt && humanClosesAt
      ? {
          openedAt: openedAt.toISOString(),
          closesAt: closesAt.toISOString(),
          humanClosesAt: humanClosesAt.toISOString(),
        }
      : null;
  const payload: MessageSendJob = {
    outbound: {
      ...rest,
      at: at.toISOString(),
      to: to.map((value) => ({ value })),
      references:
        references.length <= MAX_REFERENCES ? references : [references[0]!, ...references.slice(1 - MAX_REFERENCES)],
      attachments: attachments ?? [],
      window,
    },
    again,
  };
  await jobs.enqueue(tx, messageSendJobName(rest.channel), payload, { key: messageId, lane: rest.accountId });
}
