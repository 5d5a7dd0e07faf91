import type { Response } from 'express';

/** Pages that listen at a time. */
const STREAM_LIMIT = 50;
/** Keeps a silent stream from being cut on the way. */
const BEAT_MS = 20_000;

/** Server-sent events: tells open pages that something has changed, never what. `listen` is given what to call then. */
export class ChangeStream {
  private readonly streams = new Set<Response>();
  private beat: NodeJS.Timeout | undefined;
  private planned: NodeJS.Immediate | undefined;

  constructor(listen: (tell: () => void) => void) {
    listen(() => {
      // one word for whatever happens at once
      this.planned ??= setImmediate(() => {
        this.planned = undefined;
        this.send('event: change\ndata: 1\n\n');
      });
    });
  }

  open(response: Response): void {
    if (this.streams.size >= STREAM_LIMIT) {
      response.status(503).type('text').send('Too many pages listen.');
      return;
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
    response.write('retry: 2000\n\n');
    this.streams.add(response);
    this.beat ??= setInterval(() => this.send(':\n\n'), BEAT_MS).unref();
    response.once('close', () => {
      this.streams.delete(response);
      if (this.streams.size > 0) return;
      clearInterval(this.beat);
      this.beat = undefined;
    });
  }

  private send(text: string): void {
    for (const stream of this.streams) stream.write(text);
  }
}
