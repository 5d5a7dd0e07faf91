import type { Database } from '@app/runtime';
import { openSealed } from './open-sealed';

/** What `inbox.customer_facts` gives, as far as a page shows it; the file holds all of it. */
export interface CustomerFacts {
  readonly customer: { readonly pseudonym: string; readonly language: string | null } | null;
  readonly addresses: readonly { readonly channel: string; readonly value: string; readonly name?: string }[];
  readonly conversations: readonly ConversationFacts[];
  readonly waits: readonly unknown[];
  readonly rawDeliveries: readonly unknown[];
  /** What platforms told of how well known they are; see `readSealed`. */
  readonly sealed: readonly unknown[];
}

export interface ConversationFacts {
  readonly number: number;
  readonly channel: string;
  readonly with: string;
  readonly subject?: string;
  readonly messages?: readonly {
    readonly direction: string;
    readonly at: string;
    readonly text: string;
    readonly files?: readonly HeldFile[];
  }[];
}

export interface HeldFile {
  readonly sha256: string;
  readonly name: string;
  readonly size: number;
}

/** Sealed values of somebody, opened, by their addresses and ids; for a connection that may read them. */
export async function readSealed(
  database: Database,
  workspaceId: string,
  addresses: CustomerFacts['addresses'],
): Promise<unknown[]> {
  const rows = await database.query<{ values: Record<string, unknown> }>(
    /* sql */ `
    select r.channel, r.author, r.external_id as message, r.values, r.received_at as "receivedAt"
      from sealed.reach r join jsonb_to_recordset($2::jsonb) as k(channel text, value text) on k.channel = r.channel and k.value = r.author
     where r.workspace_id = $1 order by r.received_at, r.id`,
    [workspaceId, JSON.stringify(addresses)],
  );
  return rows.map((row) => ({ ...row, values: openSealed(row.values) }));
}
