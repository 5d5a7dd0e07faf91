import { USUAL_MS } from '../customers/life';

/** How often customers write, on all channels together. Milliseconds between two messages; null: not by themselves. */
export const RATES = {
  off: null,
  slow: [30_000, 60_000],
  usual: USUAL_MS,
  fast: [2_000, 5_000],
} as const satisfies Record<string, readonly [number, number] | null>;

export type Rate = keyof typeof RATES;

/** The rate in force; undefined where another was set by the control API. */
export function rateOf(life: { readonly everyMs: readonly [number, number] } | undefined): Rate | undefined {
  if (life === undefined) return 'off';
  const [least, most] = life.everyMs;
  return (Object.keys(RATES) as Rate[]).find((name) => RATES[name]?.[0] === least && RATES[name][1] === most);
}
