import type { Database, Tx } from '../database/database';

/** A job as it was claimed. */
export interface ClaimedRow {
  readonly id: string;
  readonly name: string;
  readonly payload: unknown;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly lease_number: number;
  readonly request_id: string | null;
  readonly lane: string | null;
}

/** A due job whose id is to be given to Redis. */
export interface CarriedRow {
  readonly id: string;
  readonly name: string;
  /** Different each time the same job is given to Redis. */
  readonly turn: string;
}

/** Room for jobs of one name. */
export interface Slot {
  readonly name: string;
  readonly free: number;
  readonly leaseMs: number;
}

/** What is enqueued. Times are product time. */
export interface NewJob {
  readonly name: string;
  readonly payload: string;
  readonly key: string | undefined;
  readonly lane: string | undefined;
  readonly runAt: Date;
  readonly maxAttempts: number;
  readonly requestId: string | undefined;
}

/** Jobs of one name, counted. */
export interface JobGauge {
  readonly name: string;
  /** Due and not running, those that wait for their lane included. */
  readonly due: number;
  readonly running: number;
  readonly dead: number;
  /** Product milliseconds since the oldest due one fell due. */
  readonly oldestDueMs: number;
}

/**
 * A job may be claimed when it is due, nobody holds a live lease on it, and its lane is free: the lane is its own
 * already, or nobody's and no earlier job of the lane is due. `$1` is product time.
 */
const CLAIMABLE = /* sql */ `
  j.dead_at is null and j.run_at <= $1
  and (j.lease_until is null or j.lease_until < clock_timestamp())
  and (j.lane is null or j.holds_lane or not exists (
    select 1 from jobs.jobs o
     where o.lane = j.lane and o.dead_at is null and (o.holds_lane or (o.number < j.number and o.run_at <= $1))))`;

/** An id given to Redis that has not arrived after 5 s is taken for lost; one that has been leased had arrived. */
const LOST = `(j.carried_at < clock_timestamp() - interval '5 seconds' or j.lease_until is not null)`;
const LEFT_BY_REDIS = { none: 'true', silent: `(j.carried_at is null or ${LOST})`, answering: LOST };

/** The last statement of a claim; wants `due (id, lease_ms)` before it. */
const TAKE = /* sql */ `
  taken as (
    update jobs.jobs j
       set attempts = attempts + 1, holds_lane = lane is not null,
           lease_number = nextval('jobs.lease_number'),
           lease_until = clock_timestamp() + due.lease_ms * interval '1 millisecond'
      from due where j.id = due.id
    returning j.id, j.name, j.payload, j.attempts, j.max_attempts, j.lease_number, j.request_id, j.lane, j.number)
  select * from taken order by number`;

/** The statements on `jobs.jobs`. Safe with any number of processes; what each means is said in `jobs.ts`. */
export class JobTable {
  constructor(private readonly database: Database) {}

  /** @returns its id, or null when a live job of that name has the key. */
  async insert(tx: Tx, job: NewJob): Promise<string | null> {
    const rows = await tx.query<{ id: string }>(
      /* sql */ `
      insert into jobs.jobs (id, name, payload, key, lane, run_at, max_attempts, request_id, created_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      on conflict (name, key) where key is not null and dead_at is null do nothing
      returning id`,
      [
        tx.newId(),
        job.name,
        job.payload,
        job.key ?? null,
        job.lane ?? null,
        job.runAt,
        job.maxAttempts,
        job.requestId ?? null,
        tx.now,
      ],
    );
    return rows[0]?.id ?? null;
  }

  /** Adds jobs of one name in one statement. @returns how many; those whose key a live job has are left out. */
  async insertAll(tx: Tx, jobs: readonly NewJob[]): Promise<number> {
    const column = <K extends keyof NewJob>(name: K) => jobs.map((job) => job[name] ?? null);
    return tx.execute(
      /* sql */ `
      insert into jobs.jobs (id, name, payload, key, lane, run_at, max_attempts, request_id, created_at)
      select n.id, n.name, n.payload::jsonb, n.key, n.lane, n.run_at, n.max_attempts, n.request_id, $9
        from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::integer[], $8::text[])
             as n(id, name, payload, key, lane, run_at, max_attempts, request_id)
      on conflict (name, key) where key is not null and dead_at is null do nothing`,
      [
        jobs.map(() => tx.newId()),
        column('name'),
        column('payload'),
        column('key'),
        column('lane'),
        column('runAt'),
        column('maxAttempts'),
        column('requestId'),
        tx.now,
      ],
    );
  }

