import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables of `inbox`; each carries `workspace_id` and is bound to the workspace of the transaction. */
const TABLES = [
  'workspaces',
  'agents',
  'sessions',
  'accounts',
  'customers',
  'identities',
  'profiles',
  'conversations',
  'participants',
  'refs',
  'waits',
  'messages',
  'attachments',
  'offers',
  'drafts',
  'queue_lengths',
  'mutations',
  'changes',
];

/** The model of the inbox (architecture §4), its change log and row-level security. */
export class Inbox1763800000004 implements MigrationInterface {
  name = 'Inbox1763800000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(/* sql */ `
      create schema inbox;

      create table inbox.workspaces (
        workspace_id uuid primary key,
        name text not null,
        demo boolean not null default false,
        languages text[] not null default '{en,fr}',
        time_zone text not null default 'UTC',
        -- number of the last conversation; gives C-1042
        last_number integer not null default 1000,
        created_at timestamptz(3) not null
      );

      create table inbox.agents (
        id uuid primary key,
        workspace_id uuid not null references inbox.workspaces,
        -- lower case
        email text not null,
        display_name text not null,
        -- agent | supervisor | admin
        role text not null,
        locale text not null default 'en',
        -- argon2id; null: cannot sign in with a password
        password_hash text,
        -- most open offers at once: a protection, not a target
        capacity integer not null default 10,
        deactivated_at timestamptz(3),
        created_at timestamptz(3) not null
      );
      create unique index agents_email on inbox.agents (email);

      create table inbox.sessions (
        -- SHA-256 of the cookie's token
        token_hash bytea primary key,
        id uuid not null unique,
        workspace_id uuid not null references inbox.workspaces,
        agent_id uuid not null references inbox.agents,
        user_agent text not null,
        created_at timestamptz(3) not null,
        last_seen_at timestamptz(3) not null,
        expires_at timestamptz(3) not null
      );
      create index sessions_agent on inbox.sessions (agent_id);

      -- sign-ins counted per hashed key, by rate-limiter-flexible of the api; of no workspace
      create table inbox.sign_in_tries (
        key varchar(255) primary key,
        points integer not null default 0,
        -- machine milliseconds since 1970
        expire bigint
      );

      -- what connectors tell of our accounts; the newest version counts
      create table inbox.accounts (
        id uuid primary key,
        workspace_id uuid not null references inbox.workspaces,
        channel text not null,
        address text not null,
        name text not null,
        simulated boolean not null,
        status text not null,
        detail text not null,
        paused_until timestamptz(3),
        max_length integer,
        max_attachment_bytes integer,
        version bigint not null,
        checked_at timestamptz(3) not null
      );
      create index accounts_workspace on inbox.accounts (workspace_id);

      create table inbox.customers (
        id uuid primary key,
        workspace_id uuid not null references inbox.workspaces,
        -- "Customer 4F2": also the seed of the drawn shape
        pseudonym text not null,
        given_name text,
        language text,
        created_at timestamptz(3) not null
      );
      create index customers_workspace on inbox.customers (workspace_id, id);

      create table inbox.identities (
        id uuid primary key,
        workspace_id uuid not null references inbox.workspaces,
        customer_id uuid not null references inbox.customers,
        channel text not null,
        -- the platform's id for them; opaque
        value text not null,
        created_at timestamptz(3) not null
      );
      create unique index identities_value on inbox.identities (workspace_id, channel, value);
      create index identities_customer on inbox.identities (customer_id);

      -- name, handle, bio: read through a reveal only
      create table inbox.profiles (
        identity_id uuid primary key references inbox.identities,
        workspace_id uuid not null references inbox.workspaces,
        name text,
        handle text,
        bio text,
        updated_at timestamptz(3) not null
      );

