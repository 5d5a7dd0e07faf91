const listeners = new Set<() => void>();

/** Opens the list of keys from anywhere. */
export function openKeySheet(): void {
  for (const listener of listeners) listener();
}

export function onOpenKeySheet(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
