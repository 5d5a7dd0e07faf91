import type { z } from 'zod';
import { InvalidJobPayload } from './job-errors';

/** What a job's name stands for. Those who enqueue it and those who serve it give the same definition. */
export interface JobOptions<P> {
  /** Checked when the job is enqueued and again before its handler runs. Must accept JSON. */
  readonly payload: z.ZodType<P>;
  /** After so many attempts the job is a dead letter. A crash of the process counts as one. Default 12. */
  readonly maxAttempts?: number;
  /** Milliseconds until the next attempt, `attempt` being the one that failed, from 1. Default: see `backOff`. */
  readonly backoff?: (attempt: number) => number;
  /** A worker that is silent for so long has lost the job to others. Milliseconds; renewed while it runs. Default 30 s. */
  readonly leaseMs?: number;
  /** How many of this name run at once in one process. Default 5. */
  readonly concurrency?: number;
}

const MAX_PAYLOAD_BYTES = 1_000_000;

/** A job's name with everything decided. */
export class JobDefinition {
  readonly maxAttempts: number;
  readonly backoff: (attempt: number) => number;
  readonly leaseMs: number;
  readonly concurrency: number;

  constructor(
    readonly name: string,
    readonly options: JobOptions<unknown>,
  ) {
    this.maxAttempts = options.maxAttempts ?? 12;
    this.backoff = options.backoff ?? backOff;
    this.leaseMs = options.leaseMs ?? 30_000;
    this.concurrency = options.concurrency ?? 5;
  }

  /** JSON to be stored; what the handler will read of it has been checked. @throws InvalidJobPayload */
  write(payload: unknown): string {
    const json = JSON.stringify(payload ?? null);
    if (Buffer.byteLength(json) > MAX_PAYLOAD_BYTES) {
      throw new InvalidJobPayload(this.name, [
        { path: [], message: `larger than ${MAX_PAYLOAD_BYTES} bytes; store it and pass its id` },
      ]);
    }
    this.read(JSON.parse(json));
    return json;
  }

  /** @throws InvalidJobPayload */
  read(stored: unknown): unknown {
    const result = this.options.payload.safeParse(stored);
    if (!result.success) throw new InvalidJobPayload(this.name, result.error.issues);
    return result.data;
  }
}

/** 1 s, doubled with each attempt, 10 min at most; a fifth of it at random, so that what failed together spreads. */
export function backOff(attempt: number, random: () => number = Math.random): number {
  return Math.round(Math.min(1_000 * 2 ** (attempt - 1), 600_000) * (0.9 + 0.2 * random()));
}
