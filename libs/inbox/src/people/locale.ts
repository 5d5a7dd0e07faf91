import type { Tx } from '@app/runtime';

/** Language in which an agent is addressed. */
export async function setLocale(tx: Tx, agentId: string, locale: 'en' | 'fr'): Promise<void> {
  await tx.query('update inbox.agents set locale = $2 where id = $1', [agentId, locale]);
}
