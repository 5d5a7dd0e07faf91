import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What platforms push: apps of ours, deliveries of no account we know, files fetched later, replies in parts. Raw bytes move
 * out of `deliveries` into partitions by day, so that they are dropped when their keep time is over; the light row stays, by
 * which a repeat is recognised.
 */
export class WebhooksAndKeepTimes1763800000005 implements MigrationInterface {
  name = 'WebhooksAndKeepTimes1763800000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(/* sql */ `
      create table intake.platform_apps (
        id uuid primary key,
        workspace_id uuid not null,
        channel text not null,
        -- names it in the path of its webhooks
        key text not null,
        settings jsonb not null,
        -- AES-256-GCM
        secrets bytea not null,
        simulated boolean not null default false,
        created_at timestamptz(3) not null,
        -- counts changes; whoever holds older secrets reads them again
        version bigint not null default 1
      );
      create unique index platform_apps_key on intake.platform_apps (channel, key);

      -- requests to webhooks per hour: those that were not the platform's leave nothing but this
      create table intake.webhook_counts (
        app_id uuid not null references intake.platform_apps,
        hour timestamptz not null,
        accepted bigint not null default 0,
        rejected bigint not null default 0,
        primary key (app_id, hour)
      );

      alter table intake.accounts
        add column app_id uuid references intake.platform_apps,
        add column token_expires_at timestamptz(3),
        -- the platform forbids sending, in its words; empty: it does not
        add column hold text not null default '',
        -- of the newest word of the platform about that
        add column hold_at timestamptz(3),
        -- SHA-256 of the platform's id of the person who gave the permission
        add column connected_by bytea,
        -- when the credentials were given
        add column permitted_at timestamptz(3);
      create index accounts_connected_by on intake.accounts (channel, connected_by) where connected_by is not null;

      -- raw bytes (AES-256-GCM), by day of arrival
      create table intake.raw_bytes (
        delivery_id uuid not null,
        received_at timestamptz(3) not null,
        bytes bytea not null,
        primary key (delivery_id, received_at)
      ) partition by range (received_at);
      alter table intake.raw_bytes alter column bytes set storage external;
      create table intake.raw_bytes_rest partition of intake.raw_bytes default;
      insert into intake.raw_bytes (delivery_id, received_at, bytes) select id, received_at, raw from intake.deliveries;

      -- read | ignored | unreadable | stray (of no account we know) | erased
      alter table intake.deliveries
        drop column raw,
        alter column workspace_id drop not null,
        alter column account_id drop not null,
        add column app_id uuid references intake.platform_apps,
        -- push | poll | fill (found by back-fill after it had been missed)
        add column origin text not null default 'poll',
        -- names of kinds that were kept and not shown
        add column unsupported text[] not null default '{}';
      drop index intake.deliveries_source;
      create unique index deliveries_source on intake.deliveries (account_id, source) nulls not distinct;
      create index deliveries_received on intake.deliveries (account_id, received_at);
      create index deliveries_stray on intake.deliveries using gin ((context -> 'addresses')) where state = 'stray';
      -- what is old stands together: a few pages say where
      create index deliveries_age on intake.deliveries using brin (received_at);
      create index events_age on intake.events using brin (received_at);

      -- people whose name has been asked for
      create table intake.people (
        account_id uuid not null references intake.accounts,
        value text not null,
        asked_at timestamptz(3) not null,
        primary key (account_id, value)
      );

      alter table intake.sends
        -- the outbound message this is a part of; null: it is that message
        add column message_id uuid,
        add column part integer not null default 0,
        add column parts integer not null default 1,
        -- by which a copy without a mark of ours is recognised
        add column fingerprint text;
      create index sends_message on intake.sends (message_id) where message_id is not null;
      create index sends_native on intake.sends using gin (native_ids);
      create index sends_fingerprint on intake.sends (account_id, fingerprint) where fingerprint is not null;

      -- what was erased and must not come back: SHA-256 of account and external id
      create table intake.tombstones (
        account_id uuid not null references intake.accounts,
        hash bytea not null,
        erased_at timestamptz(3) not null,
        primary key (account_id, hash)
      );

      -- what a page of several steps keeps between them (AES-256-GCM)
      alter table intake.tickets add column state bytea;

