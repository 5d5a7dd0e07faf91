import type { ChannelKind } from '@app/channel';
import type { Tx } from '@app/runtime';
import { lockConversations } from '../conversations/lock';

/** An address or platform id of the customer. */
export interface Known {
  readonly id: string;
  readonly channel: ChannelKind;
  readonly value: string;
}

/** What an erasure takes away, found out before anything is changed. */
export interface WhatGoes {
  readonly identities: readonly Known[];
  /** Conversations with the customer: they go whole. */
  readonly own: readonly string[];
  /** Conversations with somebody else in which the customer wrote, too: what they wrote there is blanked. */
  readonly others: readonly string[];
  readonly channels: readonly ChannelKind[];
  /** External ids by account, under which something of it could come again. */
  readonly externals: readonly { readonly accountId: string; readonly channel: ChannelKind; readonly id: string }[];
  /** Messages that Evenhand sent. */
  readonly outbound: readonly { readonly accountId: string; readonly channel: ChannelKind; readonly id: string }[];
}

/** Messages that go: `$1` conversations of their own, `$2` those of others, `$3` their identities. */
export const THEIRS = /* sql */ `
  (m.conversation_id = any($1::uuid[])
   or (m.conversation_id = any($2::uuid[]) and m.direction = 'inbound' and m.identity_id = any($3::uuid[])))`;

/** The caller holds the workspace: nothing is taken in meanwhile. Holds the conversations from here on: nothing is answered either. */
export async function whatGoes(tx: Tx, customerId: string): Promise<WhatGoes> {
  const identities = await tx.query<Known>(
    'select id, channel, value from inbox.identities where customer_id = $1 order by id',
    [customerId],
  );
  const ids = identities.map(({ id }) => id);
  const conversations = await tx.query<{ id: string; own: boolean; channel: ChannelKind }>(
    /* sql */ `
    select c.id, c.customer_id = $1 as own, c.channel from inbox.conversations c
     where c.customer_id = $1 or c.id in (select m.conversation_id from inbox.messages m where m.identity_id = any($2::uuid[]))
     order by c.id`,
    [customerId, ids],
  );
  await lockConversations(
    tx,
    conversations.map(({ id }) => id),
  );
  const own = conversations.filter((c) => c.own).map(({ id }) => id);
  const others = conversations.filter((c) => !c.own).map(({ id }) => id);
  return {
    identities,
    own,
    others,
    channels: [...new Set([...identities, ...conversations].map(({ channel }) => channel))].sort(),
    externals: await externalsOf(tx, own, others, ids),
    outbound: await tx.query(
      /* sql */ `
      select m.account_id as "accountId", a.channel, m.id from inbox.messages m join inbox.accounts a on a.id = m.account_id
       where m.conversation_id = any($1::uuid[]) and m.origin = 'evenhand' and m.direction = 'outbound' order by m.id`,
      [own],
    ),
  };
}

/**
 * What came from them, what we wrote to them elsewhere, and the copies of what Evenhand sent: a platform shows those under its own
 * id, in public with the word before it by which connectors tell comments apart; what connectors tell of whom we wrote to names our
 * own id. Also what has been read and not been taken in.
 */
async function externalsOf(tx: Tx, own: readonly string[], others: readonly string[], ids: readonly string[]) {
  return tx.query<{ accountId: string; channel: ChannelKind; id: string }>(
    /* sql */ `
    with theirs as (
      select m.id, m.account_id, m.external_id, m.replaces, m.native_ids, m.visibility, m.origin, m.direction
        from inbox.messages m where ${THEIRS}),
    copies as (
      select account_id, visibility, n as id from theirs, unnest(native_ids) n where origin = 'evenhand' and direction = 'outbound'
      union select t.account_id, t.visibility, n from theirs t join inbox.message_parts p on p.message_id = t.id, unnest(p.native_ids) n),
    values as (
      select i.channel, i.value from inbox.identities i where i.id = any($3::uuid[])
      union select c.channel, c.thread_key from inbox.conversations c where c.id = any($1::uuid[]) and c.thread_key is not null),
    found as (
      select account_id, external_id as id from theirs where external_id is not null
      union select account_id, replaces from theirs where replaces is not null
      union select account_id, id::text from theirs where origin = 'evenhand' and direction = 'outbound'
      union select account_id, id from copies
      union select account_id, 'comment:' || id from copies where visibility = 'public'
      union select p.account_id, p.external_id from inbox.parked p
             where p.refs && (select coalesce(array_agg(n), '{}') from theirs, unnest(native_ids) n)
      union select e.account_id, e.external_id from intake.events e
             where e.workspace_id = $4 and e.ingested_at is null and e.kind = 'message'
               and exists (select 1 from values v where v.channel = e.channel
                             and (v.value = e.body -> 'author' ->> 'value' or v.value = e.body -> 'threading' ->> 'threadKey')))
    select f.account_id as "accountId", a.channel, f.id from found f join inbox.accounts a on a.id = f.account_id order by 1, 3`,
    [own, others, ids, tx.workspaceId],
  );
}

/** Files of what goes, the customer's and ours, uploads for replies that were never sent included. @returns their hashes. */
export async function filesOf(tx: Tx, { own, others, identities }: WhatGoes): Promise<string[]> {
  const rows = await tx.query<{ sha256: string }>(
    /* sql */ `
    with theirs as (select m.id, m.source from inbox.messages m where ${THEIRS})
    select a.sha256 from inbox.attachments a where a.message_id in (select id from theirs) or a.detached_from in (select id from theirs)
    union select source ->> 'sha256' from theirs where source is not null
    union select a.sha256 from inbox.drafts d join inbox.attachments a on a.id = any(d.attachment_ids) and a.message_id is null
           where d.conversation_id = any($1::uuid[])
    union select x.file_sha256 from inbox.customer_exports x
           where x.identity_id = any($3::uuid[]) and x.file_sha256 is not null`,
    [own, others, identities.map(({ id }) => id)],
  );
  return rows.map(({ sha256 }) => sha256);
}
