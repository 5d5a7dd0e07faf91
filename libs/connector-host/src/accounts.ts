import { createHash } from 'node:crypto';
import {
  CredentialsRejected,
  type RateLimited,
  type AccountStatus,
  type Connector,
  type ConnectorAccount,
  type PlatformApp,
  type PolicyNotice,
} from '@app/channel';
import { sqlState, type Database, type Logger, type Tx } from '@app/runtime';
import { ACCOUNT_ROW, accountEventOf, type AccountRow } from './account-row';
import type { Intake } from './intake';
import { PlatformApps } from './platform-apps';
import { Renewals, type MakeCredentials } from './renewals';
import type { Vault } from './vault';

/** What an operator gives to connect an account. */
export interface NewAccount {
  readonly workspaceId: string;
  readonly address: string;
  readonly name: string;
  readonly settings: unknown;
  readonly credentials: unknown;
  /** A simulated provider's; shown as such, so that nobody takes a demo for real. */
  readonly simulated?: boolean;
  /** Through which app of ours; where the channel knows such. */
  readonly appId?: string;
  /** The platform's id of the person who gave the permission; only its hash is kept. */
  readonly connectedBy?: string;
}

/** What may be left out or new when an account is connected again. */
export interface ReconnectOptions {
  /** `false` skips trying the credentials. */
  readonly check: boolean;
  /** As in `NewAccount`; left out, as before. */
  readonly appId?: string;
  readonly connectedBy?: string;
}

/** The address is connected already. */
export class AddressTaken extends Error {
  constructor(address: string) {
    super(`${address} is connected already. Its password and servers are changed on the page, under Accounts.`);
    this.name = 'AddressTaken';
  }
}

/** There is no such account, or it was disconnected. */
export class UnknownAccount extends Error {
  constructor(id: string) {
    super(`there is no connected account ${id}`);
    this.name = 'UnknownAccount';
  }
}

const CHECK_TIMEOUT_MS = 30_000;
const MAX_ACCOUNTS = 10_000;
/** Clocks differ, and platforms tell the second: what was allowed shortly after was meant, milliseconds. */
const REVOKED_WITHIN_MS = 1_000;

/** The accounts of one connector's channel. Every change that people see goes to triage in the same transaction. */
export class Accounts {
  /** Our apps at the platform of the channel. */
  readonly apps: PlatformApps;
  private readonly renewals: Renewals;

  constructor(
    private readonly database: Database,
    private readonly connector: Pick<Connector, 'channel' | 'capabilities' | 'validate' | 'check'>,
    private readonly vault: Vault,
    private readonly intake: Intake,
    logger?: Logger,
  ) {
    this.apps = new PlatformApps(database, vault, connector.channel);
    const absent = (id: string): Error => new UnknownAccount(id);
    this.renewals = new Renewals({ database, vault, absent, ...(logger && { logger }) });
  }

  /**
   * Connects an account.
   * @param options `check: false` skips trying the credentials (a simulated provider may start later).
   * @throws AddressTaken, or what `Connector.validate` and `Connector.check` throw, in words for the operator.
   */
  async add(given: NewAccount, options: { check: boolean } = { check: true }): Promise<string> {
    this.connector.validate(given.settings, given.credentials);
    const address = given.address.trim().toLowerCase();
    if (options.check) await this.check({ ...given, address });
    try {
      return await this.database.transaction('system', async (tx) => {
        const id = tx.newId();
        await tx.execute(
          `insert into intake.accounts (id, workspace_id, channel, address, name, settings, credentials, simulated, status,
                                        checked_at, connected_at, app_id, connected_by, permitted_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, $10)`,
          [
            id,
            given.workspaceId,
            this.connector.channel,
            address,
            given.name,
            JSON.stringify(given.settings),
            this.sealed(id, given.credentials),
            given.simulated ?? false,
            options.check ? 'connected' : 'degraded',
            tx.now,
            given.appId ?? null,
            given.connectedBy === undefined ? null : personHash(given.connectedBy),
          ],
        );
        await this.announce(tx, id);
        return id;
      });
    } catch (error) {
      if (sqlState(error) === '23505') throw new AddressTaken(address);
      throw error;
    }
  }

