import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Router } from 'express';
import type { Connector } from '@app/channel';
import { type ConnectorHostOptions, GuardedHttp, HostGuard, PlatformApps } from '@app/connector-host';
import { HostWorld, type RunningHost } from '../../../../test/support/host-world';
import { MessengerSimulator } from '../../../simulator/src';
import { MessengerConnector, type MessengerConnectorParts } from '../connector';
import { RateLimits } from '../rate-limits';
import type { UpkeepOptions } from '../upkeep/keep-page';

/** What an account of a test is connected with. */
export interface TestPage {
  readonly pageId: string;
  /** The platform's id of the app. */
  readonly metaAppId: string;
  /** Row of the app. */
  readonly appId: string;
  readonly userId: string;
  readonly verifyToken: string;
  /** Of the webhook's path. */
  readonly key: string;
  readonly token: string;
}

/** The Messenger connector as a test sees it, with a platform of its own that shares the world's clock. */
export class PageWorld extends HostWorld {
  private platform: MessengerSimulator | undefined;
  private server: Server | undefined;
  /** Of the host that runs; while none does the platform is asked to come again. */
  private webhooks: Router | undefined;

  static override async open(): Promise<PageWorld> {
    const world = new PageWorld(...(await HostWorld.parts()));
    // no limit per second: tests do in moments what takes days
    world.platform = await MessengerSimulator.start({
      clock: world.clock,
      seed: 11,
      limits: { conversationsPerSecond: 10_000 },
    });
    await world.platform.listen();
    const app = express().use((request, response, next) => {
      if (world.webhooks) world.webhooks(request, response, next);
      else response.sendStatus(503);
    });
    const server = (world.server = createServer(app as unknown as Parameters<typeof createServer>[1]));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return world;
  }

  get simulator(): MessengerSimulator {
    if (this.platform === undefined) throw new Error('the platform is not started');
    return this.platform;
  }

  /** A host with a connector of its own, started; it ends with the world, or by what is returned. */
  async host(
    more: {
      host?: Partial<ConnectorHostOptions>;
      parts?: Partial<MessengerConnectorParts>;
      upkeep?: Partial<UpkeepOptions>;
      wrap?: (connector: MessengerConnector) => MessengerConnector;
    } = {},
  ): Promise<RunningHost<MessengerConnector>> {
    const connector = this.connector({ upkeep: { lookMs: 20, ...more.upkeep }, ...more.parts });
    const wrapped = more.wrap?.(connector) ?? connector;
    return this.run(wrapped, more.host, async () => connector.close());
  }

  override async run<C extends Connector>(
    connector: C,
    options: Partial<ConnectorHostOptions> = {},
    end?: () => Promise<void>,
  ): Promise<RunningHost<C>> {
    const running = await super.run(connector, { blobs: this.blobs, ...options }, end);
    const webhooks = (this.webhooks = running.host.webhooks?.routes());
    const stop = async (): Promise<void> => {
      if (this.webhooks === webhooks) this.webhooks = undefined;
      await running.stop();
    };
    return { ...running, stop };
  }

  connector(parts: Partial<MessengerConnectorParts> = {}): MessengerConnector {
    const guard = new HostGuard(true);
    const now = (): Date => this.clock.now();
    return new MessengerConnector({
      graph: { http: new GuardedHttp(guard), limits: new RateLimits(now, async () => undefined), now },
      files: new GuardedHttp(guard, false),
      blobs: this.blobs,
      clock: this.clock,
      logger: this.logger,
      ...parts,
    });
  }

  /** An app, a Page and somebody who manages it on the platform, and the app known to us. */
  async page(name = 'Lumen'): Promise<TestPage> {
    const { simulator } = this;
    const { appId: metaAppId, appSecret } = simulator.addApp({ requireProof: true });
    const { pageId } = simulator.addPage({ name });
    const { userId } = simulator.addUser({ pages: [pageId] });
    const verifyToken = 'verify-token-of-the-test';
    const settings = {
      appId: metaAppId,
      graphUrl: `${simulator.origin}/sim/graph`,
      dialogUrl: `${simulator.origin}/sim/facebook`,
    };
    const secrets = { appSecret, verifyToken };
    const apps = new PlatformApps(this.database, this.vault, 'messenger');
    const { id: appId, key } = await apps.add({ workspaceId: this.workspaceId, settings, secrets, simulated: true });
    const token = simulator.token({ appId: metaAppId, userId, pageId });
    return { pageId, metaAppId, appId, userId, verifyToken, key, token };
  }

  /** Has the platform send the app's webhooks to whichever host runs. One must. */
  async subscribe({ metaAppId, pageId, key, verifyToken }: TestPage): Promise<void> {
    const { port } = this.server!.address() as AddressInfo;
    await this.simulator.subscribeApp(metaAppId, {
      url: `http://127.0.0.1:${port}/webhooks/messenger/${key}`,
      verifyToken,
    });
    this.simulator.subscribePage(metaAppId, pageId);
  }

  /** The Page connected, as the connect page does it. */
  async connect(running: RunningHost<MessengerConnector>, page: TestPage, history = 'none'): Promise<string> {
    this.simulator.subscribePage(page.metaAppId, page.pageId);
    return running.host.accounts.add({
      workspaceId: this.workspaceId,
      address: page.pageId,
      name: 'Lumen',
      settings: { pageId: page.pageId, userId: page.userId, history },
      credentials: { pageToken: page.token },
      appId: page.appId,
      connectedBy: page.userId,
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
