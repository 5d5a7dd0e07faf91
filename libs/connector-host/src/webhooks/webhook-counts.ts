import type { HealthResult, Logger, Database, Metrics } from '@app/runtime';

/** How often counts are written, milliseconds. */
const FLUSH_MS = 5_000;
/** Over which time the share of rejected requests is looked at, milliseconds of the machine. */
const SPAN_MS = 5 * 60_000;
/** Fewer rejected ones are strangers who try; more of them than a tenth of all is a wrong secret of ours. */
const FEW = 10;
const SHARE = 0.1;

interface Count {
  accepted: number;
  rejected: number;
}

interface Watch extends Count {
  since: number;
  /** The share rose and has been told. */
  told: boolean;
}

/**
 * Counts the requests of each app. What is not the platform's leaves nothing but these numbers; where its share rises the
 * secret in our configuration is probably wrong, and the platform stops sending after an hour of refusals.
 */
export class WebhookCounts {
  private unwritten = new Map<string, Count & { readonly app: string; readonly hour: string }>();
  private readonly watches = new Map<string, Watch>();
  private readonly timer: NodeJS.Timeout;
  private readonly accepted;
  private readonly rejected;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    private readonly channel: string,
    metrics?: Metrics,
  ) {
    this.accepted = metrics?.counter({
      name: 'evenhand_webhook_accepted_total',
      help: 'Requests to webhooks that were the platform’s',
      labelNames: ['channel'],
    });
    this.rejected = metrics?.counter({
      name: 'evenhand_webhook_rejected_total',
      help: 'Requests to webhooks that were not the platform’s, by what was wrong',
      labelNames: ['channel', 'reason'],
    });
    this.timer = setInterval(() => void this.flush(), FLUSH_MS);
    this.timer.unref();
  }

  accept(appId: string): void {
    this.accepted?.inc({ channel: this.channel });
    this.count(appId, 'accepted');
  }

  /** @param reason one of a few words of the connector's. */
  reject(appId: string, reason: string): void {
    this.rejected?.inc({ channel: this.channel, reason });
    this.count(appId, 'rejected');
  }

  health(): HealthResult {
    const now = performance.now();
    const troubled = [...this.watches.values()].some((watch) => now - watch.since < SPAN_MS && isHigh(watch));
    if (!troubled) return { status: 'ok' };
    return {
      status: 'degraded',
      detail: `Many requests to the ${this.channel} webhook are refused. If the secret of the app is wrong here, the platform stops sending after an hour: compare it with the platform's.`,
    };
  }

  /** Writes what was counted. Never rejects; what cannot be written is written with the next. */
  async flush(): Promise<void> {
    const written = [...this.unwritten.values()];
    if (written.length === 0) return;
    this.unwritten = new Map();
    try {
      await this.database.transaction('system', (tx) =>
        tx.execute(
          `insert into intake.webhook_counts (app_id, hour, accepted, rejected)
           select app, hour, accepted, rejected
             from jsonb_to_recordset($1::jsonb) as n(app uuid, hour timestamptz, accepted bigint, rejected bigint)
            order by app, hour
           on conflict (app_id, hour) do update
              set accepted = webhook_counts.accepted + excluded.accepted,
                  rejected = webhook_counts.rejected + excluded.rejected`,
          [JSON.stringify(written)],
        ),
      );
    } catch (error) {
      this.logger.debug('counts of webhooks could not be written', { reason: (error as Error).name });
      for (const { app, hour, accepted, rejected } of written) this.add(app, hour, accepted, rejected);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  private count(appId: string, what: keyof Count): void {
    const now = this.database.clock.now();
    const hour = new Date(Math.floor(now.getTime() / 3_600_000) * 3_600_000).toISOString();
    this.add(appId, hour, what === 'accepted' ? 1 : 0, what === 'rejected' ? 1 : 0);
    this.watch(appId, what);
  }

  private add(app: string, hour: string, accepted: number, rejected: number): void {
    const key = `${app} ${hour}`;
    const count = this.unwritten.get(key) ?? { app, hour, accepted: 0, rejected: 0 };
    count.accepted += accepted;
    count.rejected += rejected;
    this.unwritten.set(key, count);
  }

  private watch(appId: string, what: keyof Count): void {
    const now = performance.now();
    const known = this.watches.get(appId);
    const watch = known && now - known.since < SPAN_MS ? known : { accepted: 0, rejected: 0, since: now, told: false };
    this.watches.set(appId, watch);
    watch[what] += 1;
    if (watch.told || !isHigh(watch)) return;
    watch.told = true;
    const { accepted, rejected } = watch;
    this.logger.warn('many requests to a webhook are refused: is the secret of the app right?', {
      appId,
      channel: this.channel,
      accepted,
      rejected,
    });
  }
}

function isHigh({ accepted, rejected }: Count): boolean {
  return rejected >= FEW && rejected > SHARE * (accepted + rejected);
}
