import { useEffect, useState } from 'react';

/** True once a state has lasted 300 ms: what is quicker shows nothing, so nothing flashes. */
export function useAfterPause(active: boolean, pauseMs = 300): boolean {
  const [passed, setPassed] = useState(false);
  useEffect(() => {
    if (!active) {
      setPassed(false);
      return undefined;
    }
    const timer = setTimeout(() => setPassed(true), pauseMs);
    return () => clearTimeout(timer);
  }, [active, pauseMs]);
  return active && passed;
}
