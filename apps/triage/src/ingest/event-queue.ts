import type { StoredEvent } from '@app/inbox';
import type { Database, Tx } from '@app/runtime';

/** Most events taken in one transaction. */
export const BATCH = 200;
/** Most bytes of one batch, as stored (compressed): a few enormous mails make a batch of their own. */
const BATCH_BYTES = 4_000_000;
/** Most events that failed, tried again in one turn. */
const SICK_BATCH = 100;

/** An account with something to take in. */
export interface Waiting {
  readonly accountId: string;
  readonly workspaceId: string;
}

/** How much waits, and how much of it could not be taken in. */
export interface Backlog {
  readonly waiting: number;
  readonly sick: number;
  readonly oldestReceivedAt: Date | null;
}

const COLUMNS = /* sql */ `e.id, e.number, e.account_id as "accountId", e.channel, e.kind, e.external_id as "externalId", e.body,
  e.received_at as "receivedAt"`;

/** `intake.events` as triage sees it: the queue of what connectors read and nobody has taken in yet. */
export class EventQueue {
  constructor(private readonly database: Database) {}

  /** Accounts that have something new, least recently served first as far as their numbers tell. */
  async waiting(): Promise<Waiting[]> {
    return this.database.query<Waiting>(/* sql */ `
      select account_id as "accountId", workspace_id as "workspaceId" from intake.events
       where ingested_at is null and attempts = 0 group by 1, 2 order by min(number) limit 1000`);
  }

  /** Events that could not be taken in, those tried least first. */
  async sick(): Promise<(Waiting & { readonly id: string })[]> {
    return this.database.query(
      /* sql */ `
      select id, account_id as "accountId", workspace_id as "workspaceId" from intake.events
       where ingested_at is null and attempts > 0 order by attempts, number limit $1`,
      [SICK_BATCH],
    );
  }

  /** Only one process takes in from an account at a time. @returns false when another does. */
  async claim(tx: Tx, accountId: string): Promise<boolean> {
    const [claimed] = await tx.query<{ mine: boolean }>(
      'select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as mine',
      [`evenhand ingest ${accountId}`],
    );
    return claimed!.mine;
  }

  /** The next events of an account, marked as ingested in this transaction: they are if it commits. */
  async next(tx: Tx, accountId: string, limit: number): Promise<StoredEvent[]> {
    const events = await tx.query<StoredEvent>(
      /* sql */ `
      with head as (
        select id, number, sum(pg_column_size(body)) over (order by number) as bytes
          from (select id, number, body from intake.events
                 where account_id = $1 and ingested_at is null and attempts = 0 order by number limit $2) e),
      taken as (select id from head where bytes <= ${BATCH_BYTES} or number = (select min(number) from head))
      update intake.events e set ingested_at = $3 from taken where e.id = taken.id returning ${COLUMNS}`,
      [accountId, limit, tx.now],
    );
    return events.sort((a, b) => a.number - b.number);
  }

  /** These events of an account, marked as `next` does; those taken in meanwhile are left out. */
  async take(tx: Tx, ids: readonly string[]): Promise<StoredEvent[]> {
    const events = await tx.query<StoredEvent>(
      /* sql */ `
      update intake.events e set ingested_at = $2, problem = null where e.id = any($1::uuid[]) and e.ingested_at is null
      returning ${COLUMNS}`,
      [ids, tx.now],
    );
    return events.sort((a, b) => a.number - b.number);
  }

  /** Notes that an event could not be taken in. It stays, visible, and is tried again now and then. */
  async complain(id: string, problem: string): Promise<void> {
    await this.database.query(
      'update intake.events set attempts = attempts + 1, problem = $2 where id = $1 and ingested_at is null',
      [id, problem.slice(0, 500)],
    );
  }

  async backlog(): Promise<Backlog> {
    const [backlog] = await this.database.query<Backlog>(/* sql */ `
      select count(*) as waiting, count(*) filter (where attempts > 0) as sick,
             min(received_at) filter (where attempts = 0) as "oldestReceivedAt"
        from intake.events where ingested_at is null`);
    return backlog!;
  }
}
