import type { PollSession } from '@app/channel';
import { idOf as textId, listOf, objectOf, textOf } from '@app/connector-host';
import { compareIds, idAt } from '../ids';
import { cutPosts, idsIn } from '../read/cut-pages';
import { conversation } from './lists';
import type { LimitNews } from '../rate-limits';
import { greatest, LATE_MS } from './reach-back';
import type { ReadParts } from './read-list';
import { takeIn } from './take-in';
import { Walk } from './walk';

const STREAM = 'threads';
/** Most conversations that are watched: those in which we wrote last. */
const MAX_THREADS = 200;
/** Most that are asked for in one round. */
const PER_ROUND = 8;
const PAGE = 100;
const MAX_PAGES = 5;
/** The search knows seven days; somewhat less, so that it does not refuse for a second. */
const HORIZON_MS = 7 * 24 * 60 * 60_000 - 15 * 60_000;

/** A conversation in which we take part. */
interface Thread {
  readonly id: string;
  /** Greatest id that was read. */
  readonly after: string;
}

/**
 * Answers in conversations in which we take part. Those that do not mention us stand in no list of ours: each conversation is
 * searched for them, a few in every round, the one that was not looked at for longest first.
 */
export class Threads {
  private threads: Thread[] | undefined;
  private readonly lookedAt = new Map<string, Date>();

  constructor(private readonly parts: ReadParts) {}

  /** Watches the conversations of posts of ours from now on; what was written before our post is somebody else's talk. */
  async join(pages: readonly unknown[]): Promise<void> {
    const { handle, session } = this.parts;
    const known = new Map((await this.load()).map((thread) => [thread.id, thread]));
    const before = known.size;
    for (const post of pages.flatMap((page) => listOf(objectOf(page)?.['data']))) {
      const { id: given, conversation_id: conversationId, author_id: author } = objectOf(post) ?? {};
      const [id, thread] = [textId(given), textId(conversationId)];
      if (id === undefined || thread === undefined || known.has(thread)) continue;
      if (author !== undefined && author !== handle.userId) continue;
      known.set(thread, { id: thread, after: id });
    }
    if (known.size > before) await this.keep(session, [...known.values()]);
  }

  /** Looks at some. @returns what is left of the limit, and how much was new. */
  async read(): Promise<{ left: LimitNews | undefined; fresh: number }> {
    const { session, clock } = this.parts;
    const now = clock.now();
    const floor = idAt(new Date(now.getTime() - HORIZON_MS));
    const round = (await this.load()).toSorted((a, b) => this.age(a) - this.age(b)).slice(0, PER_ROUND);
    let fresh = 0;
    let left: LimitNews | undefined;
    for (const thread of round) {
      const found = await this.search(thread, floor);
      fresh += found.fresh;
      left = found.left ?? left;
      this.lookedAt.set(thread.id, now);
      if (found.after !== thread.after) {
        const moved = (each: Thread): Thread => (each.id === thread.id ? { ...each, after: found.after } : each);
        await this.keep(session, (await this.load()).map(moved));
      }
    }
    return { left, fresh };
  }

  private async search(thread: Thread, floor: string) {
    const { handle, client, session, clock } = this.parts;
    const overlap = idAt(new Date(clock.now().getTime() - LATE_MS));
    const since = [thread.after, overlap].sort(compareIds)[0]!;
    const sinceId = compareIds(since, floor) > 0 ? since : floor;
    const walk = new Walk({
      ask: async (token) => {
        const page = { dialect: handle.app.dialect, signal: session.signal, size: PAGE };
        const call = conversation(thread.id, handle.username, { sinceId }, { ...page, ...(token && { token }) });
        return client.asHandle(handle, call);
      },
      reaches: () => false,
      maxPages: MAX_PAGES,
      maxEmpty: 2,
    });
    const { pages, left } = await walk.toTheEnd();
    const deliveries = pages.flatMap((page) => cutPosts(page, clock.now(), 'poll'));
    const fresh = await takeIn(session, { deliveries, move: null, historyBefore: session.account.connectedAt });
    const after = greatest([thread.after, ...pages.flatMap((page) => idsIn(page))])!;
    return { left, fresh, after };
  }

  private age({ id }: Thread): number {
    return this.lookedAt.get(id)?.getTime() ?? 0;
  }

  private async load(): Promise<Thread[]> {
    this.threads ??= listOf(objectOf(await this.parts.session.cursor(STREAM))?.['threads']).flatMap((each) => {
      const { id, after } = objectOf(each) ?? {};
      const [thread, passed] = [textOf(id), textOf(after)];
      return thread === undefined || passed === undefined ? [] : [{ id: thread, after: passed }];
    });
    return this.threads;
  }

  private async keep(session: PollSession, threads: readonly Thread[]): Promise<void> {
    const newest = threads.toSorted((a, b) => compareIds(b.after, a.after)).slice(0, MAX_THREADS);
    this.threads = newest;
    const left = new Set(newest.map(({ id }) => id));
    for (const id of this.lookedAt.keys()) if (!left.has(id)) this.lookedAt.delete(id);
    await session.commit([], { stream: STREAM, cursor: { threads: newest } });
  }
}