      create table inbox.waits (
        id uuid primary key,
        workspace_id uuid not null references inbox.workspaces,
        customer_id uuid not null references inbox.customers,
        channel text not null,
        -- arrival of the earliest message not covered by an answer
        waiting_since timestamptz(3) not null,
        -- business milliseconds minus head start: the smaller goes first
        key_ms bigint not null,
        need text not null default 'standard',
        requires text[] not null default '{}',
        language text,
        -- queued | offered | taken | ended
        state text not null default 'queued',
        offer_count integer not null default 0,
        decline_count integer not null default 0,
        -- answered | dismissed | withdrawn
        end_kind text,
        end_reason text,
        ended_at timestamptz(3),
        -- agent who ended it; null: ended by the customer, or by a colleague outside Evenhand
        ended_by uuid,
        version integer not null default 1,
        created_at timestamptz(3) not null,
        constraint waits_end check ((state = 'ended') = (end_kind is not null) and (end_kind is null) = (ended_at is null))
      );
      -- the queue: its head is the first row
      create index waits_queue on inbox.waits (workspace_id, key_ms, waiting_since, id) where state = 'queued';
      create index waits_oldest on inbox.waits (workspace_id, waiting_since) where state = 'queued';
      create index waits_customer on inbox.waits (customer_id, created_at);
      create index waits_ended on inbox.waits (workspace_id, ended_at desc) where state = 'ended';

      -- How many wait, kept by the triggers below: counting a long queue for every page would cost more than the page. Whoever
      -- changes who waits holds the head of the record, so nobody waits for this row who does not wait already.
      create table inbox.queue_lengths (
        workspace_id uuid primary key references inbox.workspaces,
        waiting bigint not null
      );

      create table inbox.conversations (
        id uuid primary key,
        workspace_id uuid not null references inbox.workspaces,
        number integer not null,
        account_id uuid not null references inbox.accounts,
        channel text not null,
        visibility text not null,
        -- the platform's own conversation key, where it has one
        thread_key text,
        -- bytes 8-15 of the id: named by signed reply addresses
        token_key bytea not null,
        customer_id uuid not null references inbox.customers,
        subject text,
        language text,
        -- the open wait, if any
        wait_id uuid references inbox.waits,
        -- a stranger referred to this conversation: shown as "may belong to", never joined by itself
        may_belong_to uuid references inbox.conversations,
        -- of the newest message
        last_message_at timestamptz(3) not null,
        version integer not null default 1,
        created_at timestamptz(3) not null
      );
      create unique index conversations_number on inbox.conversations (workspace_id, number);
      create unique index conversations_thread on inbox.conversations (account_id, thread_key) where thread_key is not null;
      create unique index conversations_token on inbox.conversations (account_id, token_key);
      create index conversations_customer on inbox.conversations (customer_id, last_message_at desc);
      create index conversations_wait on inbox.conversations (wait_id) where wait_id is not null;
      -- those in which nobody waits: however many wait, a page of them is read from here
      create index conversations_done on inbox.conversations (workspace_id, last_message_at desc, id) where wait_id is null;

      -- everybody seen in a thread
      create table inbox.participants (
        conversation_id uuid not null references inbox.conversations,
        -- the platform's id for them
        value text not null,
        workspace_id uuid not null references inbox.workspaces,
        -- null: has not written; what people call themselves is in their profile
        identity_id uuid references inbox.identities,
        -- customer | other
        role text not null,
        since timestamptz(3) not null,
        primary key (conversation_id, value)
      );

