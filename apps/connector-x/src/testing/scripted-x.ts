import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came over the wire. */
export interface Asked {
  readonly method: string;
  /** With the query, undecoded. */
  readonly target: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Reply =
  /** Cuts the connection once the whole request has come: whatever was asked for has happened. */
  | 'cut'
  /** Never answers. */
  | 'say-nothing'
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** An object is sent as JSON, a text as HTML. */
      readonly body?: unknown;
      /** Announces more than comes, then cuts. */
      readonly truncated?: boolean;
    };

/** An HTTP server that answers each request with what the test says. */
export class ScriptedX {
  readonly asked: Asked[] = [];
  private readonly waiting: { readonly count: number; readonly done: () => void }[] = [];
  script: (asked: Asked) => Reply | Promise<Reply> = () => ({ body: {} });

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(): Promise<ScriptedX> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const url = new URL(request.url ?? '/', 'http://127.0.0.1');
        const asked: Asked = {
          method: request.method ?? '',
          target: request.url ?? '',
          path: url.pathname,
          query: url.searchParams,
          headers: request.headers,
          body: Buffer.concat(chunks),
        };
        x.asked.push(asked);
        for (const { count, done } of x.waiting) if (x.asked.length >= count) done();
        void Promise.resolve(x.script(asked)).then((reply) => give(reply, response));
      });
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const x = new ScriptedX(server, (server.address() as AddressInfo).port);
    return x;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Answers requests in this order, the last answer again and again. */
  inTurn(...replies: readonly Reply[]): void {
    let next = 0;
    this.script = () => replies[Math.min(next++, replies.length - 1)]!;
  }

  /** Resolves when so many requests have come. */
  async arrived(count: number): Promise<void> {
    if (this.asked.length < count) await new Promise<void>((done) => this.waiting.push({ count, done }));
  }

  reset(): void {
    this.waiting.length = 0;
    this.asked.length = 0;
    this.script = () => ({ body: {} });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** A problem as X tells it. */
export function problem(status: number, detail: string, more: Readonly<Record<string, unknown>> = {}): Reply {
  return { status, body: { title: 'Forbidden', detail, type: 'about:blank', status, ...more } };
}

export const UNAUTHORISED: Reply = {
  status: 401,
  body: { title: 'Unauthorized', type: 'about:blank', status: 401, detail: 'Unauthorized' },
};

function give(reply: Reply, response: ServerResponse): void {
  if (reply === 'say-nothing') return;
  if (reply === 'cut') return void response.socket?.destroy();
  const { status = 200, headers = {}, body = '', truncated = false } = reply;
  const raw = typeof body === 'string' || Buffer.isBuffer(body);
  const bytes = raw ? Buffer.from(body as string) : Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': raw ? 'text/html' : 'application/json',
    'content-length': String(bytes.length + (truncated ? 50 : 0)),
    ...headers,
  });
  if (!truncated) return void response.end(bytes);
  response.write(bytes, () => response.socket?.destroy());
}
