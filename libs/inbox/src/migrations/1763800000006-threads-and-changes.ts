import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['message_changes', 'threads', 'message_parts', 'parked', 'tombstones', 'erasures', 'customer_exports'];

/**
 * What channels other than mail need: messages that change afterwards, facts about a platform's thread, replies that go out
 * in parts, answers that come before what they answer, a private conversation that continues a public one. And what erasing
 * a customer leaves, and what is sent to one who asks for their data.
 */
export class ThreadsAndChanges1763800000006 implements MigrationInterface {
  name = 'ThreadsAndChanges1763800000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(/* sql */ `
      alter table inbox.accounts
        add column part_length integer,
        add column public_length integer,
        add column public_files boolean not null default true,
        add column private_reply boolean not null default false,
        add column moderates boolean not null default false,
        add column token_expires_at timestamptz(3);

      -- the public conversation that a private one continues; both are one matter
      alter table inbox.conversations add column continues uuid references inbox.conversations;
      create index conversations_continues on inbox.conversations (continues) where continues is not null;

      alter table inbox.messages
        add column edited_at timestamptz(3),
        add column withdrawn_at timestamptz(3),
        -- author | us
        add column withdrawn_by text,
        -- in public, seen by its author only
        add column hidden boolean not null default false,
        -- what we asked the platform to do with it: {action, state: asked | done | refused, at, detail}
        add column moderation jsonb,
        -- [{by, emoji}], oldest first
        add column reactions jsonb not null default '[]',
        -- [{position, kind, problem?}]: files still with the platform, or given up
        add column pending_files jsonb not null default '[]',
        -- outbound: time by the platform's clock
        add column platform_at timestamptz(3),
        -- outbound: platform id of the public message that it answers in private
        add column private_reply_to text;
      -- taken back while nothing had answered them: what was written meanwhile has waited since the earlier one
      create index messages_withdrawn on inbox.messages (conversation_id, at) where withdrawn_by = 'author' and covered_by is null;
      create index messages_private_replies on inbox.messages (account_id, private_reply_to) where private_reply_to is not null;
      create index messages_native on inbox.messages using gin (native_ids) where origin = 'evenhand';

      -- set: a file of a message that was withdrawn; nobody can open it, and it is deleted soon
      alter table inbox.attachments add column detached_from uuid references inbox.messages;
      create index attachments_detached on inbox.attachments (detached_from) where detached_from is not null;

      -- what happened to messages afterwards; what a message is now follows from all of these
      create table inbox.message_changes (
        account_id uuid not null references inbox.accounts,
        external_id text not null,
        workspace_id uuid not null references inbox.workspaces,
        -- external id of the message, which may come later; a native id of one we sent
        target text not null,
        at timestamptz(3) not null,
        change jsonb not null,
        primary key (account_id, external_id)
      );
      create index message_changes_target on inbox.message_changes (account_id, target);

      -- facts about a platform's thread, known before there is a conversation, too; each only grows
      create table inbox.threads (
        account_id uuid not null references inbox.accounts,
        thread_key text not null,
        workspace_id uuid not null references inbox.workspaces,
        window_opened_at timestamptz(3),
        window_closes_at timestamptz(3),
        window_human_closes_at timestamptz(3),
        -- the platform said that the window is closed
        window_refused_at timestamptz(3),
        -- us | other | nobody
        handled_by text,
        handled_app text,
        handled_at timestamptz(3),
        delivered_up_to timestamptz(3),
        read_up_to timestamptz(3),
        primary key (account_id, thread_key)
      );

      -- replies that the platform takes as several messages; only where there are several
      create table inbox.message_parts (
        message_id uuid not null references inbox.messages,
        part integer not null,
        workspace_id uuid not null references inbox.workspaces,
        parts integer not null,
        state text not null,
        attempt integer not null,
        rank smallint not null,
        at timestamptz(3) not null,
        next_at timestamptz(3),
        failure jsonb,
        native_ids text[] not null default '{}',
        platform_at timestamptz(3),
        primary key (message_id, part)
      );

      -- what we wrote elsewhere in answer to something that has not come yet
      create table inbox.parked (
        account_id uuid not null references inbox.accounts,
        external_id text not null,
        workspace_id uuid not null references inbox.workspaces,
        -- platform ids it answers
        refs text[] not null,
        body jsonb not null,
        received_at timestamptz(3) not null,
        primary key (account_id, external_id)
      );
      create index parked_refs on inbox.parked using gin (refs);

      -- messages that were erased and must not come back: SHA-256 of account and external id
      create table inbox.tombstones (
        account_id uuid not null references inbox.accounts,
        hash bytea not null,
        workspace_id uuid not null references inbox.workspaces,
        erased_at timestamptz(3) not null,
        primary key (account_id, hash)
      );