      create table inbox.messages (
        id uuid primary key,
        -- order of arrival here; what an agent has seen is everything up to a number
        number bigint generated always as identity,
        workspace_id uuid not null references inbox.workspaces,
        conversation_id uuid not null references inbox.conversations,
        account_id uuid not null references inbox.accounts,
        -- null for notes and for what we write ourselves
        external_id text,
        -- inbound | outbound | note
        direction text not null,
        -- platform | evenhand | elsewhere | import
        origin text not null,
        -- ordinary | bounce | auto-reply | list | own
        class text not null default 'ordinary',
        identity_id uuid references inbox.identities,
        agent_id uuid references inbox.agents,
        visibility text not null,
        -- platform time
        at timestamptz(3) not null,
        received_at timestamptz(3) not null,
        subject text,
        text text not null,
        html text,
        quote_start integer,
        language text,
        problems text[] not null default '{}',
        unreadable boolean not null default false,
        source jsonb,
        -- sender was not a participant before: badge "new sender"
        new_sender boolean not null default false,
        native_ids text[] not null default '{}',
        -- to whom an answer goes (inbound), or went (outbound): the platform's ids for them
        reply_to text[] not null default '{}',
        -- external id of the unreadable message in whose place this one stands
        replaces text,
        -- answer | question | holding; null for inbound and notes
        reply_kind text,
        -- inbound: the wait it belongs to
        wait_id uuid references inbox.waits,
        -- inbound: the message or the ended wait that answered for it; null while it waits
        covered_by uuid,
        -- outbound: newest message the agent had on screen
        seen_up_to uuid,
        -- queued | sending | sent | delivered | read | failed | uncertain
        send_state text,
        send_attempt integer,
        -- how far the attempt has come; (sent, attempt, rank) only grows, so that news may come in any order
        send_rank smallint,
        send_at timestamptz(3),
        send_next_at timestamptz(3),
        failure jsonb,
        client_mutation_id text,
        version integer not null default 1
      );
      create unique index messages_external on inbox.messages (account_id, external_id) where external_id is not null;
      create index messages_conversation on inbox.messages (conversation_id, at, id);
      create index messages_uncovered on inbox.messages (conversation_id, at, id)
        where direction = 'inbound' and class = 'ordinary' and origin = 'platform' and covered_by is null;
      create index messages_answers on inbox.messages (conversation_id, at) where direction = 'outbound';
      create index messages_covered on inbox.messages (covered_by) where covered_by is not null;
      create index messages_replaces on inbox.messages (account_id, replaces) where replaces is not null;
      create index messages_troubled on inbox.messages (workspace_id, send_at) where send_state in ('failed', 'uncertain');
      create index messages_wait on inbox.messages (wait_id) where wait_id is not null;

      -- platform ids of messages, those only mentioned included, by which a later message finds its conversation
      create table inbox.refs (
        account_id uuid not null references inbox.accounts,
        ref text not null,
        conversation_id uuid not null references inbox.conversations,
        workspace_id uuid not null references inbox.workspaces,
        -- null: only mentioned, never seen
        message_id uuid references inbox.messages,
        -- false: met only in a recycled list, which counts for nothing without an equal subject
        direct boolean not null,
        -- base subjects of the messages that are or mention it
        subjects text[] not null,
        -- who wrote the messages that mention it (or to whom, if we wrote them)
        parties text[] not null,
        primary key (account_id, ref, conversation_id)
      );
      create index refs_conversation on inbox.refs (conversation_id);

      create table inbox.attachments (
        id uuid primary key,
        workspace_id uuid not null references inbox.workspaces,
        -- null: uploaded for a draft, not sent yet
        message_id uuid references inbox.messages,
        uploaded_by uuid references inbox.agents,
        position integer not null default 0,
        sha256 text not null,
        name text not null,
        mime text not null,
        size bigint not null,
        inline boolean not null default false,
        content_id text,
        created_at timestamptz(3) not null
      );
      create index attachments_message on inbox.attachments (message_id, position) where message_id is not null;
      -- files of drafts, by who uploaded them
      create index attachments_loose on inbox.attachments (uploaded_by, created_at) where message_id is null;

      create table inbox.offers (
        id uuid primary key,
        workspace_id uuid not null references inbox.workspaces,
        wait_id uuid not null references inbox.waits,
        conversation_id uuid not null references inbox.conversations,
        agent_id uuid not null references inbox.agents,
        offered_at timestamptz(3) not null,
        -- product time; moves on while the agent works
        lease_until timestamptz(3) not null,
        -- open | taken | answered | declined | expired | dismissed | withdrawn | returned
        state text not null default 'open',
        decline_reason text,
        closed_at timestamptz(3),
        -- number of the entry in the record
        entry bigint not null
      );
      create unique index offers_active on inbox.offers (wait_id) where state in ('open', 'taken');
      create index offers_agent on inbox.offers (agent_id, offered_at) where state in ('open', 'taken');
      create index offers_wait on inbox.offers (wait_id, agent_id);
      create index offers_conversation on inbox.offers (conversation_id, agent_id);
      create index offers_lease on inbox.offers (lease_until) where state in ('open', 'taken');

