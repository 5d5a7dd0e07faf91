import { RateLimited, type CursorMove, type PollSession, type RawDelivery } from '@app/channel';
import { objectOf, textOf } from '@app/connector-host';
import type { Clock } from '@app/runtime';
import type { XAnswer, XCall, XClient } from '../client';
import type { Handle } from '../config';
import { compareIds, timeOfId } from '../ids';
import { idsIn } from '../read/cut-pages';
import type { PageOf, Since } from './lists';
import type { LimitNews } from '../rate-limits';
import { earliestOf, greatest, readAfter } from './reach-back';
import { idOf, takeIn } from './take-in';
import { Walk } from './walk';

/** What reading on behalf of a handle needs. */
export interface ReadParts {
  readonly session: PollSession;
  readonly handle: Handle;
  readonly client: Pick<XClient, 'asHandle' | 'asApp'>;
  readonly clock: Clock;
}

/** A list that is told newest first, and what is known of it. */
export interface List {
  /** Names its cursor. */
  readonly stream: string;
  /** `since` is left out where the platform takes no such thing; then `reaches` ends the walk. */
  readonly call: (since: Since, page: PageOf) => XCall;
  readonly cut: (page: unknown, arrivedAt: Date, origin: 'poll' | 'fill') => RawDelivery[];
  /** So much of each page is asked for: the first, and those after it. */
  readonly sizes: readonly [number, number];
  readonly maxPages: number;
  /** See `Walk`. */
  readonly maxEmpty: number;
  /** The platform tells so many of the newest and then no more; null where it tells that otherwise. */
  readonly cap: number | null;
}

/** A stretch of time of which the platform may have more than it told. */
export interface Gap {
  readonly from: Date;
  readonly to: Date;
}

export interface ListReport {
  readonly left: LimitNews | undefined;
  /** How many were new. */
  readonly fresh: number;
  readonly gap: Gap | undefined;
  /** As the platform told them. */
  readonly pages: readonly unknown[];
}

interface Begun {
  readonly walk: Walk;
  readonly at: Date;
  readonly after: string | undefined;
}

/** Reads one list of a handle again and again, each time as far back as it was read before. */
export class ReadList {
  private begun: Begun | undefined;
  private readAt: Date | undefined;

  constructor(
    private readonly parts: ReadParts,
    private readonly list: List,
  ) {}

  /** Reads to the end. @throws what asking throws; what was read until then is kept for the next call, which goes on. */
  async read(): Promise<ListReport> {
    const { session, clock } = this.parts;
    const { stream } = this.list;
    const passed = textOf(objectOf(await session.cursor(stream))?.['passed']);
    this.begun ??= this.begin(passed);
    const { walk, at, after } = this.begun;
    let walked;
    try {
      walked = await walk.toTheEnd();
    } catch (error) {
      // what a limit interrupts goes on where it stopped; after anything else the platform may not know the page any more
      if (!(error instanceof RateLimited)) this.begun = undefined;
      throw error;
    }
    const { pages, left } = walked;
    const all = pages.flatMap((page) => this.list.cut(page, clock.now(), passed === undefined ? 'fill' : 'poll'));
    const deliveries = after === undefined ? all : all.filter((delivery) => compareIds(idOf(delivery), after) > 0);
    const ids = pages.flatMap((page) => idsIn(page));
    const next = greatest([...ids, ...((passed ?? after) === undefined ? [] : [(passed ?? after)!])]);
    const moved = next !== undefined && next !== passed;
    const move: CursorMove | null = moved ? { stream, cursor: { passed: next } } : null;
    const fresh = await takeIn(session, { deliveries, move, historyBefore: session.account.connectedAt });
    this.begun = undefined;
    this.readAt = at;
    return { left, fresh, gap: this.gap(ids, passed, walked.cut), pages };
  }

  private begin(passed: string | undefined): Begun {
    const { handle, session, clock } = this.parts;
    const earliest = earliestOf(handle.settings, session.account.connectedAt);
    const after = readAfter({ passed, readAt: this.readAt, earliest });
    const since: Since =
      passed === undefined ? (earliest === undefined ? {} : { startTime: earliest }) : { sinceId: after! };
    const walk = new Walk({
      ask: (token) => this.ask(since, token, passed),
      reaches: (page) => after !== undefined && idsIn(page).some((id) => compareIds(id, after) <= 0),
      maxPages: this.list.maxPages,
      maxEmpty: this.list.maxEmpty,
    });
    return { walk, at: clock.now(), after };
  }

  private async ask(since: Since, token: string | undefined, passed: string | undefined): Promise<XAnswer> {
    const { handle, client, session } = this.parts;
    const size = this.list.sizes[token === undefined && passed !== undefined ? 0 : 1];
    const page = { dialect: handle.app.dialect, signal: session.signal, size };
    return client.asHandle(handle, this.list.call(since, { ...page, ...(token === undefined ? {} : { token }) }));
  }

  /** What came before the account was connected is no gap: of that the platform gives what it gives. */
  private gap(ids: readonly string[], passed: string | undefined, cut: boolean): Gap | undefined {
    const { cap } = this.list;
    const oldest = ids.toSorted(compareIds)[0];
    if (passed === undefined || oldest === undefined) return undefined;
    if (!cut && (cap === null || ids.length < cap)) return undefined;
    const [from, to] = [timeOfId(passed), timeOfId(oldest)];
    return from === undefined || to === undefined || to <= from ? undefined : { from, to };
  }
}
