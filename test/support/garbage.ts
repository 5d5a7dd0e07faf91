import { connect, type Socket } from 'node:net';

/** Bytes without sense, the same for the same seed (xorshift32). */
export function garbage(seed: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed | 1;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state & 0xff;
  }
  return bytes;
}

/**
 * Says something to a port and hears it out.
 * @returns what it answered, once it has closed or has been silent for `silenceMs` after the last byte in either direction.
 */
export async function say(port: number, what: Buffer | string, silenceMs = 300): Promise<string> {
  const socket: Socket = connect(port, '127.0.0.1');
  let heard = '';
  await new Promise<void>((resolve, reject) => {
    socket.setTimeout(silenceMs, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => void (heard += chunk.toString('latin1')));
    // it may hang up while we speak: that is an answer too
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNREFUSED' ? reject(error) : undefined));
    socket.on('close', () => resolve());
    socket.on('connect', () => socket.write(what));
  });
  return heard;
}
