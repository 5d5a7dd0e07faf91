import { createHash } from 'node:crypto';
import type { Database } from '@app/runtime';

/** What a ticket allows, once. */
export interface Ticket {
  readonly workspaceId: string;
  /** The account to connect again; null: a new one. */
  readonly accountId: string | null;
}

/** How often one ticket may be tried: mistyping is human, guessing passwords is not what it is for. */
const MAX_TRIES = 20;
/** How long a step of a page may take: as long as the api gives for the first. */
const STEP_MS = 15 * 60_000;
const VALID = `hash = $1 and channel = $2 and used_at is null and expires_at > $3 and tries < ${MAX_TRIES}`;
const FIELDS = 'workspace_id as "workspaceId", account_id as "accountId"';

/** One-time links that the api gives to admins. Only their hash is kept, here and nowhere else. */
export class Tickets {
  constructor(
    private readonly database: Database,
    private readonly channel: string,
  ) {}

  /** What the ticket allows; undefined when it is unknown, used, too old or worn out. */
  async find(ticket: string): Promise<Ticket | undefined> {
    const params = [hashOf(ticket), this.channel, this.database.clock.now()];
    return (await this.database.query<Ticket>(`select ${FIELDS} from intake.tickets where ${VALID}`, params))[0];
  }

  /** Counts a try before it is made. @returns as `find`. */
  async take(ticket: string): Promise<Ticket | undefined> {
    return this.database.transaction('system', async (tx) => {
      const params = [hashOf(ticket), this.channel, tx.now];
      const rows = await tx.query<Ticket>(
        `update intake.tickets set tries = tries + 1 where ${VALID} returning ${FIELDS}`,
        params,
      );
      return rows[0];
    });
  }

  /** What a page of several steps kept; undefined before its first step. Encrypted by whoever keeps it. */
  async state(ticket: string): Promise<Buffer | undefined> {
    const params = [hashOf(ticket), this.channel, this.database.clock.now()];
    const rows = await this.database.query<{ state: Buffer | null }>(
      `select state from intake.tickets where ${VALID}`,
      params,
    );
    return rows[0]?.state ?? undefined;
  }

  /** Keeps what a step gave. Whoever is at work has another while for the next one. */
  async keep(ticket: string, state: Buffer): Promise<void> {
    await this.database.transaction('system', (tx) =>
      tx.execute(
        `update intake.tickets set state = $4, expires_at = greatest(expires_at, $5::timestamptz) where ${VALID}`,
        [hashOf(ticket), this.channel, tx.now, state, new Date(tx.now.getTime() + STEP_MS)],
      ),
    );
  }

  /** It has served; what was kept goes. */
  async use(ticket: string): Promise<void> {
    await this.database.transaction('system', (tx) =>
      tx.execute('update intake.tickets set used_at = $2, state = null where hash = $1', [hashOf(ticket), tx.now]),
    );
  }
}

function hashOf(ticket: string): Buffer {
  return createHash('sha256').update(ticket).digest();
}
