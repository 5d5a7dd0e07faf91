import { mapExchange, type Exchange } from 'urql';

/** Newest version seen of each thing that has one. Events may come late: an answer of the server can overtake them. */
export class SeenVersions {
  private readonly newest = new Map<string, number>();

  /** Whether all that the value carries is at least as new as what was seen; if so, remembers it. */
  accept(value: unknown): boolean {
    const found: [string, number][] = [];
    collect(value, found, 0);
    if (found.some(([key, version]) => version < (this.newest.get(key) ?? -Infinity))) return false;
    for (const [key, version] of found) this.newest.set(key, version);
    return true;
  }
}

function collect(value: unknown, found: [string, number][], depth: number): void {
  if (typeof value !== 'object' || value === null || depth > 14) return;
  if (Array.isArray(value)) {
    for (const each of value) collect(each, found, depth + 1);
    return;
  }
  const entity = value as Record<string, unknown>;
  if (typeof entity.id === 'string' && typeof entity.version === 'number') {
    found.push([`${String(entity.__typename)}:${entity.id}`, entity.version]);
  }
  for (const each of Object.values(entity)) collect(each, found, depth + 1);
}

/**
 * Empties events that are older than what is on the screen, so that a late one never rolls back what a person has just
 * done. Stands between the cache and the network.
 */
export const versionGuard = (seen = new SeenVersions()): Exchange =>
  mapExchange({
    onResult: (result) => {
      if (result.operation.kind === 'subscription') {
        return !result.data || seen.accept(result.data) ? result : { ...result, data: undefined };
      }
      const changes = (result.data as { changesSince?: { events: unknown[] } } | undefined)?.changesSince;
      if (changes) {
        const events = changes.events.filter((event) => seen.accept(event));
        return { ...result, data: { ...(result.data as object), changesSince: { ...changes, events } } };
      }
      if (result.data) seen.accept(result.data);
      return result;
    },
  });
