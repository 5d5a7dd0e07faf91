import { uuidBytes, type Tx } from '@app/runtime';
import { lockConversation, type LockedConversation } from '../conversations/lock';
import { PRIVATE_REPLY_MS } from '../reads/reply-window';

export type PrivateReplyRefusal =
  /** It has had its one private reply. */
  | { readonly error: 'private-reply-used' }
  | { readonly error: 'private-reply-too-late' }
  /** The channel has no such thing, or nothing is left that could be answered so. */
  | { readonly error: 'private-reply-not-offered' };

/**
 * The public message that is answered in private: the newest of the customer's that the agent had on screen. Platforms allow
 * one private reply to each, for some days.
 * @returns its platform id.
 */
export async function findAnswerable(
  tx: Tx,
  conversation: LockedConversation,
  seenUpTo: string | null,
): Promise<{ readonly nativeId: string } | PrivateReplyRefusal> {
  const [message] = await tx.query<{ nativeId: string; at: Date; used: boolean }>(
    /* sql */ `
    select m.native_ids[1] as "nativeId", m.at,
           exists (select 1 from inbox.messages r where r.account_id = m.account_id and r.private_reply_to = m.native_ids[1]
                      and r.send_state <> 'failed') as used
      from inbox.messages m join inbox.accounts a on a.id = m.account_id and a.private_reply
     where m.conversation_id = $1 and m.direction = 'inbound' and m.visibility = 'public' and m.class = 'ordinary'
       and m.withdrawn_at is null and cardinality(m.native_ids) > 0
       and m.number <= (select number from inbox.messages where id = $2)
     order by m.at desc, m.id desc limit 1`,
    [conversation.id, seenUpTo],
  );
  if (!message) return { error: 'private-reply-not-offered' };
  if (message.used) return { error: 'private-reply-used' };
  if (tx.now.getTime() - message.at.getTime() > PRIVATE_REPLY_MS) return { error: 'private-reply-too-late' };
  return message;
}

/**
 * The private conversation that continues a public one, locked; begun where there is none. The platform's thread is known once
 * it has told it. The caller holds the workspace.
 */
export async function continueInPrivate(tx: Tx, from: LockedConversation): Promise<LockedConversation> {
  const [known] = await tx.query<{ id: string }>(
    /* sql */ `
    select id from inbox.conversations where continues = $1 and visibility = 'private' and account_id = $2
     order by created_at, id limit 1`,
    [from.id, from.accountId],
  );
  if (known) return (await lockConversation(tx, known.id))!;
  const id = tx.newId();
  await tx.query(
    /* sql */ `
    with numbered as (
      update inbox.workspaces set last_number = last_number + 1 where workspace_id = $1 returning last_number)
    insert into inbox.conversations (id, workspace_id, number, account_id, channel, visibility, token_key, customer_id, language,
                                     continues, last_message_at, created_at)
    select $2, $1, n.last_number, c.account_id, c.channel, 'private', $3, c.customer_id, c.language, c.id, $4, $4
      from numbered n, inbox.conversations c where c.id = $5`,
    [tx.workspaceId, id, uuidBytes(id).subarray(8), tx.now, from.id],
  );
  return (await lockConversation(tx, id))!;
}
