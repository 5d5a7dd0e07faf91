import type { Logger } from '../logging/logger';

export type HealthStatus = 'ok' | 'degraded' | 'down';

export interface HealthResult {
  /** `degraded` still serves people; `down` does not, and takes the process out of the load balancer. */
  readonly status: HealthStatus;
  /** What is wrong and how to mend it. No secrets: anybody who reaches the port reads it. */
  readonly detail?: string;
}

export interface HealthReport {
  /** The worst of the checks. */
  readonly status: HealthStatus;
  readonly checks: Readonly<Record<string, HealthResult & { readonly since: string }>>;
}

const CHECK_LIMIT_MS = 2_000;
const KEPT_MS = 1_000;
const RANK: Readonly<Record<HealthStatus, number>> = { ok: 0, degraded: 1, down: 2 };

interface Known {
  readonly check: () => Promise<HealthResult>;
  status: HealthStatus | undefined;
  /** Machine time since when it has this status. */
  since: Date;
}

/** Asks every part that registered whether it works. A change is logged once; asking often costs nothing. */
export class Health {
  private readonly known = new Map<string, Known>();
  private kept: { readonly report: Promise<HealthReport>; readonly until: number } | undefined;

  constructor(
    private readonly options: { readonly logger: Logger; readonly limitMs?: number; readonly keptMs?: number },
  ) {}

  /** @param check may throw or hang: that is `down`. A second one of the same name replaces the first. */
  register(name: string, check: () => Promise<HealthResult>): void {
    this.known.set(name, { check, status: undefined, since: new Date() });
    this.kept = undefined;
  }

  /** Whether people can be served. Never throws; an answer is kept for a second. */
  async ready(): Promise<HealthReport> {
    const now = performance.now();
    if (!this.kept || this.kept.until < now) {
      this.kept = { report: this.ask(), until: now + (this.options.keptMs ?? KEPT_MS) };
    }
    return this.kept.report;
  }

  private async ask(): Promise<HealthReport> {
    const answers = await Promise.all(
      [...this.known].map(async ([name, known]) => [name, await this.askOne(name, known)] as const),
    );
    const status = answers.reduce<HealthStatus>(
      (worst, [, answer]) => (RANK[answer.status] > RANK[worst] ? answer.status : worst),
      'ok',
    );
    return { status, checks: Object.fromEntries(answers) };
  }

  private async askOne(name: string, known: Known): Promise<HealthResult & { since: string }> {
    let fault: unknown;
    const result = await this.within(known.check).catch((error: unknown): HealthResult => {
      fault = error;
      return { status: 'down', detail: describe(error) };
    });
    if (known.status !== result.status) {
      const fields = { check: name, status: result.status, detail: result.detail };
      if (result.status !== 'ok') this.options.logger.warn('a part does not work as it should', fields, fault);
      else if (known.status !== undefined) this.options.logger.info('a part works again', fields);
      known.status = result.status;
      known.since = new Date();
    }
    return { ...result, since: known.since.toISOString() };
  }

  private async within(check: () => Promise<HealthResult>): Promise<HealthResult> {
    const limitMs = this.options.limitMs ?? CHECK_LIMIT_MS;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<HealthResult>((resolve) => {
      timer = setTimeout(() => resolve({ status: 'down', detail: `no answer within ${limitMs} ms` }), limitMs);
    });
    try {
      return await Promise.race([check(), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The code where there is one: messages of drivers may hold addresses, and whoever reaches the port reads this. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  if (error.name === 'BlobStoreUnavailable') return error.message;
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : error.name;
}
