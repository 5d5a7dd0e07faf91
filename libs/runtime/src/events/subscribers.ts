import type { Logger } from '../logging/logger';
import type { WakeUps } from './wake-ups';

export interface SubscribersOptions {
  /** The newest place of a workspace that can be read now. */
  readonly head: (workspaceId: string) => Promise<string>;
  readonly wakeUps: WakeUps;
  readonly logger: Logger;
  readonly pollMs: number;
}

/**
 * A wake-up may come before an older writer has committed, be it in another database of the server; then the rows become
 * readable a moment later.
 */
const LOOK_AGAIN_MS = [25, 100, 400, 1_500, 5_000];

class Topic {
  head: string | undefined;
  readonly wakers = new Set<() => void>();
  looking: Promise<void> | undefined;
  lookAgain = false;
}

/**
 * Who waits for changes of which workspace. Looks once per workspace and wake-up, however many subscribe to it, and
 * wakes them only when there is something to read.
 */
export class Subscribers {
  private readonly topics = new Map<string, Topic>();
  private readonly closing = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private unlisten: (() => void) | undefined;
  private failing = false;

  constructor(private readonly options: SubscribersOptions) {}

  async *add(workspaceId: string, signal: AbortSignal): AsyncGenerator<void, void, undefined> {
    let ring: () => void = () => undefined;
    let rung = true;
    const wake = (): void => {
      rung = true;
      ring();
    };
    const over = AbortSignal.any([signal, this.closing.signal]);
    over.addEventListener('abort', wake);
    const topic = this.enter(workspaceId, wake);
    try {
      while (!over.aborted) {
        if (rung) {
          rung = false;
          yield;
        } else await new Promise<void>((resolve) => (ring = resolve));
      }
    } finally {
      over.removeEventListener('abort', wake);
      this.leave(workspaceId, topic, wake);
    }
  }

  close(): void {
    this.closing.abort();
    this.quiet();
  }

  private enter(workspaceId: string, wake: () => void): Topic {
    const topic = this.topics.get(workspaceId) ?? new Topic();
    topic.wakers.add(wake);
    this.topics.set(workspaceId, topic);
    this.unlisten ??= this.options.wakeUps.listen((words) => {
      for (const id of words.length > 0 ? words : this.topics.keys()) this.heard(id);
    });
    this.timer ??= setInterval(() => this.topics.forEach((each, id) => this.look(each, id)), this.options.pollMs);
    return topic;
  }

  private leave(workspaceId: string, topic: Topic, wake: () => void): void {
    topic.wakers.delete(wake);
    if (topic.wakers.size === 0) this.topics.delete(workspaceId);
    if (this.topics.size === 0) this.quiet();
  }

  private heard(workspaceId: string): void {
    const topic = this.topics.get(workspaceId);
    if (!topic) return;
    this.look(topic, workspaceId);
    const headThen = topic.head;
    for (const ms of LOOK_AGAIN_MS) {
      setTimeout(() => {
        if (topic.head === headThen && topic.wakers.size > 0) this.look(topic, workspaceId);
      }, ms).unref();
    }
  }

  /** One look at a time; those asked for meanwhile are one more. */
  private look(topic: Topic, workspaceId: string): void {
    topic.lookAgain = true;
    topic.looking ??= this.lookAtOnce(topic, workspaceId).finally(() => (topic.looking = undefined));
  }

  private async lookAtOnce(topic: Topic, workspaceId: string): Promise<void> {
    while (topic.lookAgain && topic.wakers.size > 0) {
      topic.lookAgain = false;
      try {
        const head = await this.options.head(workspaceId);
        if (this.failing) this.options.logger.info('changes can be read again');
        this.failing = false;
        if (head === topic.head) continue;
        topic.head = head;
        for (const wake of topic.wakers) wake();
      } catch (error) {
        if (!this.failing) this.options.logger.warn('changes cannot be read; trying again with every poll', {}, error);
        this.failing = true;
        topic.head = undefined; // whatever is found when the database is back, subscribers look
      }
    }
  }

  private quiet(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.unlisten?.();
    this.unlisten = undefined;
  }
}
