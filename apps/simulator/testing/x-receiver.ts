import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Received } from './receiver';

export interface XEvent {
  event_uuid: string;
  event_type: string;
  filter: object;
  tag?: string;
  payload: {
    direct_message_events: DirectEvent[];
    direct_message_mark_read_events: object[];
    users: Record<string, XUser>;
  };
}

interface DirectEvent {
  message_create: { message_data: { text: string; attachment?: { media: { id_str: string } } } };
}

interface XUser {
  data?: XUser;
  public_metrics: object;
}

/** What a delivery may hold: an event, or keys of the old API. */
export interface Delivered {
  data?: XEvent;
  replay_job_status?: object;
  for_user_id?: string;
  direct_message_events?: DirectEvent[];
  tweet_create_events?: { created_at: string }[];
  users?: Record<string, object>;
}

type Answer = { status: number; body?: string; headers?: Record<string, string> } | undefined;

/** A plain program that receives what X delivers: answers challenges, keeps every delivery. */
export class XReceiver {
  readonly received: Received[] = [];
  readonly challenges: string[] = [];
  /** What deliveries are answered; undefined: nothing at all. */
  answer: (request: Received) => Answer | Promise<Answer> = () => ({ status: 200 });
  /** What challenges are answered; default the right token. */
  challenge: (token: string) => Answer = (token) => ({
    status: 200,
    body: JSON.stringify({ response_token: signature(this.consumerSecret, token) }),
  });
  private readonly waiting = new Set<() => void>();

  private constructor(
    private readonly server: Server,
    private readonly consumerSecret: string,
  ) {}

  static async open(consumerSecret: string): Promise<XReceiver> {
    const server = createServer();
    const receiver = new XReceiver(server, consumerSecret);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('error', () => undefined);
      request.on('end', () => {
        const url = new URL(request.url ?? '/', 'http://receiver');
        const { method = '', headers } = request;
        const one: Received = {
          method,
          path: url.pathname,
          query: url.searchParams,
          headers,
          body: Buffer.concat(chunks),
        };
        void receiver.take(one).then((answer) => {
          if (answer) response.writeHead(answer.status, answer.headers ?? {}).end(answer.body ?? '');
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/webhooks/x/main`;
  }

  /** Deliveries that came, read as JSON. */
  get bodies(): Delivered[] {
    return this.received.map(({ body }) => JSON.parse(body.toString('utf8')) as Delivered);
  }

  /** What stands in `data` of events of these types; without types of all. */
  events(...types: string[]): XEvent[] {
    const all = this.bodies.flatMap(({ data }) => data ?? []);
    return types.length === 0 ? all : all.filter(({ event_type }) => types.includes(event_type));
  }

  async until(count: number): Promise<void> {
    while (this.received.length < count) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async take(request: Received): Promise<Answer> {
    if (request.method === 'GET') {
      const token = request.query.get('crc_token') ?? '';
      this.challenges.push(token);
      return this.challenge(token);
    }
    this.received.push(request);
    for (const wake of this.waiting) wake();
    this.waiting.clear();
    return this.answer(request);
  }
}

/** As X signs: base64. Written here anew, so that a test does not ask the code under test. */
export function signature(secret: string, text: string | Buffer): string {
  return `sha256=${createHmac('sha256', secret).update(text).digest('base64')}`;
}
