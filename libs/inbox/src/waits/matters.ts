/** A conversation in which a customer waits, as far as it decides what is one matter. */
export interface WaitingThread {
  readonly id: string;
  readonly accountId: string;
  readonly visibility: 'public' | 'private';
  readonly customerId: string;
  /** The platform's own key; of two that wait since the same instant it decides. */
  readonly threadKey: string | null;
  /** The public conversation that a private one continues. */
  readonly continues: string | null;
  readonly since: Date;
}

/**
 * What waits as one matter: a private conversation and a public one of the same customer on the same account (or of two whom the
 * platform said to be one: then the private one continues the public one). Two public ones, or two private ones, are two matters.
 *
 * A private conversation belongs to the public one that was the newest when it began to wait; if there was none, to the first
 * that came after. So what comes later changes no pair, and whoever hears of them in another order comes to the same.
 * @returns each thread in one matter, the earliest of a matter first.
 */
export function mattersOf<T extends WaitingThread>(threads: readonly T[]): T[][] {
  const inOrder = threads.toSorted(earlierFirst);
  const free = new Set(inOrder.filter((thread) => thread.visibility === 'public'));
  const matters: T[][] = [];
  for (const thread of inOrder) {
    if (thread.visibility === 'public') continue;
    const theirs = [...free].filter((other) => mayBeOne(thread, other));
    const other = theirs.findLast((one) => earlierFirst(one, thread) < 0) ?? theirs[0];
    if (other) free.delete(other);
    matters.push(other ? [thread, other].sort(earlierFirst) : [thread]);
  }
  for (const thread of free) matters.push([thread]);
  return matters.sort(([a], [b]) => earlierFirst(a!, b!));
}

function mayBeOne(inPrivate: WaitingThread, inPublic: WaitingThread): boolean {
  if (inPrivate.accountId !== inPublic.accountId) return false;
  return inPrivate.customerId === inPublic.customerId || inPrivate.continues === inPublic.id;
}

function earlierFirst(a: WaitingThread, b: WaitingThread): number {
  const [one, two] = [a.threadKey ?? a.id, b.threadKey ?? b.id];
  return a.since.getTime() - b.since.getTime() || (one < two ? -1 : one > two ? 1 : 0);
}