      create table inbox.drafts (
        conversation_id uuid not null references inbox.conversations,
        agent_id uuid not null references inbox.agents,
        workspace_id uuid not null references inbox.workspaces,
        text text not null,
        attachment_ids uuid[] not null default '{}',
        -- a save carrying an older revision than the stored one is ignored
        revision bigint not null,
        saved_at timestamptz(3) not null,
        primary key (conversation_id, agent_id)
      );

      -- answers already given, by the client's idempotency key; kept 24 h
      create table inbox.mutations (
        agent_id uuid not null references inbox.agents,
        key text not null,
        workspace_id uuid not null references inbox.workspaces,
        name text not null,
        result jsonb not null,
        at timestamptz(3) not null,
        primary key (agent_id, key)
      );
      create index mutations_at on inbox.mutations (at);

      -- what changed, for live views; a reader takes only rows below its snapshot's xmin
      create table inbox.changes (
        xid xid8 not null default pg_current_xact_id(),
        number bigint generated always as identity,
        workspace_id uuid not null references inbox.workspaces,
        -- queue | offer | conversation | message | draft | account | agent
        kind text not null,
        id uuid not null,
        conversation_id uuid,
        -- set: of interest to this agent only
        agent_id uuid,
        client_mutation_id text,
        at timestamptz(3) not null,
        primary key (xid, number)
      );
      create index changes_workspace on inbox.changes (workspace_id, xid, number);
      create index changes_at on inbox.changes (at);

      ${TABLES.map(
        (table) => /* sql */ `
      alter table inbox.${table} enable row level security;
      alter table inbox.${table} force row level security;
      create policy workspace on inbox.${table}
        using (workspace_id = nullif(current_setting('evenhand.workspace', true), '')::uuid)
        with check (workspace_id = nullif(current_setting('evenhand.workspace', true), '')::uuid);
      create policy owner on inbox.${table} to current_user using (true) with check (true);`,
      ).join('')}

      -- Who signs in with this address, in whatever workspace. The hash goes to the api, which alone compares it.
      create function inbox.sign_in_lookup(p_email text)
      returns table (agent_id uuid, workspace_id uuid, password_hash text)
      language sql stable security definer set search_path = pg_catalog as $$
        select a.id, a.workspace_id, a.password_hash from inbox.agents a
         where a.email = lower(p_email) and a.deactivated_at is null
      $$;
      -- Whose session this is, if it lives.
      create function inbox.session_find(p_token_hash bytea, p_now timestamptz)
      returns table (session_id uuid, agent_id uuid, workspace_id uuid, role text, locale text, expires_at timestamptz)
      language sql stable security definer set search_path = pg_catalog as $$
        select s.id, s.agent_id, s.workspace_id, a.role, a.locale, s.expires_at
          from inbox.sessions s join inbox.agents a on a.id = s.agent_id
         where s.token_hash = p_token_hash and s.expires_at > p_now and a.deactivated_at is null
      $$;
      -- Whether anybody exists yet, and the demo workspace, if there is one.
      create function inbox.installation()
      returns table (has_agents boolean, demo_workspace_id uuid)
      language sql stable security definer set search_path = pg_catalog as $$
        select exists (select 1 from inbox.agents), (select w.workspace_id from inbox.workspaces w where w.demo order by w.created_at limit 1)
      $$;
      -- The first admin and the workspace, only while nobody exists. Also starts the workspace's record.
      create function inbox.workspace_create(p_workspace uuid, p_name text, p_demo boolean, p_time_zone text, p_at timestamptz)
      returns void language plpgsql security definer set search_path = pg_catalog as $$
      begin
        insert into inbox.workspaces (workspace_id, name, demo, time_zone, created_at) values (p_workspace, p_name, p_demo, p_time_zone, p_at);
        insert into record.heads (workspace_id) values (p_workspace);
      end $$;
      -- Leases that ended, in whatever workspace: where triage has to look.
      create function inbox.due_workspaces(p_now timestamptz)
      returns table (workspace_id uuid) language sql stable security definer set search_path = pg_catalog as $$
        select distinct o.workspace_id from inbox.offers o where o.state in ('open', 'taken') and o.lease_until <= p_now
      $$;
      -- Throws away what is kept for a while only. Returns how many rows went.
      create function inbox.prune(p_mutations_before timestamptz, p_changes_before timestamptz)
      returns bigint language plpgsql security definer set search_path = pg_catalog as $$
      declare v_gone bigint; v_more bigint;
      begin
        delete from inbox.mutations where at < p_mutations_before; get diagnostics v_gone = row_count;
        delete from inbox.changes where at < p_changes_before; get diagnostics v_more = row_count;
        delete from inbox.sessions where expires_at < p_mutations_before;
        delete from inbox.sign_in_tries where expire < extract(epoch from clock_timestamp()) * 1000;
        return v_gone + v_more;
      end $$;

