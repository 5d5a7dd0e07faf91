import type { Tx } from '@app/runtime';

/** An answer, written here, that has not failed. */
const ANSWER = /* sql */ `a.direction = 'outbound' and a.origin = 'evenhand' and a.reply_kind in ('answer', 'question')
  and a.send_state <> 'failed'`;
const SEEN = '(select s.number from inbox.messages s where s.id = a.seen_up_to)';

/**
 * Covers the messages that an answer answers:
 * - one written here covers what its writer had on screen (numbers up to `seen_up_to`), unless sending it failed; in the other
 *   conversation of the matter what had arrived before that (`also_answers`, `also_up_to`);
 * - one written elsewhere by a person covers everything that had arrived by its time, whichever we heard of first, and only where it
 *   stands: nobody knows what else its writer had seen;
 * - one that answers a public message in private covers as if it stood where that message stands (`answers_in`), and where it does
 *   only what belonged to the same matter.
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
            select a.id, a.at from inbox.messages a
             where a.conversation_id = m.conversation_id and a.direction = 'outbound' and a.private_reply_to is null
               and ((a.origin = 'elsewhere' and a.class = 'ordinary' and a.at >= m.at) or (${ANSWER} and m.number <= ${SEEN}))
            union all
            select a.id, a.at from (select * from inbox.messages p where p.answers_in = m.conversation_id offset 0) a
             where ${ANSWER} and m.number <= ${SEEN}
            union all
            select a.id, a.at from (select * from inbox.messages p where p.also_answers = m.conversation_id offset 0) a
             where ${ANSWER} and m.number <= a.also_up_to) a
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
