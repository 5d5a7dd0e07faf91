import type { IncomingMessage } from 'node:http';

export interface BodyLimits {
  readonly maxBytes: number;
  /** The whole body must be there within it, milliseconds. */
  readonly withinMs: number;
}

export type Body =
  | { readonly ok: true; readonly bytes: Buffer }
  /** `status` to answer with; 0: nobody is there any more. */
  | { readonly ok: false; readonly status: 0 | 408 | 413 | 415 };

/** A sender over the limit is heard out so far, so that it gets the answer instead of a broken connection. */
const HEARD_OUT = 8;

/** Reads the bytes of a request as they came over the wire: a signature is over these. Never rejects. */
export async function readBody(request: IncomingMessage, { maxBytes, withinMs }: BodyLimits): Promise<Body> {
  // platforms send plain JSON; what is packed may hold a thousand times as much
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return { ok: false, status: 415 };
  if (Number(request.headers['content-length'] ?? 0) > maxBytes * HEARD_OUT) return { ok: false, status: 413 };
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let size = 0;
    const end = (body: Body): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      resolve(body);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else chunks = [];
      if (size > maxBytes * HEARD_OUT) end({ ok: false, status: 413 });
    };
    const onEnd = (): void =>
      end(size > maxBytes ? { ok: false, status: 413 } : { ok: true, bytes: Buffer.concat(chunks, size) });
    // the connection ended before the body did: what is there is not what was signed
    const onClose = (): void => end({ ok: false, status: 0 });
    const timer = setTimeout(() => end({ ok: false, status: 408 }), withinMs);
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}
