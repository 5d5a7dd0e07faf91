import type { BenchServer } from './bench-server';
import type { Comparison } from './measure';

/** What a run was asked for. */
export interface BenchOptions {
  /** Few rounds and little data: shows that the benches work, its figures mean little. */
  readonly quick: boolean;
  /** Conversations of the large workspace. */
  readonly size: number;
}

export interface BenchContext extends BenchOptions {
  readonly server: BenchServer;
  /** An empty directory; removed afterwards. */
  readonly dir: string;
  /** Runs when the bench ends, however it ends; what was given last runs first. */
  readonly onEnd: (step: () => Promise<unknown>) => void;
  /** Tells the person who waits. */
  readonly say: (line: string) => void;
}

/** One of the benches. */
export interface Bench {
  readonly name: string;
  readonly run: (context: BenchContext) => Promise<readonly Comparison[]>;
}
