import { MAY_OPEN } from './may-open';

/**
 * Which messages `m` need a person: one of which nobody knows whether it left, always; one that failed, while anything that
 * came before it still waits. A later answer, or the word that none is needed, settles that.
 */
export const NEEDS_PERSON = /* sql */ `
  (m.send_state in ('failed', 'uncertain')
   and (m.send_state = 'uncertain'
        or exists (select 1 from inbox.messages u
                    where u.conversation_id = m.conversation_id and u.number < m.number and u.direction = 'inbound'
                      and u.class = 'ordinary' and u.origin = 'platform' and u.covered_by is null
                      and u.withdrawn_by is distinct from 'author')))`;

/** Which of several is spoken of: the one with the latest news. */
export const NEWEST_TROUBLE = 'coalesce(m.send_at, m.at) desc, m.id desc';

/**
 * Conversations with a message that needs a person, as (id, at, state) of the newest one, without those that `$1` may not
 * open. The list and the figures beside it are both made of these, so they cannot differ.
 * @param workspace the parameter with the workspace, such as `$2`.
 */
export function troubled(workspace: `$${number}`): string {
  return /* sql */ `
    select distinct on (m.conversation_id) m.conversation_id as id, coalesce(m.send_at, m.at) as at, m.send_state as state
      from inbox.messages m join inbox.conversations c on c.id = m.conversation_id
     where m.workspace_id = ${workspace} and ${NEEDS_PERSON} and ${MAY_OPEN}
     order by m.conversation_id, ${NEWEST_TROUBLE}`;
}
