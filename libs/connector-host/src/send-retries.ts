/** When a message that could not be given to the platform is tried again. */
export interface SendRetryOptions {
  /** Waits after the first, second, … failure, milliseconds; the last one repeats. */
  readonly waits: readonly number[];
  /** After so long since the first attempt the message is given up, milliseconds. */
  readonly giveUpMs: number;
  /** Share of a wait that is left to chance, so that what failed together spreads. */
  readonly jitter: number;
}

const MINUTE = 60_000;

/** email.md §5.2: greylisting answers within minutes, outages last hours. */
export const SEND_RETRIES: SendRetryOptions = {
  waits: [0.5 * MINUTE, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 60 * MINUTE],
  giveUpMs: 24 * 60 * MINUTE,
  jitter: 0.2,
};

/**
 * @param failures how many attempts have failed, this one included.
 * @param first when the first attempt was made. Product time, as `now`.
 * @returns when to try again, or undefined when it is given up.
 */
export function nextAttempt(
  options: SendRetryOptions,
  failures: number,
  first: Date,
  now: Date,
  random: () => number = Math.random,
): Date | undefined {
  if (now.getTime() - first.getTime() >= options.giveUpMs) return undefined;
  const wait = options.waits[Math.min(failures, options.waits.length) - 1] ?? MINUTE;
  return new Date(now.getTime() + Math.round(wait * (1 + options.jitter * (2 * random() - 1))));
}