      create table inbox.erasures (
        id uuid primary key,
        workspace_id uuid not null references inbox.workspaces,
        -- no reference: the customer is gone afterwards
        customer_id uuid not null,
        pseudonym text not null,
        -- queued | running | done | failed
        state text not null,
        -- null: an operator, or a request that came through the platform
        requested_by uuid references inbox.agents,
        reason text not null,
        requested_at timestamptz(3) not null,
        finished_at timestamptz(3),
        -- steps that have still to report: inbox, sealed, and a channel each
        waiting_for text[] not null,
        messages integer,
        attachments integer,
        sealed_values integer
      );
      create index erasures_workspace on inbox.erasures (workspace_id, requested_at desc);

      create table inbox.customer_exports (
        id uuid primary key,
        workspace_id uuid not null references inbox.workspaces,
        customer_id uuid not null references inbox.customers,
        -- queued | running | done | failed
        state text not null,
        requested_by uuid references inbox.agents,
        reason text not null,
        requested_at timestamptz(3) not null,
        -- to whom the one-time link goes
        identity_id uuid not null references inbox.identities,
        delivered_at timestamptz(3),
        link_expires_at timestamptz(3),
        -- SHA-256 of the link's token, which alone opens the file
        token_hash bytea,
        -- the encrypted file in the blob store
        file_sha256 text,
        fetched_at timestamptz(3)
      );
      create index customer_exports_token on inbox.customer_exports (token_hash) where token_hash is not null;

      -- Throws away what waited in vain for the message it belongs to. Returns how many rows went.
      create function inbox.prune_waiting(p_before timestamptz)
      returns bigint language plpgsql security definer set search_path = pg_catalog as $$
      declare v_gone bigint; v_more bigint; v_threads bigint;
      begin
        delete from inbox.parked where received_at < p_before; get diagnostics v_gone = row_count;
        -- those that are far older have been looked at before
        delete from inbox.message_changes c where c.at < p_before and c.at > p_before - interval '60 days'
           and not exists (select 1 from inbox.messages m where m.account_id = c.account_id and m.external_id = c.target)
           and not exists (select 1 from inbox.messages m where m.origin = 'evenhand' and m.native_ids @> array[c.target]
                              and m.account_id = c.account_id);
        get diagnostics v_more = row_count;
        delete from inbox.threads t
         where coalesce(greatest(t.window_opened_at, t.window_refused_at, t.handled_at, t.delivered_up_to, t.read_up_to), '-infinity') < p_before
           and not exists (select 1 from inbox.conversations c where c.account_id = t.account_id and c.thread_key = t.thread_key);
        get diagnostics v_threads = row_count;
        return v_gone + v_more + v_threads;
      end $$;
      -- Files that belong to no message any more, or were uploaded before p_before for none and stand in no draft: their hashes.
      create function inbox.loose_files(p_before timestamptz, p_limit integer) returns setof text
      language sql stable security definer set search_path = pg_catalog as $$
        select distinct a.sha256 from inbox.attachments a
         where a.message_id is null
           and (a.detached_from is not null or (a.created_at < p_before
                and not exists (select 1 from inbox.drafts d where d.workspace_id = a.workspace_id and a.id = any(d.attachment_ids))))
         limit p_limit
      $$;
      create function inbox.forget_loose_file(p_sha256 text, p_before timestamptz) returns void
      language sql security definer set search_path = pg_catalog as $$
        delete from inbox.attachments a
         where a.sha256 = p_sha256 and a.message_id is null
           and (a.detached_from is not null or (a.created_at < p_before
                and not exists (select 1 from inbox.drafts d where d.workspace_id = a.workspace_id and a.id = any(d.attachment_ids))))
      $$;
      revoke all on function inbox.prune_waiting, inbox.loose_files, inbox.forget_loose_file from public;
      grant execute on function inbox.prune_waiting, inbox.loose_files, inbox.forget_loose_file to evenhand_triage;

      ${TABLES.map(
        (table) => /* sql */ `
      alter table inbox.${table} enable row level security;
      alter table inbox.${table} force row level security;
      create policy workspace on inbox.${table}
        using (workspace_id = nullif(current_setting('evenhand.workspace', true), '')::uuid)
        with check (workspace_id = nullif(current_setting('evenhand.workspace', true), '')::uuid);
      create policy owner on inbox.${table} to current_user using (true) with check (true);
      grant select, insert, update, delete on inbox.${table} to evenhand_triage, evenhand_api;`,
      ).join('')}
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(/* sql */ `
      drop function inbox.forget_loose_file, inbox.loose_files, inbox.prune_waiting;
      alter table inbox.attachments drop column detached_from;
      drop table ${TABLES.map((table) => `inbox.${table}`).join(', ')};
      alter table inbox.messages drop column edited_at, drop column withdrawn_at, drop column withdrawn_by, drop column hidden,
        drop column moderation, drop column reactions, drop column pending_files, drop column platform_at, drop column private_reply_to;
      alter table inbox.conversations drop column continues;
      alter table inbox.accounts drop column part_length, drop column public_length, drop column public_files, drop column private_reply, drop column moderates, drop column token_expires_at;
    `);
  }
}
