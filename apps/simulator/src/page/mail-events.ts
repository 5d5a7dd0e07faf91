import { Injectable, type OnModuleDestroy, ServiceUnavailableException } from '@nestjs/common';
import type { Response } from 'express';
import { MailSimulator } from '../mail-simulator';
import type { MailArrival } from '../mail/post-office';

/** Pages that listen at a time. */
const STREAM_LIMIT = 50;
/** Keeps a silent stream from being cut on the way. */
const BEAT_MS = 20_000;

/** Server-sent events: tells open pages in which mailbox a mail was stored; never what it says. */
@Injectable()
export class MailEvents implements OnModuleDestroy {
  private readonly streams = new Set<Response>();
  private readonly beat = setInterval(() => this.send(':\n\n'), BEAT_MS).unref();
  private readonly listener = ({ address, folder }: MailArrival): void =>
    this.send(`event: mail\ndata: ${JSON.stringify({ address, folder })}\n\n`);

  constructor(private readonly simulator: MailSimulator) {
    simulator.on('mail', this.listener);
  }

  open(response: Response): void {
    if (this.streams.size >= STREAM_LIMIT) throw new ServiceUnavailableException('Too many pages listen.');
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
    response.write('retry: 2000\n\n');
    this.streams.add(response);
    response.once('close', () => this.streams.delete(response));
  }

  onModuleDestroy(): void {
    clearInterval(this.beat);
    this.simulator.off('mail', this.listener);
    for (const stream of this.streams) stream.end();
  }

  private send(text: string): void {
    for (const stream of this.streams) stream.write(text);
  }
}
