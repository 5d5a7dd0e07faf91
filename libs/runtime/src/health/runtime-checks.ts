import type { Database } from '../database/database';
import type { RedisLink } from '../events/redis-link';
import type { Jobs } from '../jobs/jobs';
import type { HealthResult } from './health';

/** Work that waits so long does not wait for a busy moment. */
const LATE_MS = 5 * 60_000;

/** Losing Redis loses nothing, so it is never `down`. */
export function redisCheck(redis: RedisLink): () => Promise<HealthResult> {
  return async () =>
    redis.answering
      ? { status: 'ok' }
      : {
          status: 'degraded',
          detail: 'Redis does not answer; PostgreSQL does its work. Start it, or correct REDIS_URL',
        };
}

/** Work that was given up, or is late. */
export function jobsCheck(jobs: Jobs): () => Promise<HealthResult> {
  return async () => {
    const gauges = await jobs.gauges();
    const dead = gauges.filter((gauge) => gauge.dead > 0).map((gauge) => `${gauge.name} ${gauge.dead}`);
    const late = gauges.filter((gauge) => gauge.oldestDueMs > LATE_MS).map((gauge) => gauge.name);
    if (dead.length === 0 && late.length === 0) return { status: 'ok' };
    const told = [
      dead.length > 0 ? `given up: ${dead.join(', ')}` : '',
      late.length > 0 ? `waiting for more than five minutes: ${late.join(', ')}` : '',
    ];
    return { status: 'degraded', detail: told.filter(Boolean).join('; ') };
  };
}

/** Whether this process's own login role gets an answer. */
export function databaseCheck(database: Database): () => Promise<HealthResult> {
  return async () => {
    await database.query('select 1');
    return { status: 'ok' };
  };
}
