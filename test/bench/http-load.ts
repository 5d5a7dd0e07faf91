import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Most connections of one load; what is due while all are busy waits, and its wait counts. */
const MAX_CONNECTIONS = 200;
const DEADLINE_MS = 30_000;

/** A POST as it goes over the wire, made before the clock starts. */
export function postOf(url: URL, body: Buffer, headers: Readonly<Record<string, string>>): Buffer {
  const lines = Object.entries({ 'content-type': 'application/json', ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const head = [`POST ${url.pathname} HTTP/1.1`, `host: ${url.host}`, `content-length: ${body.length}`, ...lines];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}

/**
 * Sends requests to one address on connections that stay open, and costs little itself: it shares the machine with what it
 * measures. Any answer but 200 ends the measurement.
 */
export class HttpLoad {
  private readonly idle: Connection[] = [];
  private readonly queue: ((connection: Connection) => void)[] = [];
  private open = 0;

  constructor(private readonly url: URL) {}

  /** Resolves when the answer is there. @throws when it is not 200. */
  async send(request: Buffer): Promise<void> {
    const connection = await this.take();
    const status = await connection.ask(request);
    const next = this.queue.shift();
    if (next) next(connection);
    else this.idle.push(connection);
    if (status !== 200) throw new Error(`${this.url.href} answered ${status}`);
  }

  /** As fast as it goes, `width` at once. @returns requests per second. */
  async closed(requests: readonly Buffer[], width: number): Promise<number> {
    const began = performance.now();
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let n = next++; n < requests.length; n = next++) await this.send(requests[n]!);
    };
    await Promise.all(Array.from({ length: width }, worker));
    return (requests.length / (performance.now() - began)) * 1_000;
  }

  /**
   * At a given pace, whatever the other side does. @returns milliseconds of each, from the moment at which it was due, so that
   * one that could not be sent because others were slow counts as slow; our own timer is up to a millisecond late.
   */
  async paced(
    requests: readonly Buffer[],
    perSecond: number,
    onAnswer: (n: number) => void = () => undefined,
  ): Promise<number[]> {
    const began = performance.now();
    const answers: Promise<number>[] = [];
    for (const [n, request] of requests.entries()) {
      const due = began + (n * 1_000) / perSecond;
      const wait = due - performance.now();
      if (wait > 0) await pause(Math.ceil(wait));
      const answer = this.send(request).then(() => {
        onAnswer(n);
        return performance.now() - due;
      });
      answer.catch(() => undefined); // told below
      answers.push(answer);
    }
    return Promise.all(answers);
  }

  close(): void {
    for (const connection of this.idle.splice(0)) connection.end();
    this.open = 0;
  }

  private async take(): Promise<Connection> {
    while (this.idle.length > 0) {
      const free = this.idle.pop()!;
      if (free.alive) return free;
      this.open -= 1; // the other side let it go while nobody used it
    }
    if (this.open >= MAX_CONNECTIONS) return new Promise((resolve) => this.queue.push(resolve));
    this.open += 1;
    return Connection.open(this.url);
  }
}

/** One connection, one request at a time; knows answers with a content-length alone, as both sides give them. */
class Connection {
  private received = '';
  private answered: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true).setTimeout(DEADLINE_MS);
    socket.on('data', (chunk) => this.take(chunk.toString('latin1')));
    socket.on('error', (error) => this.answered?.reject(error));
    socket.on('timeout', () => socket.destroy(this.answered && new Error('no answer came in time')));
    socket.on('close', () => this.answered?.reject(new Error('the connection was closed before the answer')));
  }

  static async open({ hostname, port }: URL): Promise<Connection> {
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new Connection(socket);
  }

  get alive(): boolean {
    return !this.socket.destroyed && this.socket.writable;
  }

  ask(request: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.answered = { resolve, reject };
      this.socket.write(request, (error) => error && reject(error));
    });
  }

  end(): void {
    this.socket.destroy();
  }

  private take(text: string): void {
    this.received += text;
    const head = this.received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = /content-length: (\d+)/i.exec(this.received.slice(0, head))?.[1];
    if (this.received.length < head + 4 + Number(length ?? 0)) return;
    const status = Number(this.received.slice(9, 12));
    this.received = '';
    this.answered?.resolve(status);
    this.answered = undefined;
  }
}
