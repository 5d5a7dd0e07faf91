import { Clock } from '@app/runtime';
import { MessengerSimulator } from '../src/messenger/messenger-simulator';
import type { MessengerOptions } from '../src/messenger/platform';
import { Receiver } from './receiver';

/** A simulated platform with an app, a Page, its operator and a receiver that is subscribed, for tests. */
export class Platform {
  readonly clock: Clock;
  simulator!: MessengerSimulator;
  receiver!: Receiver;
  origin = '';
  appId = '';
  appSecret = '';
  pageId = '';
  userId = '';
  pageToken = '';
  person = '';
  psid = '';

  private constructor(private readonly options: Partial<MessengerOptions>) {
    this.clock = options.clock ?? new Clock();
  }

  static async start(options: Partial<MessengerOptions> = {}): Promise<Platform> {
    const platform = new Platform({ receipts: 'none', ...options });
    await platform.open();
    return platform;
  }

  get graph(): string {
    return `${this.origin}/sim/graph/v25.0`;
  }

  /** Calls the Graph API as the Page. */
  async call(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: object,
    token: string | undefined = this.pageToken,
  ): Promise<{ status: number; headers: Headers; body: Record<string, unknown> & { error?: { code: number } } }> {
    const response = await fetch(`${this.graph}/${path}`, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, unknown>,
    };
  }

  /** Sends a text as the Page. */
  say(text: string, more: { message?: object } & Record<string, unknown> = {}): ReturnType<Platform['call']> {
    const { message, ...rest } = more;
    return this.call('POST', `${this.pageId}/messages`, {
      recipient: { id: this.psid },
      messaging_type: 'RESPONSE',
      ...rest,
      message: { text, ...message },
    });
  }

  async stop(): Promise<void> {
    await this.simulator.stop();
    await this.receiver.close();
  }

  private async open(): Promise<void> {
    this.receiver = await Receiver.open();
    this.simulator = await MessengerSimulator.start({ seed: 7, ...this.options, clock: this.clock });
    this.origin = await this.simulator.listen();
    ({ appId: this.appId, appSecret: this.appSecret } = this.simulator.addApp({ name: 'Evenhand' }));
    ({ pageId: this.pageId } = this.simulator.addPage({ name: 'Lumen Électroménager' }));
    ({ userId: this.userId } = this.simulator.addUser());
    this.pageToken = this.simulator.token({ appId: this.appId, userId: this.userId, pageId: this.pageId });
    this.person = this.simulator.person({ name: 'Zoé Marchand', language: 'fr' });
    this.psid = this.simulator.psid(this.person, this.pageId);
    const { url, verifyToken } = this.receiver;
    await this.simulator.subscribeApp(this.appId, { url, verifyToken });
    this.simulator.subscribePage(this.appId, this.pageId);
  }
}
