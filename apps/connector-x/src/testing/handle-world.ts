import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import express, { type Router } from 'express';
import type { Connector } from '@app/channel';
import {
  type ConnectorHost,
  type ConnectorHostOptions,
  GuardedHttp,
  HostGuard,
  PlatformApps,
} from '@app/connector-host';
import { HostWorld, type RunningHost } from '../../../../test/support/host-world';
import { XSimulator } from '../../../simulator/src';
import { XClient } from '../client';
import type { HandleCredentials } from '../config';
import { keepWebhookId } from '../connect/connect-steps';
import { XConnector, type XConnectorParts } from '../connector';
import { XRateLimits } from '../rate-limits';
import { Tokens } from '../tokens';
import type { UpkeepOptions } from '../upkeep/keep-handle';

/** What an account of a test is connected with. */
export interface TestHandle {
  readonly userId: string;
  readonly username: string;
  /** The platform's id of the app. */
  readonly xAppId: string;
  /** Row of the app. */
  readonly appId: string;
  /** Of the webhook's path. */
  readonly key: string;
}

/** The X connector as a test sees it, with a platform of its own that shares the world's clock. */
export class HandleWorld extends HostWorld {
  private platform: XSimulator | undefined;
  private server: Server | undefined;
  /** Of the host that runs; while none does the platform finds nobody. */
  private webhooks: Router | undefined;
  private host: ConnectorHost | undefined;

  static override async open(): Promise<HandleWorld> {
    const world = new HandleWorld(...(await HostWorld.parts()));
    world.platform = await XSimulator.start({ clock: world.clock, seed: 11 });
    await world.platform.listen();
    const app = express().use((request, response, next) => {
      if (world.webhooks) world.webhooks(request, response, next);
      else response.sendStatus(503);
    });
    const server = (world.server = createServer(app as unknown as Parameters<typeof createServer>[1]));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return world;
  }

  get simulator(): XSimulator {
    if (this.platform === undefined) throw new Error('the platform is not started');
    return this.platform;
  }

  /** Where X reaches whichever host runs. */
  get publicUrl(): string {
    return `http://127.0.0.1:${(this.server!.address() as AddressInfo).port}`;
  }

  /** A host with a connector of its own, started; it ends with the world, or by what is returned. */
  async start(
    more: {
      host?: Partial<ConnectorHostOptions>;
      parts?: Partial<XConnectorParts>;
      upkeep?: Partial<UpkeepOptions>;
    } = {},
  ): Promise<RunningHost<XConnector>> {
    const connector = this.connector({ upkeep: { lookMs: 20, ...more.upkeep }, ...more.parts });
    return this.run(connector, more.host, async () => connector.close());
  }

  override async run<C extends Connector>(
    connector: C,
    options: Partial<ConnectorHostOptions> = {},
    end?: () => Promise<void>,
  ): Promise<RunningHost<C>> {
    const running = await super.run(connector, { blobs: this.blobs, ...options }, end);
    this.host = running.host;
    const webhooks = (this.webhooks = running.host.webhooks?.routes());
    const stop = async (): Promise<void> => {
      if (this.webhooks === webhooks) this.webhooks = undefined;
      await running.stop();
    };
    return { ...running, stop };
  }

  connector(parts: Partial<XConnectorParts> = {}): XConnector {
    const now = (): Date => this.clock.now();
    const http = new GuardedHttp(new HostGuard(true));
    const client = new XClient({
      http,
      limits: new XRateLimits(now),
      tokens: new Tokens((id, make) => this.host!.accounts.renew(id, make), { http, now }),
      meter: { add: (account, charges) => this.host?.costs.add(account, charges) },
      now,
    });
    return new XConnector({
      client,
      files: new GuardedHttp(new HostGuard(true), false),
      blobs: this.blobs,
      clock: this.clock,
      logger: this.logger,
      publicUrl: undefined,
      keepWebhookId: (app, id) => keepWebhookId(this.host!.accounts, app, id),
      wait: async (ms, signal) => void (await sleep(ms, undefined, { signal }).catch(() => undefined)),
      ...parts,
    });
  }

  /** An app and a handle on the platform, and the app known to us. */
  async handle(username = 'shop'): Promise<TestHandle> {
    const { simulator } = this;
    const { userId } = simulator.addUser({ username, name: 'Lumen' });
    const { appId: xAppId, ...keys } = simulator.addApp({ ownerId: userId });
    const apps = new PlatformApps(this.database, this.vault, 'x');
    const { clientId, clientSecret, consumerKey, consumerSecret, bearerToken } = keys;
    const { id: appId, key } = await apps.add({
      workspaceId: this.workspaceId,
      settings: { clientId, apiUrl: `${simulator.origin}/sim/x/api`, authorizeUrl: `${simulator.origin}/sim/x` },
      secrets: { consumerKey, consumerSecret, bearerToken, ...(clientSecret && { clientSecret }) },
      simulated: true,
    });
    return { userId, username, xAppId, appId, key };
  }

  /** A permission as signing in gives it. */
  permission({ xAppId, userId }: TestHandle, scopes?: readonly string[]): HandleCredentials {
    const given = this.simulator.token({ appId: xAppId, userId, ...(scopes && { scopes }) });
    const { accessToken, refreshToken = '', expiresAt, scopes: granted } = given;
    return { kind: 'oauth2', accessToken, refreshToken, expiresAt: expiresAt.toISOString(), scopes: granted };
  }

  /** The handle connected, as the connect page does it. */
  async connect(
    running: RunningHost<Connector>,
    handle: TestHandle,
    more: { history?: string; credentials?: HandleCredentials } = {},
  ): Promise<string> {
    const { userId, username, appId } = handle;
    return running.host.accounts.add({
      workspaceId: this.workspaceId,
      address: userId,
      name: `@${username}`,
      settings: { userId, username, longPosts: false, history: more.history ?? 'none' },
      credentials: more.credentials ?? this.permission(handle),
      appId,
      connectedBy: userId,
      simulated: true,
    });
  }

  override async close(): Promise<void> {
    this.webhooks = undefined;
    await super.close();
    await this.platform?.stop();
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}
