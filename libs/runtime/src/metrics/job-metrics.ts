import type { Gauge } from 'prom-client';
import type { JobGauge } from '../jobs/job-table';
import type { Jobs } from '../jobs/jobs';
import type { Metrics } from './metrics';

/** Counts jobs when somebody looks, by one statement for all gauges. What cannot be counted in time is left out. */
export function observeJobs(metrics: Metrics, jobs: Jobs): void {
  let counted: Promise<JobGauge[]> | undefined;
  const count = (): Promise<JobGauge[]> => {
    counted ??= within(2_000, jobs.gauges()).finally(() => setImmediate(() => (counted = undefined)));
    return counted;
  };
  const gauge = (name: string, help: string, value: (gauge: JobGauge) => number): void => {
    metrics.gauge({
      name,
      help,
      labelNames: ['job'],
      async collect(this: Gauge<'job'>) {
        this.reset();
        for (const each of await count().catch(() => [])) this.set({ job: each.name }, value(each));
      },
    });
  };
  gauge('evenhand_jobs_due', 'Jobs that are due and not running, in all processes', (each) => each.due);
  gauge('evenhand_jobs_running', 'Jobs that are running, in all processes', (each) => each.running);
  gauge('evenhand_jobs_dead', 'Jobs given up after all attempts', (each) => each.dead);
  gauge(
    'evenhand_jobs_oldest_due_seconds',
    'How long the oldest due job has waited',
    (each) => each.oldestDueMs / 1_000,
  );
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