  /** Replaces settings and credentials, after trying them; queued messages go out and reading starts again. */
  async reconnect(
    id: string,
    settings: unknown,
    credentials: unknown,
    options: ReconnectOptions = { check: true },
  ): Promise<void> {
    this.connector.validate(settings, credentials);
    const account = await this.get(id);
    const appId = options.appId ?? account.appId;
    if (options.check) {
      const { workspaceId, address, name } = account;
      await this.check({ workspaceId, address, name, settings, credentials, ...(appId === null ? {} : { appId }) });
    }
    await this.database.transaction('system', async (tx) => {
      await tx.execute(
        `update intake.accounts set settings = $2, credentials = $3, connection_version = connection_version + 1,
                status = $4, detail = '', send_problem = '', version = version + 1, checked_at = $5, permitted_at = $5,
                app_id = $6, connected_by = coalesce($7, connected_by), hold = '', hold_at = $5
          where id = $1`,
        [
          id,
          JSON.stringify(settings),
          this.sealed(id, credentials),
          options.check ? 'connected' : 'degraded',
          tx.now,
          appId,
          options.connectedBy === undefined ? null : personHash(options.connectedBy),
        ],
      );
      await this.announce(tx, id);
    });
  }

  /**
   * Renews credentials that change with every renewal; see `Renewals`. What is read or sent goes on meanwhile, with the old
   * ones. A function of its own, to be handed on.
   * @returns the credentials that are stored now.
   * @throws UnknownAccount, CredentialsRejected, VaultClosed, Transient after 30 s, and what `make` throws.
   */
  readonly renew = (id: string, make: MakeCredentials): Promise<unknown> => this.renewals.renew(id, make);

  /** Tries the account as it is stored. @throws UnknownAccount, and what `Connector.check` throws. */
  async try(id: string): Promise<void> {
    await this.connector.check(await this.open(id), AbortSignal.timeout(CHECK_TIMEOUT_MS));
  }

  /** Changes the name customers see. */
  async rename(id: string, name: string): Promise<void> {
    await this.change(id, 'name = $2', 'name is distinct from $2', [name]);
  }

  /** Stops reading and sending on the account; what it brought stays. */
  async disconnect(id: string): Promise<void> {
    const status = "status = 'disconnected', detail = '', disconnected_at = $2, lease_until = null";
    await this.change(id, status, 'disconnected_at is null', [new Date()]);
  }

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

  /** Accounts of the channel that are not disconnected, in order of connection. */
  async list(): Promise<AccountRow[]> {
    return this.database.query<AccountRow>(
      `select ${ACCOUNT_ROW} from intake.accounts where channel = $1 and disconnected_at is null order by id limit ${MAX_ACCOUNTS}`,
      [this.connector.channel],
    );
  }

  /** @throws UnknownAccount */
  async get(id: string): Promise<AccountRow> {
    const found = await this.find(id);
    if (found === undefined) throw new UnknownAccount(id);
    return found;
  }

  async find(id: string): Promise<AccountRow | undefined> {
    const rows = await this.database.query<AccountRow>(
      `select ${ACCOUNT_ROW} from intake.accounts where id = $1 and channel = $2 and disconnected_at is null`,
      [id, this.connector.channel],
    );
    return rows[0];
  }

  /** The account with its secrets, for one use. @throws UnknownAccount, CredentialsRejected, VaultClosed */
  async open(id: string): Promise<ConnectorAccount> {
    const rows = await this.database.query<AccountRow & { settings: unknown; credentials: Buffer }>(
      `select ${ACCOUNT_ROW}, settings, credentials from intake.accounts where id = $1 and channel = $2 and disconnected_at is null`,
      [id, this.connector.channel],
    );
    const row = rows[0];
    if (row === undefined) throw new UnknownAccount(id);
    if (row.credentials.length === 0) throw new CredentialsRejected(row.sendProblem || 'Connect the account again.');
    const credentials: unknown = JSON.parse(this.vault.open('credentials', id, row.credentials).toString('utf8'));
    const { workspaceId, channel, address, name, settings, connectedAt } = row;
    const app = row.appId === null ? null : await this.apps.open(row.appId);
    return { id, workspaceId, channel, address, name, settings, credentials, connectedAt, app };
  }

  /** The account as it is needed to read what the platform pushes: without its secrets. Undefined when there is none. */
  async listening(id: string): Promise<ConnectorAccount | undefined> {
    return (await this.listeners('id = any($2::uuid[])', [[id]]))[0];
  }

