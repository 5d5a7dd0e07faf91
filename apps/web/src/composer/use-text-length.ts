import { useEffect, useMemo, useState } from 'react';
import type { LengthCounting } from '../graphql/generated';
import { measureUnits, type MeasureText, type TextLength } from './text-length';

/**
 * How long a text is as its platform counts. The weights are many tables of characters and of ends of addresses: who never answers
 * on such an account never loads them.
 * @returns undefined while they are on their way; the api counts again in any case.
 */
export function useTextLength(
  text: string,
  most: number | undefined,
  counting: LengthCounting,
): TextLength | undefined {
  const [weighted, setWeighted] = useState<MeasureText>();
  useEffect(() => {
    if (counting !== 'WEIGHTED') return undefined;
    let wanted = true;
    void import('./weighted-length').then(
      ({ measureWeighted }) => wanted && setWeighted(() => measureWeighted),
      // without a connection: the api refuses what is too long, and the text is kept
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [counting]);
  const measure = counting === 'WEIGHTED' ? weighted : measureUnits;
  return useMemo(() => measure?.(text, most), [measure, text, most]);
}
