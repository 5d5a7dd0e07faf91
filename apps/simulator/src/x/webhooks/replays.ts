import type { EventLog } from '../activity/event-log';
import type { Journal } from '../journal';
import type { Webhook } from '../model';
import { DAY, MINUTE, type World } from '../world';
import type { Delivery } from './sender';

const EARLIEST_MS = DAY;
const FROM_AT_LEAST_AGO_MS = 31 * MINUTE;
const TO_AT_LEAST_AGO_MS = 10 * MINUTE;

interface Job {
  id: string;
  webhookId: string;
  createdAt: number;
  left: number;
  failed: number;
}

/** Sends again what a webhook was to get in a span of time, each event with the id it had, then says that it is done. */
export class Replays {
  private readonly jobs = new Map<string, Job>();

  constructor(
    private readonly world: World,
    private readonly log: EventLog,
    private readonly journal: Journal,
    private readonly send: (hook: Webhook, delivery: Delivery) => void,
  ) {}

  /** Begins, or says what is wrong with the wish. Times are `yyyymmddHHMM`, UTC. */
  begin(hook: Webhook, fromDate: string, toDate: string): { jobId: string; createdAt: number } | { reason: string } {
    const now = this.world.now();
    const [from, to] = [timeOf(fromDate), timeOf(toDate)];
    if (from === undefined) return { reason: 'QueryParamInvalid: from_date must be yyyymmddHHMM' };
    if (to === undefined) return { reason: 'QueryParamInvalid: to_date must be yyyymmddHHMM' };
    if (from < now - EARLIEST_MS) return { reason: 'QueryParamInvalid: from_date must be within the last 24 hours' };
    if (from > now - FROM_AT_LEAST_AGO_MS)
      return { reason: 'QueryParamInvalid: from_date must be at least 31 minutes ago' };
    if (to > now - TO_AT_LEAST_AGO_MS) return { reason: 'QueryParamInvalid: to_date must be at least 10 minutes ago' };
    if (to <= from) return { reason: 'QueryParamInvalid: to_date must be after from_date' };
    if ([...this.jobs.values()].some((job) => job.webhookId === hook.id)) {
      return { reason: 'ReplayConflictError: a replay job is already in progress for this webhook' };
    }
    const events = this.log.between(from, to, (event) => event.webhookId === hook.id);
    const job: Job = { id: this.world.newId(), webhookId: hook.id, createdAt: now, left: events.length, failed: 0 };
    this.jobs.set(job.id, job);
    this.journal.write({ kind: 'replay', appId: hook.appId, webhookId: hook.id, events: events.length });
    for (const [n, event] of events.entries()) {
      const id = `${job.id}-${n}`;
      this.send(hook, { id, event, webhookId: hook.id, attempts: 0, dueAt: now, jobId: job.id });
    }
    if (events.length === 0) this.finish(hook, job);
    return { jobId: job.id, createdAt: now };
  }

  /** A delivery of a replay will not be tried again. */
  ended({ jobId }: Delivery, accepted: boolean, hook: Webhook | undefined): void {
    const job = jobId === undefined ? undefined : this.jobs.get(jobId);
    if (!job) return;
    job.left -= 1;
    if (!accepted) job.failed += 1;
    if (job.left === 0) this.finish(hook, job);
  }

  private finish(hook: Webhook | undefined, job: Job): void {
    this.jobs.delete(job.id);
    if (!hook) return;
    const complete = job.failed === 0;
    const status = {
      webhook_id: hook.id,
      job_state: complete ? 'Complete' : 'Incomplete',
      job_state_description: complete
        ? 'Job completed successfully'
        : 'Job failed to deliver all events, please retry your replay job',
      job_id: job.id,
    };
    const now = this.world.now();
    this.send(hook, {
      id: `${job.id}-status`,
      webhookId: hook.id,
      attempts: 0,
      dueAt: now,
      event: {
        id: `${job.id}-status`,
        appId: hook.appId,
        webhookId: hook.id,
        streamed: false,
        eventType: 'replay_job_status',
        json: JSON.stringify({ replay_job_status: status }),
        at: now,
        lane: job.id,
        about: [],
      },
    });
  }
}

function timeOf(text: string): number | undefined {
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(text);
  if (!parts) return undefined;
  const [year, month, day, hour, minute] = parts.slice(1).map(Number) as [number, number, number, number, number];
  const time = new Date(Date.UTC(year, month - 1, day, hour, minute));
  return time.getUTCMonth() === month - 1 && time.getUTCDate() === day && hour < 24 && minute < 60
    ? time.getTime()
    : undefined;
}
