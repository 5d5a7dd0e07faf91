import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What platforms charge for, credentials that change with every renewal, pauses of whole apps, the erasing of accounts that were
 * disconnected and of what its author took back, and deliveries that tell nothing of fame by their size.
 */
export class CostsAndPurges1763800000008 implements MigrationInterface {
  name = 'CostsAndPurges1763800000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(/* sql */ `
      -- what calls cost by the platform's price list, an estimate; kept 400 days
      create table intake.costs (
        account_id uuid not null references intake.accounts,
        -- of UTC, as platforms count
        day date not null,
        kind text not null,
        count bigint not null,
        micro_usd bigint not null,
        primary key (account_id, day, kind)
      );

      -- The row that whoever renews an account's credentials locks while it asks the platform. Not that of the account itself:
      -- webhooks and leases would wait for the platform with it.
      create table intake.renewals (
        account_id uuid primary key references intake.accounts,
        renewed_at timestamptz(3)
      );

      alter table intake.accounts
        -- why all accounts of the app are paused until paused_until; empty: they are not, or this one alone
        add column pause_reason text not null default '',
        -- when what came through it is to be erased, and when that was done
        add column purge_due_at timestamptz(3),
        add column purged_at timestamptz(3);
      create index accounts_purge on intake.accounts (channel, purge_due_at) where purge_due_at is not null and purged_at is null;

      -- null where the bytes tell how popular somebody is: five million is six digits longer than none
      alter table intake.deliveries alter column size drop not null;

      -- Deliveries that brought once more what was known already: what is erased or taken back goes from them, too. message: of
      -- that which it was or was about, the external id; of one of ours that was seen, our id of it.
      create table intake.copies (
        account_id uuid not null references intake.accounts,
        message text not null,
        delivery_id uuid not null,
        received_at timestamptz(3) not null,
        primary key (account_id, message, delivery_id)
      );
      create index copies_age on intake.copies using brin (received_at);
      create index events_change on intake.events (account_id, (body ->> 'target')) where kind = 'change';

      -- As before; and of an account that was erased nothing is kept any more.
      create or replace function intake.hold(p_account uuid, p_lease bigint, p_exclusive boolean, p_hashes bytea[])
      returns bytea[] language plpgsql set search_path = pg_catalog as $$
      begin
        if p_exclusive then
          perform from intake.accounts
            where id = p_account and purged_at is null and (p_lease is null or lease_number = p_lease) for no key update;
        else
          perform from intake.accounts
            where id = p_account and purged_at is null and (p_lease is null or lease_number = p_lease) for share;
        end if;
        if not found then return null; end if;
        return array(select hash from intake.tombstones where account_id = p_account and hash = any(p_hashes));
      end $$;

      drop function intake.gauges(uuid);
      -- what arrived per account and what became of it, and what it cost, for people
      create function intake.gauges(p_workspace uuid, p_today date)
      returns table (account_id uuid, received bigint, read bigint, ignored bigint, unreadable bigint, filled bigint,
                     to_process bigint, oldest_unprocessed_at timestamptz, last_received_at timestamptz,
                     cursor_moved_at timestamptz, cost_today bigint, cost_month bigint)
      language sql stable security definer set search_path = pg_catalog as $$
        select a.id,
               coalesce(d.received, 0), coalesce(d.read, 0), coalesce(d.ignored, 0), coalesce(d.unreadable, 0),
               coalesce(d.filled, 0), coalesce(e.waiting, 0), e.oldest, d.last, c.moved, p.today, p.month
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
          left join lateral (
            select sum(micro_usd) filter (where day = p_today)::bigint as today, sum(micro_usd)::bigint as month
              from intake.costs where costs.account_id = a.id and day between date_trunc('month', p_today)::date and p_today) p on true
         where a.workspace_id = p_workspace and a.disconnected_at is null
      $$;

      revoke all on all functions in schema intake from public;
      grant select, insert, update, delete on intake.costs, intake.renewals, intake.copies to evenhand_connector;
      grant execute on function intake.gauges to evenhand_api;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(/* sql */ `
      drop function intake.gauges(uuid, date);
      drop table intake.costs, intake.renewals, intake.copies;
      drop index intake.events_change;
      create or replace function intake.hold(p_account uuid, p_lease bigint, p_exclusive boolean, p_hashes bytea[])
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
      alter table intake.accounts drop column purge_due_at, drop column purged_at, drop column pause_reason;
      update intake.deliveries set size = 0 where size is null;
      alter table intake.deliveries alter column size set not null;
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
      revoke all on function intake.gauges from public;
      grant execute on function intake.gauges to evenhand_api;
    `);
  }
}