      -- What a commit begins with: keeps the account's row until its transaction ends (null where the lease is not held any
      -- more), then tells which of the hashes are tombstones. Whoever erases changes that row in the transaction that makes
      -- tombstones: so none is missed, however the two meet.
      create function intake.hold(p_account uuid, p_lease bigint, p_exclusive boolean, p_hashes bytea[])
      returns bytea[] language plpgsql set search_path = pg_catalog as $$
      begin
        if p_exclusive then
          perform from intake.accounts where id = p_account and (p_lease is null or lease_number = p_lease) for no key update;
        else
          perform from intake.accounts where id = p_account and (p_lease is null or lease_number = p_lease) for share;
        end if;
        if not found then return null; end if;
        return array(select hash from intake.tombstones where account_id = p_account and hash = any(p_hashes));
      end $$;

      -- people who asked a platform to be forgotten; the code is what they were given
      create table intake.forget_requests (
        code text primary key,
        channel text not null,
        app_id uuid not null references intake.platform_apps,
        -- SHA-256 of the platform's id of them
        user_hash bytea not null,
        requested_at timestamptz(3) not null,
        finished_at timestamptz(3)
      );

      -- Makes the partitions of the days from p_from to p_to. A day whose rows stand in the rest already stays there.
      create function intake.make_partitions(p_from date, p_to date) returns integer
      language plpgsql security definer set search_path = pg_catalog as $$
      declare v_day date; v_made integer := 0;
      begin
        for v_day in select generate_series(p_from, p_to, interval '1 day')::date loop
          if to_regclass(format('intake.raw_bytes_%s', to_char(v_day, 'YYYYMMDD'))) is null then
            begin
              execute format('create table intake.raw_bytes_%s partition of intake.raw_bytes for values from (%L) to (%L)',
                             to_char(v_day, 'YYYYMMDD'), v_day::timestamp at time zone 'UTC', (v_day + 1)::timestamp at time zone 'UTC');
              v_made := v_made + 1;
            exception when check_violation or duplicate_table then null;
            end;
          end if;
        end loop;
        return v_made;
      end $$;
      -- Drops the partitions of days before p_before, and what is as old in the rest. Returns how many days went.
      create function intake.drop_partitions(p_before date) returns integer
      language plpgsql security definer set search_path = pg_catalog as $$
      declare v_name text; v_gone integer := 0;
      begin
        for v_name in
          select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
           where i.inhparent = 'intake.raw_bytes'::regclass and c.relname ~ '^raw_bytes_[0-9]{8}$'
             and to_date(right(c.relname, 8), 'YYYYMMDD') < p_before loop
          execute format('drop table intake.%I', v_name);
          v_gone := v_gone + 1;
        end loop;
        delete from intake.raw_bytes_rest where received_at < p_before::timestamp at time zone 'UTC';
        return v_gone;
      end $$;

      drop function intake.gauges(uuid);
      -- what arrived per account and what became of it, for people
      create function intake.gauges(p_workspace uuid)
      returns table (account_id uuid, received bigint, read bigint, ignored bigint, unreadable bigint, filled bigint,
                     to_process bigint, oldest_unprocessed_at timestamptz, last_received_at timestamptz,
                     cursor_moved_at timestamptz)
      language sql stable security definer set search_path = pg_catalog as $$
        select a.id,
               coalesce(d.received, 0), coalesce(d.read, 0), coalesce(d.ignored, 0), coalesce(d.unreadable, 0),
               coalesce(d.filled, 0), coalesce(e.waiting, 0), e.oldest, d.last, c.moved
          from intake.accounts a
          left join lateral (
            select count(*) as received, count(*) filter (where state = 'read') as read,
                   count(*) filter (where state = 'ignored') as ignored,
                   count(*) filter (where state = 'unreadable') as unreadable,
                   count(*) filter (where origin = 'fill') as filled, max(received_at) as last
              from intake.deliveries where deliveries.account_id = a.id) d on true
          left join lateral (
            select count(*) as waiting, min(received_at) as oldest
              from intake.events where events.account_id = a.id and ingested_at is null) e on true
          left join lateral (select max(moved_at) as moved from intake.cursors where cursors.account_id = a.id) c on true
         where a.workspace_id = p_workspace and a.disconnected_at is null
      $$;

      revoke all on all functions in schema intake from public;
      grant select, insert, update, delete on intake.platform_apps, intake.webhook_counts, intake.raw_bytes, intake.people,
        intake.tombstones, intake.forget_requests to evenhand_connector;
      grant execute on function intake.hold, intake.make_partitions, intake.drop_partitions to evenhand_connector;
      grant execute on function intake.gauges to evenhand_api;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(/* sql */ `
      drop function intake.hold, intake.make_partitions, intake.drop_partitions;
      drop table intake.forget_requests, intake.tombstones, intake.people, intake.webhook_counts;
      alter table intake.accounts drop column app_id, drop column token_expires_at, drop column hold, drop column hold_at, drop column connected_by,
        drop column permitted_at;
      alter table intake.sends drop column message_id, drop column part, drop column parts, drop column fingerprint;
      drop index intake.sends_native;
      drop index intake.events_age;
      drop index intake.deliveries_age;
      alter table intake.tickets drop column state;
      delete from intake.deliveries where account_id is null;
      alter table intake.deliveries add column raw bytea, drop column app_id, drop column origin, drop column unsupported;
      update intake.deliveries d set raw = r.bytes from intake.raw_bytes r where r.delivery_id = d.id;
      drop table intake.raw_bytes, intake.platform_apps;
    `);
  }
}
