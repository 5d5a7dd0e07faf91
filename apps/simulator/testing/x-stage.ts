import { Clock } from '@app/runtime';
import type { AppKeys } from '../src/x/registry';
import type { XSimulatorOptions } from '../src/x/pushing-platform';
import { XSimulator } from '../src/x/x-simulator';
import { XReceiver } from './x-receiver';

/** What tests look at in answers of the API. */
export interface XAnswerBody {
  data?: { id?: string; job_id?: string; url?: string; subscriptions?: object[] };
  meta?: object;
  detail?: string;
  title?: string;
  connection_issue?: string;
}

/** A simulated X with an app, our handle, a customer, and a receiver of webhooks, for tests. */
export class XStage {
  readonly clock = new Clock();
  simulator!: XSimulator;
  receiver!: XReceiver;
  app!: AppKeys;
  origin = '';
  /** User ids. */
  shop = '';
  ada = '';
  shopToken = '';

  static async start(options: Partial<XSimulatorOptions> = {}): Promise<XStage> {
    const stage = new XStage();
    stage.simulator = await XSimulator.start({ seed: 7, clock: stage.clock, ...options });
    stage.origin = await stage.simulator.listen();
    stage.app = stage.simulator.addApp({ name: 'Evenhand' });
    stage.shop = stage.simulator.addUser({ username: 'shop', name: 'The Shop' }).userId;
    stage.ada = stage.simulator.addUser({ username: 'ada', name: 'Ada', reach: { followers: 97 } }).userId;
    const wish = { appId: stage.app.appId, userId: stage.shop };
    stage.shopToken = stage.simulator.token(wish).accessToken;
    stage.receiver = await XReceiver.open(stage.app.consumerSecret);
    return stage;
  }

  /** A webhook of the app at the receiver. */
  async hook(): Promise<string> {
    const { webhookId } = await this.simulator.addWebhook(this.app.appId, this.receiver.url);
    return webhookId;
  }

  /** The same, and subscriptions about our handle to these events. */
  async hear(...eventTypes: string[]): Promise<string> {
    const webhookId = await this.hook();
    this.simulator.subscribe({ appId: this.app.appId, userId: this.shop, eventTypes, webhookId, tag: 'acc-7' });
    return webhookId;
  }

  /** A call of the API with the app's own token, or with another. */
  async call(
    method: string,
    path: string,
    json?: object,
    token = this.app.bearerToken,
  ): Promise<{ status: number; body: XAnswerBody }> {
    const response = await fetch(`${this.origin}/sim/x/api${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(json && { 'content-type': 'application/json' }) },
      ...(json && { body: JSON.stringify(json) }),
    });
    return { status: response.status, body: (await response.json()) as XAnswerBody };
  }

  /** Moves product time and waits for what falls due by it. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.simulator.settled();
  }

  async stop(): Promise<void> {
    await this.simulator.stop();
    await this.receiver.close();
  }
}
