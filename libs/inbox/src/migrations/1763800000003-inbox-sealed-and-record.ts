import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `sealed` holds reach and other committed values; only the audit reads it. `record` is append-only, through one
 * function, for everyone. Triggers are a seat belt; the proof is the delivered checkpoint (fairness.md §5).
 */
export class InboxSealedAndRecord1763800000003 implements MigrationInterface {
  name = 'InboxSealedAndRecord1763800000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(/* sql */ `
      create schema sealed;
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
      create index reach_author on sealed.reach (workspace_id, channel, author, received_at);
      create table sealed.commitments (
        commitment text primary key,
        workspace_id uuid not null,
        field text not null,
        salt bytea not null,
        value text not null,
        committed_at timestamptz not null default clock_timestamp()
      );
      -- SHA-256("fair/v1/<field>" || 0x00 || 16 bytes of salt || value), fairness.md §5.1
      create function sealed.commit(p_workspace uuid, p_field text, p_value text)
      returns text language plpgsql security definer set search_path = pg_catalog as $$
      declare v_salt bytea := uuid_send(gen_random_uuid()); v_commitment text;
      begin
        v_commitment := encode(sha256(convert_to('fair/v1/' || p_field, 'UTF8') || '\\x00'::bytea || v_salt || convert_to(p_value, 'UTF8')), 'hex');
        insert into sealed.commitments (commitment, workspace_id, field, salt, value)
        values (v_commitment, p_workspace, p_field, v_salt, p_value);
        return v_commitment;
      end $$;
      revoke all on all functions in schema sealed from public;
      grant usage on schema sealed to evenhand_connector, evenhand_triage, evenhand_api, evenhand_audit;
      grant insert on sealed.reach to evenhand_connector;
      grant select on all tables in schema sealed to evenhand_audit;
      grant execute on function sealed.commit to evenhand_connector, evenhand_triage, evenhand_api;

      create schema record;
      create table record.heads (
        workspace_id uuid primary key,
        size bigint not null default 0,
        last_at timestamptz(3) not null default 'epoch'
      );
      create table record.entries (
        workspace_id uuid not null,
        seq bigint not null,
        at timestamptz(3) not null,
        kind text not null,
        wait_id uuid,
        -- kind-specific fields: ASCII keys; strings, integers, booleans and null only
        fields jsonb not null,
        primary key (workspace_id, seq)
      );
      create index entries_wait on record.entries (wait_id, seq) where wait_id is not null;

      create function record.refuse() returns trigger language plpgsql as $$
      begin raise exception 'the record is append-only' using errcode = 'insufficient_privilege'; end $$;
      create trigger entries_append_only before update or delete on record.entries for each row execute function record.refuse();
      create trigger entries_no_truncate before truncate on record.entries for each statement execute function record.refuse();
      create trigger heads_no_delete before delete on record.heads for each row execute function record.refuse();

      -- Takes the head of a workspace's record; first statement of an offer. Only that of the transaction's own workspace.
      create function record.take_head(p_workspace uuid)
      returns bigint language sql security definer set search_path = pg_catalog as $$
        select size from record.heads
         where workspace_id = p_workspace and p_workspace::text = current_setting('evenhand.workspace', true) for update
      $$;

      -- The one way in. Entries are {kind, wait, ...fields}; numbers have no gap, time does not run back.
      -- Last statement of its transaction. Returns the number of the first entry appended.
      create function record.append(p_workspace uuid, p_at timestamptz, p_entries jsonb)
      returns bigint language plpgsql security definer set search_path = pg_catalog as $$
      declare v_size bigint; v_at timestamptz; v_count integer := jsonb_array_length(p_entries);
      begin
        if v_count = 0 then raise exception 'nothing to append'; end if;
        if p_workspace::text is distinct from current_setting('evenhand.workspace', true) then
          raise exception 'the record of another workspace' using errcode = 'insufficient_privilege';
        end if;
        update record.heads set size = size + v_count, last_at = greatest(last_at, p_at)
         where workspace_id = p_workspace returning size - v_count, last_at into v_size, v_at;
        if not found then raise exception 'workspace % has no record', p_workspace; end if;
        insert into record.entries (workspace_id, seq, at, kind, wait_id, fields)
        select p_workspace, v_size + e.ordinality, v_at, e.value->>'kind', (e.value->>'wait')::uuid, e.value - 'kind' - 'wait'
          from jsonb_array_elements(p_entries) with ordinality e;
        return v_size + 1;
      end $$;

      revoke all on all functions in schema record from public;
      grant usage on schema record to evenhand_triage, evenhand_api, evenhand_audit;
      grant execute on function record.take_head, record.append to evenhand_triage, evenhand_api, evenhand_audit;
      grant select on record.entries, record.heads to evenhand_triage, evenhand_api, evenhand_audit;
      alter table record.entries enable row level security;
      alter table record.entries force row level security;
      create policy workspace on record.entries for select to evenhand_triage, evenhand_api
        using (workspace_id = nullif(current_setting('evenhand.workspace', true), '')::uuid);
      create policy audit on record.entries for select to evenhand_audit using (true);
      create policy owner on record.entries to current_user using (true) with check (true);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema record cascade; drop schema sealed cascade');
  }
}
