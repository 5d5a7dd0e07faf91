import type { Need } from './need';

/** Id of a wait: a UUIDv7 of ours in lower-case text, not a platform's id. Its text order is its byte order. */
export type WaitId = string;
/** What a wait requires and an agent has: a language or a subject. */
export type Skill = string;

/** All of a wait that decides its place. Nothing about a person is in it. */
export interface Waiting {
  readonly id: WaitId;
  /** Unix milliseconds: arrival of the earliest message not covered by an answer. */
  readonly waitingSinceMs: number;
  /** See `keyMs()`: whole business milliseconds. */
  readonly keyMs: number;
  readonly need: Need;
  readonly requires: readonly Skill[];
}

/** All of an agent that decides what they are given. */
export interface Asking {
  readonly skills: ReadonlySet<Skill>;
  /** Waits they have given back; they are not offered them again. */
  readonly declined: ReadonlySet<WaitId>;
}

/**
 * Order of the queue: a total order, so the order of the input never matters.
 * @returns negative when `a` goes first.
 */
export function compareWaiting(a: Waiting, b: Waiting): number {
  if (a.keyMs !== b.keyMs) return a.keyMs < b.keyMs ? -1 : 1;
  if (a.waitingSinceMs !== b.waitingSinceMs) return a.waitingSinceMs < b.waitingSinceMs ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** Whether an agent may be given a wait. */
export function mayServe(wait: Waiting, agent: Asking): boolean {
  return !agent.declined.has(wait.id) && wait.requires.every((skill) => agent.skills.has(skill));
}

/**
 * Whom the agent who asks now is given: the head of the part of the queue they are able to serve.
 * No clock, no chance, no preference. @returns null when there is nobody they may serve.
 */
export function next(heads: Iterable<Waiting>, agent: Asking): WaitId | null {
  let first: Waiting | null = null;
  for (const wait of heads) {
    if (mayServe(wait, agent) && (first === null || compareWaiting(wait, first) < 0)) first = wait;
  }
  return first?.id ?? null;
}
