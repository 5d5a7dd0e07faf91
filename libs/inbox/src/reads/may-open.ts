/**
 * Whether the viewer has, or once had, an offer on a conversation, on the one it continues or that continues it, or on the wait it
 * shares with another: both are one matter. `$1` is the viewing agent, `c` the conversation.
 */
export const OFFERED = /* sql */ `
  (exists (select 1 from inbox.offers v
           where v.agent_id = $1
             and v.conversation_id = any (array[c.id, c.continues]
                                          || array(select l.id from inbox.conversations l where l.continues = c.id)) offset 0)
   or exists (select 1 from inbox.offers v where v.wait_id = c.wait_id and v.agent_id = $1 offset 0))`;

/** Whether a conversation's customer, or whoever waits under its wait, stands in the queue: given to nobody. */
export const QUEUED = /* sql */ `
  (exists (select 1 from inbox.waits q where q.customer_id = c.customer_id and q.state = 'queued' offset 0)
   or exists (select 1 from inbox.waits q where q.id = c.wait_id and q.state = 'queued' offset 0))`;

/**
 * `mayOpen` of people/access.ts, where the rows themselves are chosen by it. `$1` is the viewing agent, `c` the conversation.
 * `offset 0` keeps it a look-up per row: a planner left to itself may read the whole queue instead, however long it is.
 */
export const MAY_OPEN = /* sql */ `
  (${OFFERED} or not ${QUEUED})`;