  /**
   * Takes what is due, as much as there is room for. May fail with SQLSTATE 23505 or 40P01 when lanes collide.
   * @param redis what Redis has of the due rows: nothing (`none`), those carried within the last 5 s (`silent`), or those
   *   and the ones about to be carried (`answering`); what it has is left to it.
   */
  async claim(slots: readonly Slot[], now: Date, redis: 'none' | 'silent' | 'answering'): Promise<ClaimedRow[]> {
    return this.database.query<ClaimedRow>(
      /* sql */ `
      with due as materialized (
        select j.id, s.lease_ms
          from unnest($2::text[], $3::int[], $4::int[]) s (name, free, lease_ms)
         cross join lateral (
           select j.id from jobs.jobs j
            where j.name = s.name and ${CLAIMABLE} and ${LEFT_BY_REDIS[redis]}
            order by j.run_at, j.number limit s.free for update skip locked) j),
      ${TAKE}`,
      [now, slots.map((s) => s.name), slots.map((s) => s.free), slots.map((s) => s.leaseMs)],
    );
  }

  /**
   * Takes one job whose id has arrived by Redis. It was due by the clock of who gave it there, so time is not asked again.
   * @returns undefined when it is done, in other hands, put off, or its lane is not free. May fail like `claim`.
   */
  async claimCarried(id: string, leaseMs: number): Promise<ClaimedRow | undefined> {
    const rows = await this.database.query<ClaimedRow>(
      /* sql */ `
      with due as materialized (
        select j.id, $2::int as lease_ms from jobs.jobs j
         where j.id = $1 and j.carried_at is not null and j.dead_at is null
           and (j.lease_until is null or j.lease_until < clock_timestamp())
           and (j.lane is null or j.holds_lane or not exists (
             select 1 from jobs.jobs o where o.lane = j.lane and o.dead_at is null and o.holds_lane))
           for update skip locked),
      ${TAKE}`,
      [id, leaseMs],
    );
    return rows[0];
  }

  /** Marks due jobs as given to Redis. Who calls must then give them there, or `uncarry` them. */
  async carry(names: readonly string[], now: Date, limit: number): Promise<CarriedRow[]> {
    return this.database.query<CarriedRow>(
      /* sql */ `
      with due as materialized (
        select j.id from jobs.jobs j
         where j.name = any ($2) and ${CLAIMABLE} and j.carried_at is null
         order by j.run_at, j.number limit $3 for update skip locked),
      carried as (
        update jobs.jobs j set carried_at = clock_timestamp() from due where j.id = due.id
        returning j.id, j.name, j.number, j.carried_at)
      select id, name, (extract(epoch from carried_at) * 1000000)::bigint::text as turn from carried order by number`,
      [now, names, limit],
    );
  }

  /** Redis does not have these after all. */
  async uncarry(ids: readonly string[]): Promise<void> {
    await this.database.query(
      /* sql */ `
      with back as (
        update jobs.jobs set carried_at = null where id = any ($1::uuid[]) and lease_number is null returning id)
      select count(*) from back`,
      [ids],
    );
  }

  /** Renews leases. @returns the fencing numbers that are still ours. */
  async renew(leases: readonly { id: string; leaseNumber: number; leaseMs: number }[]): Promise<Set<number>> {
    // A row that its handler's own transaction has just deleted is locked: skipped for renewing, yet still ours.
    const rows = await this.database.query<{ lease_number: number }>(
      /* sql */ `
      with ours as (
        select * from unnest($1::uuid[], $2::bigint[], $3::int[]) o (id, lease_number, lease_ms)),
      free as materialized (
        select j.id, o.lease_ms from ours o join jobs.jobs j using (id, lease_number) for update of j skip locked),
      renewed as (
        update jobs.jobs j set lease_until = clock_timestamp() + free.lease_ms * interval '1 millisecond'
          from free where j.id = free.id)
      select lease_number from ours o join jobs.jobs j using (id, lease_number)`,
      [leases.map((l) => l.id), leases.map((l) => l.leaseNumber), leases.map((l) => l.leaseMs)],
    );
    return new Set(rows.map((row) => row.lease_number));
  }