      -- What people call themselves, written at arrival: [{identity, name, given, at}]. The newest name stays, in whatever
      -- order names arrive; there is no way to read one. The given name alone goes to the customer.
      create function inbox.profiles_save(p_workspace uuid, p_profiles jsonb)
      returns void language sql security definer set search_path = pg_catalog as $$
        with given as (
          select i.id, i.customer_id, p->>'name' as name, p->>'given' as given, (p->>'at')::timestamptz as at
            from jsonb_array_elements(p_profiles) p
            join inbox.identities i on i.id = (p->>'identity')::uuid and i.workspace_id = p_workspace),
        saved as (
          insert into inbox.profiles (identity_id, workspace_id, name, updated_at)
          select id, p_workspace, name, at from given
          on conflict (identity_id) do update set name = excluded.name, updated_at = excluded.updated_at
           where (profiles.updated_at, profiles.name) < (excluded.updated_at, excluded.name)
          returning identity_id)
        update inbox.customers c set given_name = g.given
          from saved s join given g on g.id = s.identity_id
         where c.id = g.customer_id and c.given_name is distinct from g.given
      $$;

      create function inbox.queue_count() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
      begin
        if tg_op = 'INSERT' then
          insert into inbox.queue_lengths as l (workspace_id, waiting)
          select workspace_id, count(*) from after where state = 'queued' group by 1
          on conflict (workspace_id) do update set waiting = l.waiting + excluded.waiting;
        elsif tg_op = 'DELETE' then
          update inbox.queue_lengths l set waiting = l.waiting - b.n
            from (select workspace_id, count(*) as n from before where state = 'queued' group by 1) b
           where l.workspace_id = b.workspace_id;
        else
          insert into inbox.queue_lengths as l (workspace_id, waiting)
          select workspace_id, sum(n) from (
            select workspace_id, 1 as n from after where state = 'queued' union all
            select workspace_id, -1 from before where state = 'queued') c
           group by 1 having sum(n) <> 0
          on conflict (workspace_id) do update set waiting = l.waiting + excluded.waiting;
        end if;
        return null;
      end $$;
      create trigger waits_counted_in after insert on inbox.waits referencing new table as after
        for each statement execute function inbox.queue_count();
      create trigger waits_counted_out after delete on inbox.waits referencing old table as before
        for each statement execute function inbox.queue_count();
      create trigger waits_counted after update on inbox.waits referencing old table as before new table as after
        for each statement execute function inbox.queue_count();

      revoke all on all functions in schema inbox from public;
      grant usage on schema inbox to evenhand_api, evenhand_triage;
      grant select, insert, update, delete on all tables in schema inbox to evenhand_api, evenhand_triage;
      -- a profile is written at arrival and read through a reveal only
      revoke all on inbox.profiles from evenhand_api, evenhand_triage;
      revoke insert, update, delete on inbox.queue_lengths from evenhand_api, evenhand_triage;
      -- passwords and sessions are the api's
      revoke all on inbox.sessions, inbox.sign_in_tries from evenhand_triage;
      grant usage on all sequences in schema inbox to evenhand_api, evenhand_triage;
      grant execute on function inbox.sign_in_lookup, inbox.session_find, inbox.installation, inbox.workspace_create to evenhand_api;
      grant execute on function inbox.profiles_save, inbox.due_workspaces, inbox.prune, inbox.installation to evenhand_triage;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema inbox cascade');
  }
}
