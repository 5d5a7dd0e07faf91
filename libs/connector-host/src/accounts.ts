import type { AccountEvent, AccountStatus, Capabilities, ChannelKind, Connector, ConnectorAccount } from '@app/channel';
import { sqlState, type Database, type Tx } from '@app/runtime';
import type { Intake } from './intake';
import type { Vault } from './vault';

/** An account as the host keeps it; without secrets. */
export interface AccountRow {
  readonly id: string;
  readonly workspaceId: string;
  readonly channel: ChannelKind;
  readonly address: string;
  readonly name: string;
  readonly simulated: boolean;
  readonly status: AccountStatus;
  readonly detail: string;
  /** Why nothing can be sent until the account is connected again; empty when sending goes. */
  readonly sendProblem: string;
  readonly sendTriedAt: Date | null;
  /** Nothing is sent before. */
  readonly pausedUntil: Date | null;
  readonly connectedAt: Date;
  /** Changes with settings and credentials; whoever is connected with older ones connects again. */
  readonly connectionVersion: number;
}

/** What an operator gives to connect an account. */
export interface NewAccount {
  readonly workspaceId: string;
  readonly address: string;
  readonly name: string;
  readonly settings: unknown;
  readonly credentials: unknown;
  /** A simulated provider's; shown as such, so that nobody takes a demo for real. */
  readonly simulated?: boolean;
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
/** What people see: the worse of reading and sending. */
const ROW = `id, workspace_id as "workspaceId", channel, address, name, simulated,
  case when status = 'disconnected' then status
       when send_problem <> '' then 'reconnect_needed'
       when status = 'connected' and paused_until is not null then 'rate_limited' else status end as status,
  case when send_problem <> '' then send_problem else detail end as detail,
  send_problem as "sendProblem", send_tried_at as "sendTriedAt",
  paused_until as "pausedUntil", connected_at as "connectedAt", connection_version as "connectionVersion"`;

/** The accounts of one connector's channel. Every change that people see goes to triage in the same transaction. */
export class Accounts {
  constructor(
    private readonly database: Database,
    private readonly connector: Pick<Connector, 'channel' | 'capabilities' | 'validate' | 'check'>,
    private readonly vault: Vault,
    private readonly intake: Intake,
  ) {}

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
                                        checked_at, connected_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)`,
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
    options: { check: boolean } = { check: true },
  ): Promise<void> {
    this.connector.validate(settings, credentials);
    const account = await this.get(id);
    if (options.check) await this.check({ ...account, settings, credentials });
    await this.database.transaction('system', async (tx) => {
      await tx.execute(
        `update intake.accounts set settings = $2, credentials = $3, connection_version = connection_version + 1,
                status = $4, detail = '', send_problem = '', version = version + 1, checked_at = $5
          where id = $1`,
        [id, JSON.stringify(settings), this.sealed(id, credentials), options.check ? 'connected' : 'degraded', tx.now],
      );
      await this.announce(tx, id);
    });
  }

  /** Tries the account as it is stored. @throws UnknownAccount, and what `Connector.check` throws. */
  async try(id: string): Promise<void> {
    await this.check(await this.open(id));
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
   */
  async setStatus(
    id: string,
    status: Exclude<AccountStatus, 'rate_limited' | 'disconnected'>,
    detail = '',
  ): Promise<void> {
    const words = detail.slice(0, 2_000);
    const known = await this.database.query<{ same: boolean; fresh: boolean }>(
      `select (status, detail) = ($2, $3) as same, checked_at > $4::timestamptz - interval '1 minute' as fresh
         from intake.accounts where id = $1`,
      [id, status, words, this.database.clock.now()],
    );
    if (known[0]?.same && known[0].fresh) return;
    if (!known[0]?.same) {
      await this.change(
        id,
        'status = $2, detail = $3',
        "(status, detail) is distinct from ($2, $3) and status <> 'disconnected'",
        [status, words],
      );
    }
    await this.database.transaction('system', (tx) =>
      tx.execute('update intake.accounts set checked_at = $2 where id = $1', [id, tx.now]),
    );
  }

  /** Nothing is sent on the account before `until`. */
  async pause(tx: Tx, id: string, until: Date): Promise<void> {
    await this.changeIn(tx, id, 'paused_until = $2', '(paused_until is null or paused_until < $2)', [until]);
  }

  /** Sending needs new credentials; an empty `problem` says that it went. */
  async setSendProblem(tx: Tx, id: string, problem: string): Promise<void> {
    if (problem === '') {
      await this.changeIn(
        tx,
        id,
        "send_problem = '', paused_until = null",
        "(send_problem <> '' or paused_until <= $2)",
        [tx.now],
      );
      return;
    }
    await tx.execute('update intake.accounts set send_tried_at = $2 where id = $1', [id, tx.now]);
    await this.changeIn(tx, id, 'send_problem = $2', 'send_problem is distinct from $2', [problem.slice(0, 2_000)]);
  }

  /** Accounts of the channel that are not disconnected, in order of connection. */
  async list(): Promise<AccountRow[]> {
    return this.database.query<AccountRow>(
      `select ${ROW} from intake.accounts where channel = $1 and disconnected_at is null order by id limit ${MAX_ACCOUNTS}`,
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
      `select ${ROW} from intake.accounts where id = $1 and channel = $2 and disconnected_at is null`,
      [id, this.connector.channel],
    );
    return rows[0];
  }

  /** The account with its secrets, for one use. @throws UnknownAccount, VaultClosed */
  async open(id: string): Promise<ConnectorAccount> {
    const rows = await this.database.query<AccountRow & { settings: unknown; credentials: Buffer }>(
      `select ${ROW}, settings, credentials from intake.accounts where id = $1 and channel = $2 and disconnected_at is null`,
      [id, this.connector.channel],
    );
    const row = rows[0];
    if (row === undefined) throw new UnknownAccount(id);
    const credentials: unknown = JSON.parse(this.vault.open('credentials', id, row.credentials).toString('utf8'));
    const { workspaceId, channel, address, name, settings, connectedAt } = row;
    return { id, workspaceId, channel, address, name, settings, credentials, connectedAt };
  }

  private async check(
    account: Pick<NewAccount, 'workspaceId' | 'address' | 'name' | 'settings' | 'credentials'>,
  ): Promise<void> {
    const { workspaceId, address, name, settings, credentials } = account;
    const channel = this.connector.channel;
    const tried = { id: '', workspaceId, channel, address, name, settings, credentials, connectedAt: new Date() };
    await this.connector.check(tried, AbortSignal.timeout(CHECK_TIMEOUT_MS));
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
      `select ${ROW}, version from intake.accounts where id = $1`,
      [id],
    );
    if (row) await this.intake.append(tx, row, [accountEventOf(row, this.connector.capabilities, tx.now)]);
  }

  private sealed(id: string, credentials: unknown): Buffer {
    return this.vault.seal('credentials', id, Buffer.from(JSON.stringify(credentials), 'utf8'));
  }
}

function accountEventOf(row: AccountRow & { version: number }, capabilities: Capabilities, now: Date): AccountEvent {
  return {
    kind: 'account',
    externalId: `account:${row.version}`,
    version: row.version,
    at: now.toISOString(),
    channel: row.channel,
    address: row.address,
    name: row.name.slice(0, 200),
    simulated: row.simulated,
    status: row.status,
    detail: row.detail,
    pausedUntil: row.pausedUntil?.toISOString() ?? null,
    maxLength: capabilities.maxLength,
    maxAttachmentBytes: capabilities.maxAttachmentBytes,
  };
}
