import type { AccountStatus, Connector, PolicyNotice, RateLimited } from '@app/channel';
import type { Database, Tx } from '@app/runtime';
import { ACCOUNT_ROW, accountEventOf, type AccountRow } from './account-row';
import type { Intake } from './intake';

/** How reading and sending go on accounts. Every change that people see goes to triage in the same transaction. */
export abstract class AccountStanding {
  constructor(
    protected readonly database: Database,
    protected readonly connector: Pick<Connector, 'channel' | 'capabilities' | 'validate' | 'check'>,
    protected readonly intake: Intake,
  ) {}

  /**
   * How reading goes.
   * @param detail what is wrong and how to mend it, in plain English without secrets; empty when all is well.
   * @param tokenExpiresAt when the permission ends by itself; null: it does not. Left out: as it was.
   */
  async setStatus(
    id: string,
    status: Exclude<AccountStatus, 'rate_limited' | 'disconnected'>,
    detail = '',
    tokenExpiresAt?: Date | null,
  ): Promise<void> {
    const words = detail.slice(0, 2_000);
    const told = [status, words, tokenExpiresAt !== undefined, tokenExpiresAt ?? null];
    const wanted = '($2, $3, case when $4 then $5::timestamptz(3) else token_expires_at end)';
    const differs = `(status, detail, token_expires_at) is distinct from ${wanted}`;
    const known = await this.database.query<{ differs: boolean; fresh: boolean }>(
      `select ${differs} as differs, checked_at > $6::timestamptz - interval '1 minute' as fresh
         from intake.accounts where id = $1`,
      [id, ...told, this.database.clock.now()],
    );
    if (!known[0]?.differs && known[0]?.fresh) return;
    if (known[0]?.differs) {
      const set = `(status, detail, token_expires_at) = ${wanted}`;
      await this.change(id, set, `${differs} and status <> 'disconnected'`, told);
    }
    await this.database.transaction('system', (tx) =>
      tx.execute('update intake.accounts set checked_at = $2 where id = $1', [id, tx.now]),
    );
  }

  /**
   * The platform takes nothing more before `until`: nothing is sent on the account. Where it counts, or charges, all accounts of
   * the app together, none of them sends or asks for anything, and people read what it said. Ends by itself.
   */
  async pause(tx: Tx, id: string, { until, scope, message }: Pick<RateLimited, 'until' | 'scope' | 'message'>) {
    if (scope === 'account') {
      await this.changeIn(tx, id, 'paused_until = $2', '(paused_until is null or paused_until < $2)', [until]);
      return;
    }
    if (until <= tx.now) return;
    const all = await tx.query<{ id: string }>(
      `select id from intake.accounts
        where disconnected_at is null and (id = $1 or app_id = (select app_id from intake.accounts where id = $1))
        order by id for no key update`,
      [id],
    );
    const reason = message.slice(0, 2_000) || 'The platform takes nothing more for now.';
    const set = 'paused_until = greatest(paused_until, $2::timestamptz), pause_reason = $3';
    const when = `(paused_until is null or paused_until < $2 or pause_reason = '')`;
    for (const account of all) await this.changeIn(tx, account.id, set, when, [until, reason]);
  }

  /** Ends the pauses that are over. @returns how many. */
  async endPauses(): Promise<number> {
    return this.database.transaction('system', async (tx) => {
      const over = await tx.query<{ id: string }>(
        `select id from intake.accounts where channel = $1 and paused_until <= $2 and disconnected_at is null
          order by id for no key update skip locked`,
        [this.connector.channel, tx.now],
      );
      for (const { id } of over) await this.changeIn(tx, id, `paused_until = null, pause_reason = ''`, 'true', []);
      return over.length;
    });
  }

  /** Sending needs new credentials. */
  async setSendProblem(tx: Tx, id: string, problem: string): Promise<void> {
    await this.tried(tx, id);
    await this.changeIn(tx, id, 'send_problem = $2', 'send_problem is distinct from $2', [problem.slice(0, 2_000)]);
  }

  /** The platform refused to send anything on the account, and may have told nobody why: as if it had said `blocked` now. */
  async hold(tx: Tx, id: string, reason: string): Promise<void> {
    await this.tried(tx, id);
    await this.changeIn(tx, id, 'hold = $2, hold_at = $3', "hold = ''", [reason.slice(0, 1_000), tx.now]);
  }

  /** Something was sent on the account by an attempt that began `at`: nothing that was wrong before is wrong any more. */
  async couldSend(tx: Tx, id: string, at: Date): Promise<void> {
    const lifted = "hold <> '' and hold_at <= $3";
    await this.changeIn(
      tx,
      id,
      `send_problem = '', paused_until = case when paused_until > $2 then paused_until end,
       pause_reason = case when paused_until > $2 then pause_reason else '' end,
       hold = case when ${lifted} then '' else hold end, hold_at = case when ${lifted} then $3 else hold_at end`,
      `(send_problem <> '' or paused_until <= $2 or ${lifted})`,
      [tx.now, at],
    );
  }

  /** What the platform said about our sending on the account; its newest word counts, in whatever order they come. */
  async setPolicy(tx: Tx, id: string, notices: readonly PolicyNotice[]): Promise<void> {
    const decisive = notices
      .filter(({ action, at }) => action !== 'warned' && !Number.isNaN(at.getTime()))
      .toSorted((a, b) => +a.at - +b.at);
    const newest = decisive.at(-1);
    if (newest === undefined) return;
    const hold = newest.action === 'blocked' ? newest.reason.slice(0, 1_000) || 'it gave no reason' : '';
    const set = `hold = $2, hold_at = $3, send_tried_at = case when $2 = '' then send_tried_at else $4 end`;
    await this.changeIn(tx, id, set, '(hold_at is null or hold_at < $3)', [hold, newest.at, tx.now]);
  }

  /** Tells of an account again although nothing about it changed: its figures did, and people look at both together. */
  async tellAgain(tx: Tx, id: string): Promise<void> {
    await this.changeIn(tx, id, 'checked_at = checked_at', 'true', []);
  }

  protected async change(id: string, set: string, when: string, params: readonly unknown[]): Promise<void> {
    await this.database.transaction('system', (tx) => this.changeIn(tx, id, set, when, params));
  }

  protected async changeIn(tx: Tx, id: string, set: string, when: string, params: readonly unknown[]): Promise<void> {
    const sql = `update intake.accounts set ${set}, version = version + 1 where id = $1 and purged_at is null and ${when}`;
    if ((await tx.execute(sql, [id, ...params])) > 0) await this.announce(tx, id);
  }

  protected async announce(tx: Tx, id: string): Promise<void> {
    const [row] = await tx.query<AccountRow & { version: number }>(
      `select ${ACCOUNT_ROW}, version from intake.accounts where id = $1`,
      [id],
    );
    if (row) await this.intake.append(tx, row, [accountEventOf(row, this.connector.capabilities, tx.now)]);
  }

  private async tried(tx: Tx, id: string): Promise<void> {
    await tx.execute('update intake.accounts set send_tried_at = $2 where id = $1', [id, tx.now]);
  }
}
