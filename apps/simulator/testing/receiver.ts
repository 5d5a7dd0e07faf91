import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it came over the wire. */
export interface Received {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** What a receiver answers; undefined: nothing at all. */
type Answer = { status: number; body?: string } | undefined;

/** A plain program that receives webhooks: knows nothing of the simulator but the bytes it gets. */
export class Receiver {
  readonly received: Received[] = [];
  /** What POSTs are answered; default 200. */
  answer: (request: Received) => Answer | Promise<Answer> = () => ({ status: 200, body: 'EVENT_RECEIVED' });
  private readonly waiting = new Set<() => void>();

  private constructor(
    private readonly server: Server,
    readonly verifyToken: string,
  ) {}

  static async open(verifyToken = 'opensesame', port = 0): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server, verifyToken);
    server.on('request', (request: IncomingMessage, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('error', () => undefined);
      request.on('end', () => {
        const url = new URL(request.url ?? '/', 'http://receiver');
        const one: Received = {
          method: request.method ?? '',
          path: url.pathname,
          query: url.searchParams,
          headers: request.headers,
          body: Buffer.concat(chunks),
        };
        void receiver.take(one).then((answer) => {
          if (answer) response.writeHead(answer.status, { 'content-type': 'text/plain' }).end(answer.body ?? '');
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/webhooks/messenger/main`;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Bodies of the deliveries so far, read as JSON. */
  get bodies(): { object: string; entry: Record<string, never>[] }[] {
    return this.received
      .filter(({ method }) => method === 'POST')
      .map(({ body }) => JSON.parse(body.toString('utf8')) as { object: string; entry: Record<string, never>[] });
  }

  /** Elements of every delivery, in the order in which they came. */
  get elements(): Record<string, unknown>[] {
    return this.bodies.flatMap(({ entry }) =>
      entry.flatMap(({ messaging = [], standby = [], changes = [] }: Record<string, Record<string, unknown>[]>) => [
        ...messaging,
        ...standby,
        ...changes,
      ]),
    );
  }

  /** Elements that have this key. */
  of(key: string): Record<string, unknown>[] {
    return this.elements.filter((element) => key in element);
  }

  /** Resolves when so many requests have come. */
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
      const right = request.query.get('hub.verify_token') === this.verifyToken;
      return right ? { status: 200, body: request.query.get('hub.challenge') ?? '' } : { status: 403 };
    }
    this.received.push(request);
    for (const wake of this.waiting) wake();
    this.waiting.clear();
    return this.answer(request);
  }
}

/** Whether a delivery is signed by the app over exactly the bytes that came. */
export function isSigned({ headers, body }: Received, appSecret: string): boolean {
  return headers['x-hub-signature-256'] === `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`;
}