  /** As `listening`, the accounts of a workspace that have one of the addresses. */
  async listeningAt(workspaceId: string, addresses: readonly string[]): Promise<ConnectorAccount[]> {
    return this.listeners('address = any($2::text[]) and workspace_id = $3', [addresses, workspaceId]);
  }

  /**
   * Somebody took back what they had allowed through an app: their accounts need to be connected again. With `erase` nothing
   * of that person stays. What was allowed after `issuedAt` stands, however late the platform's word comes.
   * @returns how many accounts it concerned.
   */
  async revoke(tx: Tx, app: PlatformApp, user: string, issuedAt: Date, erase: boolean): Promise<number> {
    const rows = await tx.query<{ id: string }>(
      `select id from intake.accounts
        where channel = $1 and app_id = $2 and connected_by = $3 and (permitted_at is null or permitted_at <= $4)
        order by id for update`,
      [this.connector.channel, app.id, personHash(user), new Date(issuedAt.getTime() + REVOKED_WITHIN_MS)],
    );
    const words = erase
      ? 'The person who connected this account asked the platform to be forgotten, and the permission went with them. Connect it again.'
      : 'The person who connected this account has taken the permission back. Connect it again.';
    const forget = `, connected_by = null, settings =
      (select coalesce(jsonb_object_agg(key, value) filter (where value <> to_jsonb($3::text)), '{}') from jsonb_each(settings))`;
    const set = `send_problem = $2, credentials = '', connection_version = connection_version + 1${erase ? forget : ''}`;
    for (const { id } of rows) await this.changeIn(tx, id, set, 'true', erase ? [words, user] : [words]);
    return rows.length;
  }

  private async listeners(which: string, params: readonly unknown[]): Promise<ConnectorAccount[]> {
    const rows = await this.database.query<AccountRow & { settings: unknown }>(
      `select ${ACCOUNT_ROW}, settings from intake.accounts where channel = $1 and disconnected_at is null and ${which}`,
      [this.connector.channel, ...params],
    );
    return Promise.all(
      rows.map(async ({ id, workspaceId, channel, address, name, settings, connectedAt, appId }) => {
        const app = appId === null ? null : await this.apps.open(appId);
        return { id, workspaceId, channel, address, name, settings, credentials: null, connectedAt, app };
      }),
    );
  }

  private async check(account: Omit<NewAccount, 'simulated' | 'connectedBy'>): Promise<void> {
    const { workspaceId, address, name, settings, credentials, appId } = account;
    const { channel } = this.connector;
    const app: PlatformApp | null = appId === undefined ? null : await this.apps.open(appId);
    const connectedAt = this.database.clock.now();
    const tried = { id: '', workspaceId, channel, address, name, settings, credentials, connectedAt, app };
    await this.connector.check(tried, AbortSignal.timeout(CHECK_TIMEOUT_MS));
  }

  private async tried(tx: Tx, id: string): Promise<void> {
    await tx.execute('update intake.accounts set send_tried_at = $2 where id = $1', [id, tx.now]);
  }

  private async change(id: string, set: string, when: string, params: readonly unknown[]): Promise<void> {
    await this.database.transaction('system', (tx) => this.changeIn(tx, id, set, when, params));
  }

  private async changeIn(tx: Tx, id: string, set: string, when: string, params: readonly unknown[]): Promise<void> {
    const sql = `update intake.accounts set ${set}, version = version + 1 where id = $1 and ${when}`;
    if ((await tx.execute(sql, [id, ...params])) > 0) await this.announce(tx, id);
  }

  private async announce(tx: Tx, id: string): Promise<void> {
    const [row] = await tx.query<AccountRow & { version: number }>(
      `select ${ACCOUNT_ROW}, version from intake.accounts where id = $1`,
      [id],
    );
    if (row) await this.intake.append(tx, row, [accountEventOf(row, this.connector.capabilities, tx.now)]);
  }

  private sealed(id: string, credentials: unknown): Buffer {
    return this.vault.seal('credentials', id, Buffer.from(JSON.stringify(credentials), 'utf8'));
  }
}

/** Under which a person is found who gave a permission; their id itself is not kept. */
export function personHash(user: string): Buffer {
  return createHash('sha256').update(user).digest();
}
