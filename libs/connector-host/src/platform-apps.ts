import { randomBytes } from 'node:crypto';
import type { ChannelKind, PlatformApp } from '@app/channel';
import type { Database } from '@app/runtime';
import type { Vault } from './vault';

/** An app as a page may show it; without secrets. */
export interface PlatformAppRow {
  readonly id: string;
  readonly workspaceId: string;
  /** Names it in the path of its webhooks. */
  readonly key: string;
  readonly settings: unknown;
  readonly simulated: boolean;
  readonly createdAt: Date;
}

/** What an operator gives to make an app known. */
export interface NewPlatformApp {
  readonly workspaceId: string;
  readonly settings: unknown;
  readonly secrets: unknown;
  /** A simulated platform's. */
  readonly simulated?: boolean;
}

/** There is no such app on the channel. */
export class UnknownApp extends Error {
  constructor() {
    super('there is no such app; it is made known on the page on which accounts are connected');
    this.name = 'UnknownApp';
  }
}

/** A path nobody guesses: sixteen characters that need no escaping in an address. */
const KEY_BYTES = 12;
const KEY = /^[A-Za-z0-9_-]{16}$/;
/** How long other processes may go on with secrets that were replaced, milliseconds of the machine. */
const FRESH_MS = 3_000;

interface Known {
  readonly app: PlatformApp;
  readonly version: number;
  checkedAt: number;
}

/**
 * Our programs at a platform. Each has webhooks of its own, so that the secret by which a request is checked follows from
 * its path. Opened apps are kept in memory, because every webhook needs one; their version is looked at every few seconds.
 */
export class PlatformApps {
  private readonly opened = new Map<string, Known>();

  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly channel: ChannelKind,
  ) {}

  /** Makes an app known. @returns it, with the key of its webhooks. */
  async add(given: NewPlatformApp): Promise<PlatformApp> {
    const key = randomBytes(KEY_BYTES).toString('base64url');
    return this.database.transaction('system', async (tx) => {
      const id = tx.newId();
      await tx.execute(
        `insert into intake.platform_apps (id, workspace_id, channel, key, settings, secrets, simulated, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [
          id,
          given.workspaceId,
          this.channel,
          key,
          JSON.stringify(given.settings),
          this.sealed(id, given.secrets),
          given.simulated ?? false,
          tx.now,
        ],
      );
      return { id, workspaceId: given.workspaceId, key, settings: given.settings, secrets: given.secrets };
    });
  }

  /** Replaces settings and secrets. @throws UnknownApp */
  async change(id: string, settings: unknown, secrets: unknown): Promise<void> {
    const changed = await this.database.transaction('system', (tx) =>
      tx.execute(
        `update intake.platform_apps set settings = $3, secrets = $4, version = version + 1 where id = $1 and channel = $2`,
        [id, this.channel, JSON.stringify(settings), this.sealed(id, secrets)],
      ),
    );
    if (changed === 0) throw new UnknownApp();
    for (const [name, { app }] of this.opened) if (app.id === id) this.opened.delete(name);
  }

  /** The app whose webhooks have this key, with its secrets; undefined when there is none. @throws VaultClosed */
  async find(key: string): Promise<PlatformApp | undefined> {
    return KEY.test(key) ? this.read('key', key) : undefined;
  }

  /** The app with its secrets. @throws UnknownApp, VaultClosed */
  async open(id: string): Promise<PlatformApp> {
    const app = await this.read('id', id);
    if (app === undefined) throw new UnknownApp();
    return app;
  }

  /** Apps of a workspace, the oldest first. */
  async list(workspaceId: string): Promise<PlatformAppRow[]> {
    return this.database.query<PlatformAppRow>(
      `select id, workspace_id as "workspaceId", key, settings, simulated, created_at as "createdAt"
         from intake.platform_apps where workspace_id = $1 and channel = $2 order by id limit 100`,
      [workspaceId, this.channel],
    );
  }

  private async read(by: 'key' | 'id', value: string): Promise<PlatformApp | undefined> {
    const known = this.opened.get(value);
    if (known !== undefined && performance.now() - known.checkedAt < FRESH_MS) return known.app;
    const rows = await this.database.query<{
      id: string;
      workspaceId: string;
      key: string;
      settings: unknown;
      secrets: Buffer;
      version: number;
    }>(
      `select id, workspace_id as "workspaceId", key, settings, secrets, version from intake.platform_apps
        where channel = $1 and ${by} = $2`,
      [this.channel, value],
    );
    const row = rows[0];
    if (row === undefined) {
      this.opened.delete(value);
      return undefined;
    }
    const { id, workspaceId, key, settings, version } = row;
    const app =
      known?.version === version
        ? known.app
        : { id, workspaceId, key, settings, secrets: this.opening(id, row.secrets) };
    this.opened.set(value, { app, version, checkedAt: performance.now() });
    return app;
  }

  private sealed(id: string, secrets: unknown): Buffer {
    return this.vault.seal('app secrets', id, Buffer.from(JSON.stringify(secrets), 'utf8'));
  }

  private opening(id: string, sealed: Buffer): unknown {
    return JSON.parse(this.vault.open('app secrets', id, sealed).toString('utf8'));
  }
}
