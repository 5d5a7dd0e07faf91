import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Erasing a customer, telling one what is held, and the keep time of what is sealed. `sealed.reach` comes in partitions by day,
 * so that a day is dropped whole and leaves nothing behind in the files.
 */
export class Erasure1763800000007 implements MigrationInterface {
  name = 'Erasure1763800000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(/* sql */ `
      -- when the files of the database were rewritten after it, so that nothing of it is left in them
      alter table inbox.erasures add column scrubbed_at timestamptz(3);
      -- who else refers to a file
      create index attachments_file on inbox.attachments (sha256);

      alter table sealed.reach rename to reach_before;
      drop index sealed.reach_author;
      alter table sealed.reach_before drop constraint reach_pkey;
      create table sealed.reach (
        id uuid not null,
        workspace_id uuid not null,
        account_id uuid not null,
        channel text not null,
        external_id text not null,
        author text not null,
        values jsonb not null,
        received_at timestamptz(3) not null,
        primary key (id, received_at)
      ) partition by range (received_at);
      create index reach_author on sealed.reach (workspace_id, channel, author, received_at);
      create table sealed.reach_rest partition of sealed.reach default;
      insert into sealed.reach select id, workspace_id, account_id, channel, external_id, author, values, received_at from sealed.reach_before;
      drop table sealed.reach_before;
      grant insert on sealed.reach to evenhand_connector;
      grant select on sealed.reach to evenhand_audit;

      -- Makes the partitions of the days from p_from to p_to. A day whose rows stand in the rest already stays there.
      create function sealed.make_partitions(p_from date, p_to date) returns integer
      language plpgsql security definer set search_path = pg_catalog as $$
      declare v_day date; v_made integer := 0;
      begin
        for v_day in select generate_series(p_from, p_to, interval '1 day')::date loop
          if to_regclass(format('sealed.reach_%s', to_char(v_day, 'YYYYMMDD'))) is null then
            begin
              execute format('create table sealed.reach_%s partition of sealed.reach for values from (%L) to (%L)',
                             to_char(v_day, 'YYYYMMDD'), v_day::timestamp at time zone 'UTC', (v_day + 1)::timestamp at time zone 'UTC');
              v_made := v_made + 1;
            exception when check_violation or duplicate_table then null;
            end;
          end if;
        end loop;
        return v_made;
      end $$;
      -- Drops the partitions of days before p_before, what is as old in the rest, and the salts and values of commitments as
      -- old: their commitments stay in the record and open no more. Returns how many days went.
      create function sealed.drop_partitions(p_before date) returns integer
      language plpgsql security definer set search_path = pg_catalog as $$
      declare v_name text; v_gone integer := 0;
      begin
        for v_name in
          select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
           where i.inhparent = 'sealed.reach'::regclass and c.relname ~ '^reach_[0-9]{8}$'
             and to_date(right(c.relname, 8), 'YYYYMMDD') < p_before loop
          execute format('drop table sealed.%I', v_name);
          v_gone := v_gone + 1;
        end loop;
        delete from sealed.reach_rest where received_at < p_before::timestamp at time zone 'UTC';
        delete from sealed.commitments where committed_at < p_before::timestamp at time zone 'UTC';
        return v_gone;
      end $$;
      -- What was sealed about people, [{channel, value}], until p_until. Returns how many values went.
      create function sealed.forget(p_workspace uuid, p_people jsonb, p_until timestamptz) returns bigint
      language plpgsql security definer set search_path = pg_catalog as $$
      declare v_gone bigint;
      begin
        delete from sealed.reach r using jsonb_to_recordset(p_people) as p(channel text, value text)
         where r.workspace_id = p_workspace and r.channel = p.channel and r.author = p.value and r.received_at <= p_until;
        get diagnostics v_gone = row_count;
        return v_gone;
      end $$;

      -- What people call themselves goes with them.
      create function inbox.profiles_forget(p_workspace uuid, p_identities uuid[]) returns void
      language sql security definer set search_path = pg_catalog as $$
        delete from inbox.profiles where workspace_id = p_workspace and identity_id = any(p_identities)
      $$;
      -- Of these files, those that nothing in any workspace refers to, what is still to be taken in or sent included.
      create function inbox.unused_files(p_files text[]) returns setof text
      language sql stable security definer set search_path = pg_catalog as $$
        select f from unnest(p_files) f
         where not exists (select 1 from inbox.attachments a where a.sha256 = f)
           and not exists (select 1 from inbox.customer_exports x where x.file_sha256 = f)
           and not exists (select 1 from intake.events e where e.ingested_at is null
                             and (e.body -> 'attachments' @> jsonb_build_array(jsonb_build_object('sha256', f))
                               or e.body -> 'source' ->> 'sha256' = f or e.body -> 'change' -> 'file' ->> 'sha256' = f))
           and not exists (select 1 from jobs.jobs j
                            where j.payload -> 'outbound' -> 'attachments' @> jsonb_build_array(jsonb_build_object('sha256', f)))
        except select m.source ->> 'sha256' from inbox.messages m where m.source is not null
      $$;

      -- Whether an erasure is done whose rows still stand in the files of the database.
      create function inbox.erasures_to_scrub() returns boolean
      language sql stable security definer set search_path = pg_catalog as $$
        select exists (select 1 from inbox.erasures where state = 'done' and scrubbed_at is null)
      $$;

