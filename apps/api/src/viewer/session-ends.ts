/** Tells those who live by a session, in this process, that it has ended. Other processes find out within a minute. */
export class SessionEnds {
  private readonly listeners = new Map<string, Set<() => void>>();

  /** @returns how to stop listening. */
  listen(sessionId: string, listener: () => void): () => void {
    const set = this.listeners.get(sessionId) ?? new Set();
    set.add(listener);
    this.listeners.set(sessionId, set);
    return () => {
      set.delete(listener);
      if (set.size === 0) this.listeners.delete(sessionId);
    };
  }

  tell(sessionId: string): void {
    for (const listener of this.listeners.get(sessionId) ?? []) listener();
  }
}
