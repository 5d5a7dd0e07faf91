import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Work to do. PostgreSQL alone holds payload, attempts, back-off, lanes and leases; see `jobs.ts`. */
export class Jobs1763800000001 implements MigrationInterface {
  name = 'Jobs1763800000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(/* sql */ `
      create schema jobs;
      create sequence jobs.lease_number;
      create table jobs.jobs (
        id uuid primary key,
        -- order of enqueueing; decides within a lane
        number bigint generated always as identity unique,
        name text not null,
        payload jsonb not null,
        -- at most one live job per (name, key)
        key text,
        -- jobs of one lane run one at a time, in order; a retry holds its lane, a dead letter releases it
        lane text,
        -- the lane is this job's, from its first claim until it is done or dead
        holds_lane boolean not null default false,
        -- product time
        run_at timestamptz(3) not null,
        attempts integer not null default 0,
        max_attempts integer not null,
        -- machine time of the database
        lease_until timestamptz,
        -- fencing number of the present lease
        lease_number bigint,
        -- machine time at which the id was given to Redis; null: not there
        carried_at timestamptz,
        dead_at timestamptz(3),
        last_error text,
        request_id text,
        created_at timestamptz(3) not null
      ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
      create unique index jobs_key on jobs.jobs (name, key) where key is not null and dead_at is null;
      create index jobs_due on jobs.jobs (name, run_at, number) where dead_at is null;
      create index jobs_lane on jobs.jobs (lane, number) where lane is not null and dead_at is null;
      -- two claims at the same moment cannot both take a lane: the later one fails here and is repeated
      create unique index jobs_lane_holder on jobs.jobs (lane) where lane is not null and holds_lane and dead_at is null;
      create index jobs_dead on jobs.jobs (name, dead_at) where dead_at is not null;
      grant usage on schema jobs to evenhand_api, evenhand_triage, evenhand_connector, evenhand_audit;
      grant select, insert, update, delete on jobs.jobs to evenhand_api, evenhand_triage, evenhand_connector, evenhand_audit;
      grant usage on all sequences in schema jobs to evenhand_api, evenhand_triage, evenhand_connector, evenhand_audit;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema jobs cascade');
  }
}
