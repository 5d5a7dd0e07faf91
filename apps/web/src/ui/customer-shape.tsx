import { useMemo } from 'react';

/** Quarter circle, triangle, leaf and half, each in a 10 px square. */
const FORMS = ['M0 0h10A10 10 0 0 1 0 10z', 'M0 0h10L0 10z', 'M0 0h5a5 5 0 0 1 5 5v5H5a5 5 0 0 1-5-5z', 'M0 0h10v5H0z'];

/**
 * A drawing made from a customer's pseudonym, in place of a picture: it helps to recognise a conversation and says
 * nothing about a person. One colour for all.
 */
export function CustomerShape({ seed, size = 32 }: { readonly seed: string; readonly size?: number }) {
  const cells = useMemo(() => drawing(seed), [seed]);
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 32 32" style={{ borderRadius: 6 }}>
      <rect width="32" height="32" fill="var(--sunk)" />
      <g fill="var(--muted)" fillOpacity="0.75">
        {cells.map(({ form, turn }, i) => (
          <path
            key={i}
            d={FORMS[form]}
            transform={`translate(${6 + (i % 2) * 10} ${6 + Math.floor(i / 2) * 10}) rotate(${turn * 90} 5 5)`}
          />
        ))}
      </g>
    </svg>
  );
}

/** FNV-1a over the seed; four cells of four bits each. */
function drawing(seed: string): { form: number; turn: number }[] {
  let hash = 0x811c9dc5;
  for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  return [0, 1, 2, 3].map((cell) => ({ form: (hash >>> (cell * 4)) & 3, turn: (hash >>> (cell * 4 + 2)) & 3 }));
}
