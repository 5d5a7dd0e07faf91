import type { SendEvent } from '@app/channel';
import { RANK } from '../replies/send-state';

/** Our own copy of a message seen coming back: it went out, whatever the attempt said. */
export interface SeenOwn {
  readonly outboundId: string;
  readonly at: string;
  readonly nativeIds: readonly string[];
}

/** The last word on one outbound message. */
export interface News {
  readonly id: string;
  readonly state: SendEvent['state'];
  readonly attempt: number | null;
  readonly rank: number;
  readonly at: string;
  readonly nextAt: string | null;
  readonly failure: SendEvent['failure'] | null;
  readonly nativeIds: readonly string[];
  /** Time by the platform's clock, where it told it. */
  readonly platformAt: string | null;
}

/** The last word on one of several messages that a reply goes out as. */
export interface PartNews extends News {
  readonly part: number;
  readonly parts: number;
}

export interface AllNews {
  readonly whole: readonly News[];
  readonly parts: readonly PartNews[];
}

/** One last word per message or part of one, whatever the order of the news. */
export function collectNews(events: readonly SendEvent[], own: readonly SeenOwn[]): AllNews {
  const whole = new Map<string, News>();
  const parts = new Map<string, PartNews>();
  for (const event of events) {
    const news = fromEvent(event);
    if (event.parts === 1) keep(whole, news.id, news);
    else keep(parts, `${news.id} ${event.part}`, { ...news, part: event.part, parts: event.parts });
  }
  for (const copy of own) keep(whole, copy.outboundId, fromCopy(copy));
  return { whole: [...whole.values()], parts: [...parts.values()] };
}

function fromEvent(event: SendEvent): News {
  return {
    id: event.outboundId,
    state: event.state,
    attempt: event.attempt,
    rank: RANK[event.state],
    at: event.at,
    nextAt: event.nextAt ?? null,
    failure: event.failure ?? null,
    nativeIds: event.nativeIds,
    platformAt: event.platformAt ?? null,
  };
}

function fromCopy(copy: SeenOwn): News {
  const { outboundId: id, at, nativeIds } = copy;
  const sent = {
    state: 'sent',
    attempt: null,
    rank: RANK.sent,
    nextAt: null,
    failure: null,
    platformAt: null,
  } as const;
  return { id, at, nativeIds, ...sent };
}

function keep<N extends News>(latest: Map<string, N>, key: string, news: N): void {
  const known = latest.get(key);
  latest.set(key, known ? newer(known, news) : news);
}

function newer<N extends News>(a: N, b: N): N {
  const [last, first] = compare(a, b) >= 0 ? [a, b] : [b, a];
  const times = [a.platformAt, b.platformAt].filter((time) => time !== null).sort();
  return {
    ...last,
    nativeIds: [...new Set([...first.nativeIds, ...last.nativeIds])].slice(0, 10),
    platformAt: times[0] ?? null,
  };
}

function compare(a: News, b: News): number {
  const sent = Number(a.state === 'sent') - Number(b.state === 'sent');
  return sent || (a.attempt ?? -1) - (b.attempt ?? -1) || a.rank - b.rank;
}
