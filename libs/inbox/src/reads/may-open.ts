/** `mayOpen` of people/access.ts, where the rows themselves are chosen by it. `$1` is the viewing agent, `c` the conversation. */
export const MAY_OPEN = /* sql */ `
  (exists (select 1 from inbox.offers v where v.agent_id = $1 and v.conversation_id = c.id)
   or not exists (select 1 from inbox.waits q where q.customer_id = c.customer_id and q.state = 'queued'))`;
