import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What platforms handed over and what went out to them. Raw bytes, prepared bytes and credentials are encrypted with a
 * key that only connectors hold; triage may read `events` and mark them ingested, and nothing else here.
 */
export class Intake1763800000002 implements MigrationInterface {
  name = 'Intake1763800000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(/* sql */ `
      create schema intake;

      create table intake.accounts (
        id uuid primary key,
        workspace_id uuid not null,
        channel text not null,
        -- our own address, page id or handle; lower case
        address text not null,
        name text not null,
        settings jsonb not null,
        -- AES-256-GCM
        credentials bytea not null,
        simulated boolean not null default false,
        -- how reading goes: connected | degraded | reconnect_needed | disconnected
        status text not null default 'degraded',
        detail text not null default '',
        -- why nothing can be sent until somebody gives new credentials; empty when sending goes
        send_problem text not null default '',
        send_tried_at timestamptz(3),
        -- counts changes of settings and credentials: whoever is connected with older ones connects again
        connection_version bigint not null default 1,
        -- counts changes of name, status, detail and pause; the newest is the truth
        version bigint not null default 1,
        checked_at timestamptz(3),
        paused_until timestamptz(3),
        connected_at timestamptz(3) not null,
        disconnected_at timestamptz(3),
        lease_holder text,
        -- fencing number: grows with every change of holder
        lease_number bigint not null default 0,
        -- machine time of the database
        lease_until timestamptz
      );
      create unique index accounts_address on intake.accounts (channel, address) where disconnected_at is null;

      create table intake.cursors (
        account_id uuid not null references intake.accounts,
        stream text not null,
        cursor jsonb not null,
        moved_at timestamptz(3) not null,
        primary key (account_id, stream)
      );

      create table intake.deliveries (
        id uuid primary key,
        workspace_id uuid not null,
        account_id uuid not null references intake.accounts,
        -- the platform's own name for the delivery
        source text not null,
        raw bytea not null,
        -- bytes before encryption
        size integer not null,
        context jsonb not null,
        arrived_at timestamptz(3) not null,
        received_at timestamptz(3) not null,
        -- read | ignored | unreadable
        state text not null,
        problem text,
        attempts integer not null default 1,
        read_at timestamptz(3) not null
      );
      alter table intake.deliveries alter column raw set storage external;
      create unique index deliveries_source on intake.deliveries (account_id, source);
      create index deliveries_unreadable on intake.deliveries (account_id, received_at desc) where state = 'unreadable';

      create table intake.events (
        number bigint generated always as identity primary key,
        id uuid not null unique,
        workspace_id uuid not null,
        account_id uuid not null references intake.accounts,
        channel text not null,
        -- delivery the event was read from; null for the connector's own words
        delivery_id uuid,
        kind text not null,
        external_id text not null,
        body jsonb not null,
        received_at timestamptz(3) not null,
        ingested_at timestamptz(3),
        attempts integer not null default 0,
        problem text
      );
      create unique index events_external on intake.events (account_id, kind, external_id);
      create index events_waiting on intake.events (account_id, number) where ingested_at is null;

      -- bytes of an outbound message, built once; every attempt sends the same (AES-256-GCM)
      create table intake.prepared (
        outbound_id uuid primary key,
        workspace_id uuid not null,
        account_id uuid not null references intake.accounts,
        bytes bytea not null,
        prepared_at timestamptz(3) not null
      );
      create table intake.sends (
        outbound_id uuid not null,
        attempt integer not null,
        workspace_id uuid not null,
        account_id uuid not null references intake.accounts,
        -- committed before the first byte leaves
        started_at timestamptz(3) not null,
        -- null while unknown: sent | failed | retry | uncertain | absent
        outcome text,
        native_ids text[] not null default '{}',
        detail text,
        settled_at timestamptz(3),
        primary key (outbound_id, attempt)
      );
      create index sends_open on intake.sends (account_id, started_at) where outcome is null or outcome = 'uncertain';

      -- signed reply addresses handed out: eight random bytes of the conversation id, and the whole id
      create table intake.reply_tokens (
        account_id uuid not null references intake.accounts,
        key bytea not null,
        conversation_id uuid not null,
        primary key (account_id, key)
      );

      -- one-time links to a connector's own page for connecting an account; only the hash is kept
      create table intake.tickets (
        hash bytea primary key,
        workspace_id uuid not null,
        channel text not null,
        account_id uuid references intake.accounts,
        issued_by uuid,
        expires_at timestamptz(3) not null,
        -- how often something was sent in; a ticket is no means of trying passwords
        tries integer not null default 0,
        used_at timestamptz(3)
      );

      create function intake.ticket_issue(p_workspace uuid, p_channel text, p_account uuid, p_agent uuid, p_hash bytea, p_expires timestamptz)
      returns void language sql security definer set search_path = pg_catalog as $$
        insert into intake.tickets (hash, workspace_id, channel, account_id, issued_by, expires_at)
        values (p_hash, p_workspace, p_channel, p_account, p_agent, p_expires)
      $$;

      -- what arrived per account and what became of it, for people
      create function intake.gauges(p_workspace uuid)
      returns table (account_id uuid, received bigint, read bigint, ignored bigint, unreadable bigint, to_process bigint,
                     oldest_unprocessed_at timestamptz, last_received_at timestamptz, cursor_moved_at timestamptz)
      language sql stable security definer set search_path = pg_catalog as $$
        select a.id,
               coalesce(d.received, 0), coalesce(d.read, 0), coalesce(d.ignored, 0), coalesce(d.unreadable, 0),
               coalesce(e.waiting, 0), e.oldest, d.last, c.moved
          from intake.accounts a
          left join lateral (
            select count(*) as received, count(*) filter (where state = 'read') as read,
                   count(*) filter (where state = 'ignored') as ignored,
                   count(*) filter (where state = 'unreadable') as unreadable, max(received_at) as last
              from intake.deliveries where deliveries.account_id = a.id) d on true
          left join lateral (
            select count(*) as waiting, min(received_at) as oldest
              from intake.events where events.account_id = a.id and ingested_at is null) e on true
          left join lateral (select max(moved_at) as moved from intake.cursors where cursors.account_id = a.id) c on true
         where a.workspace_id = p_workspace and a.disconnected_at is null
      $$;

      -- deliveries that could not be read, newest first; their bytes stay with the connector
      create function intake.unreadable(p_workspace uuid, p_account uuid, p_before timestamptz, p_limit integer)
      returns table (id uuid, received_at timestamptz, size integer, problem text, attempts integer, read_at timestamptz)
      language sql stable security definer set search_path = pg_catalog as $$
        select id, received_at, size, problem, attempts, read_at from intake.deliveries
         where workspace_id = p_workspace and account_id = p_account and state = 'unreadable'
           and (p_before is null or received_at < p_before)
         order by received_at desc limit least(p_limit, 100)
      $$;

      -- a real account is connected somewhere: the demo's open door must be shut
      create function intake.has_real_account() returns boolean
      language sql stable security definer set search_path = pg_catalog as $$
        select exists (select 1 from intake.accounts where not simulated and disconnected_at is null)
      $$;

      revoke all on all functions in schema intake from public;
      grant usage on schema intake to evenhand_connector, evenhand_triage, evenhand_api;
      grant select, insert, update, delete on all tables in schema intake to evenhand_connector;
      grant usage on all sequences in schema intake to evenhand_connector;
      grant select, update (ingested_at, attempts, problem) on intake.events to evenhand_triage;
      grant execute on function intake.ticket_issue, intake.gauges, intake.unreadable, intake.has_real_account to evenhand_api;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema intake cascade');
  }
}