      -- Everything that is held about a customer, but for what is sealed. What other customers wrote in the same conversations is
      -- theirs, and who of us wrote is ours.
      create function inbox.customer_facts(p_customer uuid) returns jsonb
      language sql stable security definer set search_path = pg_catalog as $$
        with known as (select id from inbox.identities where customer_id = p_customer),
        told as (
          select m.conversation_id, m.at, m.id, m.account_id, m.external_id,
                 jsonb_strip_nulls(jsonb_build_object(
                   'direction', m.direction, 'kind', m.class, 'visibility', m.visibility, 'at', m.at, 'receivedAt', m.received_at,
                   'subject', m.subject, 'text', m.text, 'html', m.html, 'language', m.language, 'platformIds', m.native_ids,
                   'problems', nullif(m.problems, '{}'), 'editedAt', m.edited_at, 'withdrawnAt', m.withdrawn_at,
                   'reactions', nullif(m.reactions, '[]'), 'sendState', m.send_state, 'wentTo', nullif(m.reply_to, '{}'),
                   'files', (select jsonb_agg(jsonb_build_object('sha256', a.sha256, 'name', a.name, 'mime', a.mime, 'size', a.size)
                                              order by a.position)
                               from inbox.attachments a where a.message_id = m.id))) as message
            from inbox.messages m join inbox.conversations c on c.id = m.conversation_id
           where (c.customer_id = p_customer and m.direction <> 'inbound') or m.identity_id in (select id from known))
        select jsonb_build_object(
          'customer', (select jsonb_build_object('id', c.id, 'pseudonym', c.pseudonym, 'givenName', c.given_name,
                                                 'language', c.language, 'since', c.created_at)
                         from inbox.customers c where c.id = p_customer),
          'addresses', (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                           'channel', i.channel, 'value', i.value, 'since', i.created_at, 'name', p.name, 'handle', p.handle,
                           'bio', p.bio)) order by i.created_at, i.id), '[]')
                          from inbox.identities i left join inbox.profiles p on p.identity_id = i.id where i.customer_id = p_customer),
          'conversations', (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                              'number', c.number, 'channel', c.channel, 'visibility', c.visibility, 'with', a.address,
                              'subject', c.subject, 'language', c.language, 'since', c.created_at,
                              'messages', (select jsonb_agg(t.message order by t.at, t.id) from told t where t.conversation_id = c.id)))
                              order by c.number), '[]')
                              from inbox.conversations c join inbox.accounts a on a.id = c.account_id
                             where c.customer_id = p_customer or c.id in (select conversation_id from told)),
          'waits', (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                       'id', w.id, 'channel', w.channel, 'waitingSince', w.waiting_since, 'need', w.need, 'state', w.state,
                       'end', w.end_kind, 'reason', w.end_reason, 'endedAt', w.ended_at)) order by w.created_at, w.id), '[]')
                      from inbox.waits w where w.customer_id = p_customer),
          'rawDeliveries', (select coalesce(jsonb_agg(distinct jsonb_build_object('receivedAt', d.received_at, 'bytes', d.size)), '[]')
                              from told t join intake.events e on e.account_id = t.account_id and e.kind = 'message'
                                                              and e.external_id = t.external_id
                              join intake.deliveries d on d.id = e.delivery_id))
      $$;
      -- The same for the audit, only while the customer has asked for it.
      create function inbox.export_facts(p_export uuid) returns jsonb
      language sql stable security definer set search_path = pg_catalog as $$
        select inbox.customer_facts(x.customer_id) from inbox.customer_exports x
         where x.id = p_export and x.state in ('queued', 'running')
      $$;

      revoke all on function sealed.make_partitions, sealed.drop_partitions, sealed.forget, inbox.profiles_forget,
        inbox.unused_files, inbox.erasures_to_scrub, inbox.customer_facts, inbox.export_facts from public;
      grant execute on function sealed.make_partitions, sealed.drop_partitions, sealed.forget, inbox.export_facts to evenhand_audit;
      grant execute on function inbox.profiles_forget, inbox.unused_files, inbox.erasures_to_scrub to evenhand_triage;
      grant usage on schema inbox to evenhand_audit;
      grant select, update on inbox.customer_exports to evenhand_audit;
      create policy audit on inbox.customer_exports to evenhand_audit using (true) with check (true);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(/* sql */ `
      drop policy audit on inbox.customer_exports;
      revoke all on inbox.customer_exports from evenhand_audit;
      revoke usage on schema inbox from evenhand_audit;
      drop function inbox.export_facts, inbox.customer_facts, inbox.erasures_to_scrub, inbox.unused_files, inbox.profiles_forget, sealed.forget,
        sealed.drop_partitions, sealed.make_partitions;
      alter table sealed.reach rename to reach_before;
      create table sealed.reach (
        id uuid primary key,
        workspace_id uuid not null,
        account_id uuid not null,
        channel text not null,
        external_id text not null,
        author text not null,
        values jsonb not null,
        received_at timestamptz(3) not null
      );
      insert into sealed.reach select id, workspace_id, account_id, channel, external_id, author, values, received_at from sealed.reach_before;
      drop table sealed.reach_before;
      create index reach_author on sealed.reach (workspace_id, channel, author, received_at);
      grant insert on sealed.reach to evenhand_connector;
      grant select on sealed.reach to evenhand_audit;
      drop index inbox.attachments_file;
      alter table inbox.erasures drop column scrubbed_at;
    `);
  }
}
