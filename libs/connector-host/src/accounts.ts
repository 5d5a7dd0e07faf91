import { createHash } from 'node:crypto';
import { CredentialsRejected, type Connector, type ConnectorAccount, type PlatformApp } from '@app/channel';
import { sqlState, type Database, type Logger, type Tx } from '@app/runtime';
import { ACCOUNT_ROW, type AccountRow } from './account-row';
import { AccountStanding } from './account-standing';
import type { Intake } from './intake';
import { businessDaysAfter } from './business-days';
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
export class Accounts extends AccountStanding {
  /** Our apps at the platform of the channel. */
  readonly apps: PlatformApps;
  private readonly renewals: Renewals;

  constructor(
    database: Database,
    connector: Pick<Connector, 'channel' | 'capabilities' | 'validate' | 'check'>,
    private readonly vault: Vault,
    intake: Intake,
    logger?: Logger,
  ) {
    super(database, connector, intake);
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
        const revived = await this.revive(tx, { ...given, address }, options.check);
        if (revived !== undefined) return revived;
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

  /**
   * Stops reading and sending on the account; what it brought stays until the channel's time for it is over. Its credentials stay
   * until they are given back; see `forgetCredentials`.
   */
  async disconnect(id: string): Promise<void> {
    const { purgeAfterBusinessDays: days } = this.connector.capabilities;
    await this.database.transaction('system', async (tx) => {
      // whoever reads it now stores nothing more
      const set = `status = 'disconnected', detail = '', disconnected_at = $2, lease_until = null,
        lease_number = lease_number + 1, purge_due_at = $3::timestamptz, paused_until = null, pause_reason = ''`;
      const due = days === null ? null : businessDaysAfter(tx.now, days);
      await this.changeIn(tx, id, set, 'disconnected_at is null', [tx.now, due]);
    });
  }

  /** Of an account that is disconnected. */
  async forgetCredentials(tx: Tx, id: string): Promise<void> {
    await tx.execute(
      `update intake.accounts set credentials = '', connected_by = null where id = $1 and disconnected_at is not null`,
      [id],
    );
  }

  /** Accounts whose time for erasing all they brought has come. */
  async toPurge(now: Date): Promise<readonly Pick<AccountRow, 'id' | 'workspaceId'>[]> {
    return this.database.query(
      `select id, workspace_id as "workspaceId" from intake.accounts
        where channel = $1 and purge_due_at <= $2 and purged_at is null and disconnected_at is not null order by purge_due_at limit 1000`,
      [this.connector.channel, now],
    );
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
    return this.opened(id, 'disconnected_at is null');
  }

  /** As `open`, of an account that is disconnected and has its credentials still: to give them back. */
  async openDisconnected(id: string): Promise<ConnectorAccount> {
    return this.opened(id, 'disconnected_at is not null');
  }

  private async opened(id: string, which: string): Promise<ConnectorAccount> {
    const rows = await this.database.query<AccountRow & { settings: unknown; credentials: Buffer }>(
      `select ${ACCOUNT_ROW}, settings, credentials from intake.accounts where id = $1 and channel = $2 and ${which}`,
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

  /**
   * Connects an account again that was disconnected and is still to be erased: it keeps what it brought, and how far it was read,
   * and is not erased. One whose time has come may be half gone: a new one takes its place.
   */
  private async revive(tx: Tx, given: NewAccount, checked: boolean): Promise<string | undefined> {
    const [row] = await tx.query<{ id: string }>(
      `select id from intake.accounts
        where workspace_id = $1 and channel = $2 and address = $3 and disconnected_at is not null and purged_at is null
          and purge_due_at > $4
        order by disconnected_at desc limit 1 for update`,
      [given.workspaceId, this.connector.channel, given.address, tx.now],
    );
    if (row === undefined) return undefined;
    const set = `name = $2, settings = $3, credentials = $4, simulated = $5, status = $6, detail = '', send_problem = '', hold = '',
      hold_at = $7, checked_at = $7, permitted_at = $7, app_id = $8, connected_by = $9, disconnected_at = null, purge_due_at = null,
      connection_version = connection_version + 1`;
    await this.changeIn(tx, row.id, set, 'true', [
      given.name,
      JSON.stringify(given.settings),
      this.sealed(row.id, given.credentials),
      given.simulated ?? false,
      checked ? 'connected' : 'degraded',
      tx.now,
      given.appId ?? null,
      given.connectedBy === undefined ? null : personHash(given.connectedBy),
    ]);
    return row.id;
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

  private sealed(id: string, credentials: unknown): Buffer {
    return this.vault.seal('credentials', id, Buffer.from(JSON.stringify(credentials), 'utf8'));
  }
}

/** Under which a person is found who gave a permission; their id itself is not kept. */
export function personHash(user: string): Buffer {
  return createHash('sha256').update(user).digest();
}
