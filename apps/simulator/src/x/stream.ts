import type { ServerResponse } from 'node:http';
import type { EventLog, PushedEvent } from './activity/event-log';
import type { Journal } from './journal';
import { MINUTE, type World } from './world';
import { type DeliveryFaults, STREAM_FAULTS } from './webhooks/delivery-faults';

/** Something comes at least every 20 s (platforms.md §4.9); a little more often, so that no receiver loses the race. */
const BEAT_MS = 15_000;
const MOST_OF_AN_APP = 2;
/** Bytes that wait for a slow reader at most; past it the connection ends. */
const MOST_BUFFERED = 8 * 1024 * 1024;

export interface StreamWish {
  backfillMinutes: number;
  /** Product time. */
  from?: number;
  to?: number;
}

interface Connection {
  appId: string;
  response: ServerResponse;
  stalled: boolean;
}

/** The persistent stream of events: JSON lines, with empty ones in between while nothing happens. */
export class Streams {
  private readonly open = new Set<Connection>();
  private beat: NodeJS.Timeout | undefined;

  constructor(
    private readonly world: World,
    private readonly log: EventLog,
    private readonly faults: DeliveryFaults,
    private readonly journal: Journal,
    private readonly beatMs = BEAT_MS,
  ) {}

  isFull(appId: string): boolean {
    return [...this.open].filter((one) => one.appId === appId).length >= MOST_OF_AN_APP;
  }

  /** Takes a response over, whose status is set. With an end the stream ends there. */
  connect(appId: string, response: ServerResponse, { backfillMinutes, from, to }: StreamWish): void {
    response.setHeader('Content-Type', 'application/json');
    response.flushHeaders();
    const now = this.world.now();
    const begin = from ?? now - backfillMinutes * MINUTE;
    const missed = this.log.between(begin, to ?? now + 1, (event) => event.appId === appId && event.streamed);
    const connection: Connection = { appId, response, stalled: false };
    if (begin < now) for (const event of missed) this.write(connection, event);
    if (to !== undefined && to <= now) {
      response.end();
      return;
    }
    this.open.add(connection);
    this.journal.write({ kind: 'stream', appId, what: 'opened' });
    this.beat ??= setInterval(() => this.tick(), this.beatMs).unref();
    response.once('close', () => {
      if (this.open.delete(connection)) this.journal.write({ kind: 'stream', appId, what: 'closed' });
      if (this.open.size > 0) return;
      clearInterval(this.beat);
      this.beat = undefined;
    });
  }

  send(event: PushedEvent): void {
    for (const connection of Array.from(this.open)) {
      if (connection.appId === event.appId) this.write(connection, event);
    }
  }

  stop(): void {
    clearInterval(this.beat);
    for (const { response } of this.open) response.destroy();
    this.open.clear();
  }

  private write(connection: Connection, event: PushedEvent): void {
    const { response, appId } = connection;
    const fault = this.faults.strike(event.eventType, STREAM_FAULTS)?.kind;
    const end = (what: 'disconnected' | 'cut'): void => {
      this.open.delete(connection);
      this.journal.write({ kind: 'stream', appId, what });
    };
    if (fault === 'stall') {
      connection.stalled = true;
      this.journal.write({ kind: 'stream', appId, what: 'stalled' });
    }
    if (connection.stalled || fault === 'stream-lose') return;
    if (fault === 'operational-disconnect') {
      end('disconnected');
      response.end(`${DISCONNECT}\r\n`);
    } else if (fault === 'stream-cut') {
      end('cut');
      response.write(event.json.slice(0, event.json.length >> 1), () => response.destroy());
    } else if (response.writableLength > MOST_BUFFERED) {
      end('disconnected');
      response.destroy();
    } else response.write(`${event.json}\r\n`);
  }

  private tick(): void {
    for (const { response, stalled } of this.open) if (!stalled) response.write('\r\n');
  }
}

const DISCONNECT = JSON.stringify({
  errors: [
    {
      title: 'operational-disconnect',
      disconnect_type: 'UpstreamOperationalDisconnect',
      detail: 'This stream has been disconnected upstream for operational reasons.',
      type: 'https://api.twitter.com/2/problems/operational-disconnect',
    },
  ],
});
