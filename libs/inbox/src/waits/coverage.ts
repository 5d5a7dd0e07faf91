import type { Tx } from '@app/runtime';

/**
 * Covers the messages that an answer answers:
 * - one written here covers what its writer had on screen (numbers up to `seen_up_to`), unless sending it failed;
 * - one written elsewhere by a person covers everything that had arrived by its time, whichever we heard of first;
 * - one that answers a public message in private covers as if it stood where that message stands, and nothing where it does.
 *
 * Holding replies and anything automatic cover nothing. The caller holds the conversations. `offset 0` keeps it a look-up per
 * conversation, also for a planner that does not know yet how large the tables have grown.
 */
export async function coverAnswered(tx: Tx, conversationIds: readonly string[]): Promise<void> {
  await tx.query(
    /* sql */ `
    with found as (
      select m.id, a.id as answer
        from inbox.messages m
        cross join lateral (
          select a.id from (
            select a.* from inbox.messages a where a.conversation_id = m.conversation_id and a.private_reply_to is null
            union all
            select a.* from inbox.conversations c
             cross join lateral (select p.* from inbox.messages p
                                  where p.conversation_id = c.id and p.direction = 'outbound' offset 0) a
             where c.continues = m.conversation_id and a.private_reply_to is not null) a
           where a.direction = 'outbound'
             and ((a.origin = 'elsewhere' and a.class = 'ordinary' and a.at >= m.at)
               or (a.origin = 'evenhand' and a.reply_kind in ('answer', 'question') and a.send_state <> 'failed'
                   and m.number <= (select s.number from inbox.messages s where s.id = a.seen_up_to)))
           order by a.at, a.id limit 1) a
       where m.conversation_id = any($1::uuid[]) and m.direction = 'inbound' and m.class = 'ordinary'
         and m.origin = 'platform' and m.covered_by is null)
    update inbox.messages m set covered_by = found.answer, version = m.version + 1 from found where m.id = found.id`,
    [conversationIds],
  );
}

/** Messages that only these answers covered wait again. @returns the conversations they are in. */
export async function uncover(tx: Tx, answerIds: readonly string[]): Promise<string[]> {
  if (answerIds.length === 0) return [];
  const rows = await tx.query<{ id: string }>(
    /* sql */ `
    update inbox.messages set covered_by = null, version = version + 1 where covered_by = any($1::uuid[])
    returning conversation_id as id`,
    [answerIds],
  );
  return [...new Set(rows.map((row) => row.id))];
}
