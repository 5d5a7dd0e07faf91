/** Randomness that can be had again: every number of it follows from the seed. */
export class Chance {
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed >>> 0;
  }

  /** From EVENHAND_CHAOS_SEED, else a new seed; printed, so that a failure can be run again. */
  static ofRun(what: string): Chance {
    const seed = Number(process.env['EVENHAND_CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    process.stderr.write(`${what}: EVENHAND_CHAOS_SEED=${seed}\n`);
    return new Chance(seed);
  }

  /** At least 0, less than 1 (mulberry32). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  shuffled<T>(list: readonly T[]): T[] {
    const result = [...list];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [result[i], result[j]] = [result[j]!, result[i]!];
    }
    return result;
  }
}

/** Something that can be killed, and comes back. */
export interface Victim {
  readonly name: string;
  /** Kills it without a word; resolves when whoever starts it again has begun to do so. */
  kill(): Promise<void>;
}

export interface KillPlan {
  readonly chance: Chance;
  /** Each as often as it is to be killed. */
  readonly victims: readonly Victim[];
  /** How much is done of `total`; rejects while that cannot be known. */
  readonly progress: () => Promise<number>;
  readonly total: number;
  /** Longest wait for progress before the next kill comes anyhow, milliseconds. */
  readonly patienceMs?: number;
}

/**
 * Kills the victims in a random order, each when a random part of the work is done and a random moment (up to 300 ms) is
 * over, so that no kill comes after the work. A kill that waits for progress in vain comes anyhow: it may hit a system that
 * is just getting up. @returns what was killed when.
 */
export async function killAtRandom(plan: KillPlan): Promise<string[]> {
  const { chance, progress, total, patienceMs = 10_000 } = plan;
  const moments = plan.victims.map(() => chance.below(Math.floor(total * 0.95))).sort((a, b) => a - b);
  const log: string[] = [];
  for (const [index, victim] of chance.shuffled(plan.victims).entries()) {
    const wanted = moments[index]!;
    const deadline = Date.now() + patienceMs;
    let done = -1;
    while (done < wanted && Date.now() < deadline) {
      done = await progress().catch(() => done);
      await pause(20);
    }
    await pause(chance.below(300));
    log.push(`${victim.name} at ${done} of ${total} (meant for ${wanted})`);
    await victim.kill();
  }
  return log;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
