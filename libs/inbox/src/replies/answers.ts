import type { Tx } from '@app/runtime';
import type { LockedConversation } from '../conversations/lock';

/** What a reply answers beside the conversation it is written in, and up to where. */
export interface Answers {
  /** Newest message on the writer's screen, as it counts for the conversation they write in. */
  readonly seenUpTo: string | null;
  /** The other conversation of the matter. */
  readonly also: string | null;
  /** What stands there with a greater number had not arrived before the newest message of the customer's that the writer saw. */
  readonly alsoUpTo: number | null;
}

/**
 * What a reply in a conversation answers: the whole matter, as far as its writer can have seen it. `seenUpTo` may stand in either
 * conversation. Of what stands in another than the one looked at, only numbers of the customer's messages tell what was there: a
 * reply of ours may have been numbered after something that nobody had on screen. The caller holds the conversations.
 */
export async function whatIsAnswered(tx: Tx, from: LockedConversation, seenUpTo: string): Promise<Answers> {
  const others =
    from.waitId === null
      ? []
      : await tx.query<{ id: string }>(
          'select id from inbox.conversations where wait_id = $1 and id <> $2 order by id',
          [from.waitId, from.id],
        );
  const also = others[0]?.id ?? null;
  const [seen] = await tx.query<{ here: boolean; inbound: string | null; number: number | null }>(
    /* sql */ `
    select s.conversation_id = $2 as here, x.id as inbound, x.number
      from inbox.messages s
      left join lateral (select i.id, i.number from inbox.messages i
                          where i.conversation_id = s.conversation_id and i.direction = 'inbound' and i.number <= s.number
                          order by i.number desc limit 1) x on true
     where s.id = $1 and s.conversation_id = any($3::uuid[])`,
    [seenUpTo, from.id, [from.id, ...(also === null ? [] : [also])]],
  );
  if (!seen) return { seenUpTo: null, also: null, alsoUpTo: null };
  return {
    seenUpTo: seen.here ? seenUpTo : seen.inbound,
    also: seen.number === null ? null : also,
    alsoUpTo: also === null ? null : seen.number,
  };
}
