import type { InstalledProduct } from './installed-product';

/** A message as the inbox holds it. */
export interface Held {
  readonly id: string;
  readonly externalId: string | null;
  readonly nativeIds: readonly string[];
  readonly direction: 'inbound' | 'outbound';
  readonly origin: string;
  readonly class: string;
  readonly text: string;
  readonly at: Date;
  readonly edited: boolean;
  readonly withdrawn: boolean;
  readonly hidden: boolean;
  readonly reactions: readonly { by: string; emoji: string }[];
  readonly files: number;
  readonly author: string | null;
  readonly threadKey: string | null;
}

const HELD = `
  select m.id, m.external_id as "externalId", m.native_ids as "nativeIds", m.direction, m.origin, m.class, m.text, m.at,
         m.edited_at is not null as edited, m.withdrawn_at is not null as withdrawn, m.hidden, m.reactions,
         (select count(*)::int from inbox.attachments a where a.message_id = m.id) as files,
         i.value as author, c.thread_key as "threadKey"
    from inbox.messages m
    join inbox.conversations c on c.id = m.conversation_id
    left join inbox.identities i on i.id = m.identity_id
   where m.account_id = $1 and m.direction <> 'note'
   order by m.at, m.id`;

/** Everything that the inbox holds of an account, in the order of time. */
export async function heldMessages(product: InstalledProduct, accountId: string): Promise<Held[]> {
  return product.query<Held>(HELD, [accountId]);
}

/** The platform's ids under which a message is held. */
export function namesOf({ externalId, nativeIds }: Held): string[] {
  return [...new Set([...nativeIds, ...(externalId === null ? [] : [externalId.replace(/^comment:/, '')])])];
}
