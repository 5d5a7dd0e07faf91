import { Clock } from '@app/runtime';
import { SimulatorServer } from '../src/messenger/server';
import { xApiRouter } from '../src/x/api/api-router';
import type { CallEntry } from '../src/x/api/route';
import { XPlatform, type XOptions } from '../src/x/platform';
import type { AppKeys } from '../src/x/registry';

export interface XAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
  /** Ids of `data`, where that is a list. */
  ids: string[];
  /** Of `meta`. */
  next: string | undefined;
  previous: string | undefined;
}

/** X's API alone, over HTTP, with an app, our handle and a customer, for tests. */
export class XApiStage {
  readonly clock = new Clock();
  readonly calls: CallEntry[] = [];
  platform!: XPlatform;
  origin = '';
  app!: AppKeys;
  /** User ids: our handle `@shop`, a customer `@ada`. */
  shop = '';
  ada = '';
  /** Of our handle, with every scope. */
  token = '';
  private server!: SimulatorServer;

  static async open(options: Partial<XOptions> = {}): Promise<XApiStage> {
    const stage = new XApiStage();
    const platform = (stage.platform = new XPlatform({ seed: 7, ...options, clock: stage.clock }));
    stage.server = await SimulatorServer.open(xApiRouter(platform), 0);
    stage.origin = platform.origin = stage.server.origin;
    stage.app = platform.addApp({ name: 'Evenhand' });
    stage.shop = platform.addUser({ username: 'shop', name: 'The Shop', language: 'en', operated: true }).userId;
    stage.ada = platform.addUser({ username: 'ada', name: 'Ada', language: 'en', reach: { followers: 97 } }).userId;
    stage.token = platform.token({ appId: stage.app.appId, userId: stage.shop }).accessToken;
    platform.on('call', (entry) => stage.calls.push(entry));
    return stage;
  }

  get api(): string {
    return `${this.origin}/sim/x/api`;
  }

  /** A call as our handle, or with another token or header. Pieces of a form go as they are. */
  async call(
    method: string,
    path: string,
    body?: object | FormData | URLSearchParams,
    authorization = `Bearer ${this.token}`,
  ): Promise<XAnswer> {
    const plain = body === undefined || body instanceof FormData || body instanceof URLSearchParams;
    const response = await fetch(`${this.api}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(authorization !== '' && { authorization }),
        ...(!plain && { 'content-type': 'application/json' }),
      },
      ...(body && { body: plain ? (body as FormData) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const read = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { text };
    const { data, meta } = read as { data?: { id: string }[]; meta?: Record<string, string> };
    return {
      status: response.status,
      headers: response.headers,
      body: read,
      ids: Array.isArray(data) ? data.map(({ id }) => id) : [],
      next: meta?.['next_token'],
      previous: meta?.['previous_token'],
    };
  }

  get(path: string, authorization?: string): Promise<XAnswer> {
    return this.call('GET', path, undefined, authorization);
  }

  /** Ada mentions us. Returns the id of the post. */
  mention(text = 'is it open?', more: { indexedAfterMs?: number; at?: number } = {}): string {
    return this.platform.writePost({ author: this.ada, text: `@shop ${text}`, ...more }).postId;
  }

  async stop(): Promise<void> {
    await this.server.close();
    await this.platform.stop();
  }
}