  /** Deletes a finished job. @returns false when the lease was somebody else's by then. */
  async delete(id: string, leaseNumber: number): Promise<boolean> {
    const rows = await this.database.query(
      /* sql */ `
      with gone as (delete from jobs.jobs where id = $1 and lease_number = $2 returning id) select id from gone`,
      [id, leaseNumber],
    );
    return rows.length === 1;
  }

  /**
   * Ends an attempt that failed: back to the queue at `retryAt`, or a dead letter when attempts are used up or `final`.
   * @returns what became of it; undefined when the lease was somebody else's by then.
   */
  async fail(
    id: string,
    leaseNumber: number,
    failure: { now: Date; retryAt: Date; error: string; final: boolean },
  ): Promise<'retry' | 'dead' | undefined> {
    const rows = await this.database.query<{ dead: boolean }>(
      /* sql */ `
      with failed as (
        update jobs.jobs
           set last_error = $3, run_at = $4, lease_until = null, lease_number = null, carried_at = null,
               dead_at = case when $6 or attempts >= max_attempts then $5::timestamptz end
         where id = $1 and lease_number = $2
        returning dead_at is not null as dead)
      select dead from failed`,
      [id, leaseNumber, failure.error.slice(0, 1_000), failure.retryAt, failure.now, failure.final],
    );
    if (!rows[0]) return undefined;
    return rows[0].dead ? 'dead' : 'retry';
  }

  /** Gives leases back; the attempts do not count. */
  async release(leaseNumbers: readonly number[]): Promise<void> {
    await this.database.query(
      /* sql */ `
      with released as (
        update jobs.jobs set lease_until = null, lease_number = null, carried_at = null, attempts = attempts - 1
         where lease_number = any ($1::bigint[]) returning id)
      select count(*) from released`,
      [leaseNumbers],
    );
  }

  /** Makes a dead letter due again with all its attempts. May fail with SQLSTATE 23505: its key is taken by a live job. */
  async revive(tx: Tx, id: string): Promise<string | undefined> {
    const rows = await tx.query<{ name: string }>(
      /* sql */ `
      update jobs.jobs
         set dead_at = null, attempts = 0, run_at = $2, holds_lane = false, lease_until = null, lease_number = null, carried_at = null
       where id = $1 and dead_at is not null
      returning name`,
      [id, tx.now],
    );
    return rows[0]?.name;
  }

  /** Whether anything of these names could be claimed now. */
  async anyClaimable(names: readonly string[], now: Date): Promise<boolean> {
    const rows = await this.database.query<{ found: boolean }>(
      `select exists (select 1 from jobs.jobs j where j.name = any ($2) and ${CLAIMABLE}) as found`,
      [now, names],
    );
    return rows[0]!.found;
  }

  async lastDue(lane: string): Promise<Date | undefined> {
    const rows = await this.database.query<{ at: Date | null }>(
      'select max(run_at) as at from jobs.jobs where lane = $1 and dead_at is null',
      [lane],
    );
    return rows[0]!.at ?? undefined;
  }

  async gauges(names: readonly string[], now: Date): Promise<JobGauge[]> {
    return this.database.query<JobGauge>(
      /* sql */ `
      select n.name, g.due, g.running, g.dead, g.oldest as "oldestDueMs"
        from unnest($2::text[]) n (name)
       cross join lateral (
         select count(*) filter (where not leased and run_at <= $1 and dead_at is null) as due,
                count(*) filter (where leased) as running,
                count(*) filter (where dead_at is not null) as dead,
                coalesce(extract(epoch from $1 - min(run_at) filter (where not leased and run_at <= $1 and dead_at is null)) * 1000, 0)::bigint as oldest
           from (select run_at, dead_at, coalesce(lease_until > clock_timestamp(), false) as leased
                   from jobs.jobs j where j.name = n.name) j) g`,
      [now, names],
    );
  }
}
