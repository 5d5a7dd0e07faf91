import type { ChannelKind } from '@app/channel';
import type { Tx } from '@app/runtime';
import { groupRows } from './group-rows';

type WorkState = 'queued' | 'running' | 'done' | 'failed';

/** An erasure as it goes on. The customer is gone once it is done. */
export interface ErasureFacts {
  readonly id: string;
  readonly pseudonym: string;
  readonly state: WorkState;
  /** Null: an operator, or a request that came through the platform. */
  readonly requestedBy: string | null;
  readonly requestedAt: Date;
  readonly finishedAt: Date | null;
  readonly messages: number | null;
  readonly attachments: number | null;
  readonly sealedValues: number | null;
}

/** What is sent to a customer who asked for their data. */
export interface ExportFacts {
  readonly id: string;
  readonly customerId: string;
  readonly state: WorkState;
  readonly requestedBy: string | null;
  readonly requestedAt: Date;
  /** To whom the link goes. */
  readonly identityId: string;
  readonly deliveredAt: Date | null;
  readonly linkExpiresAt: Date | null;
}

/** An address or platform id of a customer, told apart from others and no more. */
export interface IdentityFacts {
  readonly id: string;
  readonly customerId: string;
  readonly channel: ChannelKind;
  readonly masked: string;
  readonly createdAt: Date;
}

/** These erasures. */
export async function readErasures(tx: Tx, ids: readonly string[]): Promise<ErasureFacts[]> {
  return tx.query<ErasureFacts>(
    /* sql */ `
    select id, pseudonym, state, requested_by as "requestedBy", requested_at as "requestedAt",
           finished_at as "finishedAt", messages, attachments, sealed_values as "sealedValues"
      from inbox.erasures where id = any ($1::uuid[])`,
    [ids],
  );
}

/** These exports. */
export async function readExports(tx: Tx, ids: readonly string[]): Promise<ExportFacts[]> {
  return tx.query<ExportFacts>(
    /* sql */ `
    select id, customer_id as "customerId", state, requested_by as "requestedBy", requested_at as "requestedAt",
           identity_id as "identityId", delivered_at as "deliveredAt", link_expires_at as "linkExpiresAt"
      from inbox.customer_exports where id = any ($1::uuid[])`,
    [ids],
  );
}

type IdentityRow = Omit<IdentityFacts, 'masked'> & { readonly value: string };
const IDENTITY = 'i.id, i.customer_id as "customerId", i.channel, i.value, i.created_at as "createdAt"';
const MOST_IDENTITIES = 50;

/** These identities. */
export async function readIdentities(tx: Tx, ids: readonly string[]): Promise<IdentityFacts[]> {
  const rows = await tx.query<IdentityRow>(`select ${IDENTITY} from inbox.identities i where i.id = any ($1::uuid[])`, [
    ids,
  ]);
  return rows.map(masked);
}

/** Identities of customers, the first that were met, oldest first. */
export async function readIdentitiesOf(tx: Tx, customerIds: readonly string[]): Promise<Map<string, IdentityFacts[]>> {
  const rows = await tx.query<IdentityRow>(
    /* sql */ `
    select ${IDENTITY}
      from unnest($1::uuid[]) c (id)
     cross join lateral (
       select * from inbox.identities o where o.customer_id = c.id order by o.created_at, o.id limit $2) i
     order by i.customer_id, i.created_at, i.id`,
    [customerIds, MOST_IDENTITIES],
  );
  return groupRows(rows.map(masked), (row) => row.customerId);
}

function masked({ value, ...facts }: IdentityRow): IdentityFacts {
  return { ...facts, masked: maskOf(value) };
}

/** Enough of an address or id to tell two apart: "d…@e….org", "7…42". */
export function maskOf(value: string): string {
  const [, local, domain] = /^(.+)@([^@]+)$/u.exec(value) ?? [];
  if (local === undefined || domain === undefined) return `${first(value)}…${value.length > 6 ? value.slice(-2) : ''}`;
  const end = domain.lastIndexOf('.');
  return `${first(local)}…@${first(domain)}…${end > 0 ? domain.slice(end) : ''}`;
}

function first(text: string): string {
  return String.fromCodePoint(text.codePointAt(0)!);
}
