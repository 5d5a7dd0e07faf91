import type { Tx } from '@app/runtime';

/** An idempotency key came back with another mutation: a fault of the client. */
export class IdempotencyKeyReused extends Error {
  constructor(
    readonly key: string,
    readonly first: string,
  ) {
    super(`clientMutationId was used before, for ${first}; use a new one for each intent`);
    this.name = 'IdempotencyKeyReused';
  }
}

const KEPT = '24 hours';

/**
 * Does something once per (agent, key) within 24 hours of product time and gives the first result to every repeat, even
 * to one that runs at the same time (it waits). An expected failure (`{ error }`) did nothing and is not remembered.
 *
 * @param fn its result must survive JSON; dates come back as dates only if the caller reads them again by id, so return ids.
 * @throws IdempotencyKeyReused
 */
export async function once<T extends object>(
  tx: Tx,
  call: { readonly agentId: string; readonly key: string; readonly name: string },
  fn: () => Promise<T>,
): Promise<T> {
  const key = [call.agentId, call.key];
  const [mine] = await tx.query(
    /* sql */ `
    insert into inbox.mutations as m (agent_id, key, workspace_id, name, result, at) values ($1, $2, $3, $4, 'null', $5)
    on conflict (agent_id, key) do update set name = excluded.name, result = 'null', at = excluded.at
     where m.at < excluded.at - interval '${KEPT}'
    returning 1`,
    [...key, tx.workspaceId, call.name, tx.now],
  );
  if (!mine) {
    const [first] = await tx.query<{ name: string; result: T }>(
      'select name, result from inbox.mutations where agent_id = $1 and key = $2',
      key,
    );
    if (first!.name !== call.name) throw new IdempotencyKeyReused(call.key, first!.name);
    return first!.result;
  }
  const result = await fn();
  if ('error' in result) await tx.query('delete from inbox.mutations where agent_id = $1 and key = $2', key);
  else {
    await tx.query('update inbox.mutations set result = $3::jsonb where agent_id = $1 and key = $2', [
      ...key,
      JSON.stringify(result),
    ]);
  }
  return result;
}
