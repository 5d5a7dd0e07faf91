/** Something that is measured: one call is one round, its result the figure of that round. */
export interface Contestant {
  readonly name: string;
  readonly round: (round: number) => Promise<number>;
}

/** Figures of the rounds of one contestant. */
export interface Figure {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** What a ratio should be. Never asserted: a shared machine must not turn a build red. */
export interface Aim {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** One line of the report. */
export interface Comparison {
  readonly bench: string;
  /** What was measured, and on how much. */
  readonly what: string;
  /** Of the figures, such as `mails/s`. */
  readonly unit: string;
  readonly ours: Figure;
  /** What `ours` is measured beside; undefined where a figure stands alone. */
  readonly besideName?: string;
  readonly beside?: Figure;
  /** Median of the rounds' own ratios: ours divided by beside, both measured right after each other. */
  readonly ratio?: number;
  /** Of the ratio; of our figure itself where it stands alone. */
  readonly aim?: Aim;
  readonly note?: string;
}

/**
 * Runs the contestants in turn, round after round, every other round in the opposite order, so that what else the machine
 * does meets all of them alike. @returns the figures by name, one per round.
 */
export async function interleave(
  rounds: number,
  contestants: readonly Contestant[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const figures = new Map(contestants.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? contestants : contestants.toReversed();
    for (const { name, round: run } of order) figures.get(name)!.push(await run(round));
  }
  return figures;
}

export function figureOf(values: readonly number[]): Figure {
  return { median: median(values), low: Math.min(...values), high: Math.max(...values) };
}

/** Compares two contestants round by round. */
export function compare(
  figures: ReadonlyMap<string, readonly number[]>,
  ours: string,
  besideName: string,
  line: Pick<Comparison, 'bench' | 'what' | 'unit' | 'aim' | 'note'>,
): Comparison {
  const mine = figures.get(ours)!;
  const other = figures.get(besideName)!;
  const ratio = median(mine.map((value, round) => value / other[round]!));
  return { ...line, ours: figureOf(mine), besideName, beside: figureOf(other), ratio };
}

/** A figure that is promised as it is, whatever others take. */
export function alone(
  values: readonly number[],
  line: Pick<Comparison, 'bench' | 'what' | 'unit' | 'aim' | 'note'>,
): Comparison {
  return { ...line, ours: figureOf(values) };
}

/** Whether a line meets its aim; undefined where it has none. */
export function meets({ ratio, ours, aim }: Comparison): boolean | undefined {
  if (!aim) return undefined;
  const value = ratio ?? ours.median;
  return value >= (aim.atLeast ?? -Infinity) && value <= (aim.atMost ?? Infinity);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The value that `share` of all are at most, 0.99 for the 99th percentile. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Runs `work` so often, by `width` workers; each call is told which worker it is of. */
export async function inParallel(
  times: number,
  width: number,
  work: (n: number, worker: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const workers = Array.from({ length: Math.min(width, times) }, async (_, worker) => {
    for (let n = next++; n < times; n = next++) await work(n, worker);
  });
  await Promise.all(workers);
}
