import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Jobs } from '../jobs/jobs';
import type { Logger } from '../logging/logger';
import { observeJobs } from '../metrics/job-metrics';
import { Metrics } from '../metrics/metrics';
import type { Health, HealthReport, HealthStatus } from './health';

/** What the pages of health need of an app. */
export interface Observed {
  readonly name: string;
  readonly logger: Logger;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly jobs: Jobs;
}

/**
 * Answers `GET /health/live` (200 as long as the process runs), `/health/ready` (200, or 503 while a part is down) and
 * `/metrics` for all apps of a process. Metrics are for this machine, unless `openMetrics` lets everybody in.
 * @returns a handler that says whether the request was its.
 */
export function healthHandler(
  apps: readonly Observed[],
  options: { readonly openMetrics?: boolean } = {},
): (path: string, request: IncomingMessage, response: ServerResponse) => boolean {
  for (const app of apps) observeJobs(app.metrics, app.jobs);
  const pages: Readonly<Record<string, (request: IncomingMessage) => Promise<Page>>> = {
    '/health/live': async () => json(200, { status: 'ok' }),
    '/health/ready': async () => {
      const report = await readyOf(apps);
      return json(report.status === 'down' ? 503 : 200, report);
    },
    '/metrics': async (request) => {
      if (!options.openMetrics && !isLocal(request)) {
        return json(403, { error: 'metrics are given to this machine only; ask on 127.0.0.1' });
      }
      const { contentType, body } = await Metrics.text(apps.map((app) => app.metrics));
      return { status: 200, contentType, body };
    },
  };
  return (path, request, response) => {
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (!page) return false;
    const answer = ({ status, contentType, body }: Page): void => {
      response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      answer(json(405, { error: 'only GET' }));
      return true;
    }
    page(request).then(answer, (error: unknown) => {
      apps[0]?.logger.error('a page of health failed', { path }, error);
      answer(json(500, { error: 'this page failed; the log says why' }));
    });
    return true;
  };
}

interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

function json(status: number, body: unknown): Page {
  return { status, contentType: 'application/json', body: JSON.stringify(body) };
}

/** With several apps in a process each check is told with its app's name before it. */
async function readyOf(apps: readonly Observed[]): Promise<HealthReport> {
  const reports = await Promise.all(apps.map(async (app) => [app.name, await app.health.ready()] as const));
  const worst = (['down', 'degraded', 'ok'] as const).find((status: HealthStatus) =>
    reports.some(([, report]) => report.status === status),
  );
  const prefix = (name: string): string => (apps.length > 1 ? `${name} ` : '');
  const checks = reports.flatMap(([name, report]) =>
    Object.entries(report.checks).map(([check, result]) => [`${prefix(name)}${check}`, result] as const),
  );
  return { status: worst ?? 'ok', checks: Object.fromEntries(checks) };
}

/** From this machine, and not handed on by a proxy on it. */
function isLocal(request: IncomingMessage): boolean {
  const address = request.socket.remoteAddress ?? '';
  const loopback = address === '::1' || /^(::ffff:)?127\./.test(address);
  return loopback && request.headers['x-forwarded-for'] === undefined && request.headers.forwarded === undefined;
}
