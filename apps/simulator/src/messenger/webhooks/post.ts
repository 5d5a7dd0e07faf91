import { Agent, request } from 'node:http';

/** What came of one request to a receiver. */
export interface PostResult {
  outcome: 'accepted' | 'refused' | 'late' | 'cut' | 'unreachable';
  status?: number;
  /** The answer, as far as it was kept. */
  body: string;
  ms: number;
}

export interface PostOptions {
  method?: 'GET' | 'POST';
  headers?: Readonly<Record<string, string>>;
  body?: Buffer;
  /** From the first byte we send to the last byte of the answer. */
  deadlineMs: number;
  signal?: AbortSignal;
  /** Cuts the connection after this many bytes of the body. */
  cutAfter?: number;
  /** Sends the body in pieces over this time. */
  slowMs?: number;
}

/** Bytes of an answer that are kept. */
const ANSWER_LIMIT = 64 * 1024;

/** Asks receivers; keeps connections. Only addresses of this machine. */
export class Receivers {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });

  /** Never rejects. Accepted is a 200, whole and in time; nothing else. */
  async ask(url: string, options: PostOptions): Promise<PostResult> {
    const started = performance.now();
    const result = await this.exchange(url, options);
    return { ...result, ms: Math.round(performance.now() - started) };
  }

  close(): void {
    this.agent.destroy();
  }

  private exchange(url: string, options: PostOptions): Promise<Omit<PostResult, 'ms'>> {
    const { method = 'POST', headers = {}, body, deadlineMs, signal, cutAfter, slowMs } = options;
    return new Promise((resolve) => {
      let late = false;
      const target = new URL(url);
      const outgoing = request(target, {
        agent: this.agent,
        method,
        headers: { ...headers, ...(body && { 'Content-Length': String(body.length) }) },
        ...(signal && { signal }),
      });
      const deadline = setTimeout(() => {
        late = true;
        outgoing.destroy();
      }, deadlineMs);
      const end = (result: Omit<PostResult, 'ms'>): void => {
        clearTimeout(deadline);
        resolve(result);
      };
      outgoing.on('response', (incoming) => {
        const kept: Buffer[] = [];
        let size = 0;
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size <= ANSWER_LIMIT) kept.push(chunk);
        });
        incoming.on('end', () => {
          const status = incoming.statusCode ?? 0;
          end({ outcome: status === 200 ? 'accepted' : 'refused', status, body: Buffer.concat(kept).toString('utf8') });
        });
        incoming.on('error', () => end({ outcome: late ? 'late' : 'cut', body: '' }));
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        end({ outcome: late ? 'late' : error.code === 'ECONNREFUSED' ? 'unreachable' : 'cut', body: '' });
      });
      if (!body) outgoing.end();
      else if (cutAfter !== undefined) outgoing.write(body.subarray(0, cutAfter), () => outgoing.destroy());
      else if (slowMs !== undefined) trickle(body, slowMs, outgoing);
      else outgoing.end(body);
    });
  }
}

function trickle(body: Buffer, overMs: number, outgoing: NodeJS.WritableStream): void {
  const pieces = 10;
  const size = Math.ceil(body.length / pieces);
  let sent = 0;
  const step = (): void => {
    outgoing.write(body.subarray(sent, sent + size));
    sent += size;
    if (sent >= body.length) outgoing.end();
    else setTimeout(step, overMs / pieces).unref();
  };
  step();
}

/** The address as a URL of this machine. Throws a RangeError for any other: nothing may leave it. */
export function ownAddress(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new RangeError(`"${url}" is no URL.`);
  }
  const local = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(parsed.hostname);
  if (parsed.protocol !== 'http:' || !local) {
    throw new RangeError(
      `"${url}" is not on this machine: the simulator calls http://127.0.0.1 and http://localhost only.`,
    );
  }
  return parsed.href;
}
