import type { SendEvent } from '@app/channel';
import type { Tx } from '@app/runtime';
import type { PartNews } from './send-news';

/** One of the messages that a reply goes out as. */
export interface Part {
  /** From 0. */
  readonly part: number;
  readonly parts: number;
  readonly state: SendEvent['state'];
  readonly attempt: number;
  readonly at: string;
  readonly nextAt: string | null;
  readonly failure: SendEvent['failure'] | null;
  readonly platformAt: string | null;
}

/** What a reply that goes out in parts is as a whole. Those nothing is known of have not begun. */
export function wholeOf(known: readonly Part[]): Omit<Part, 'part' | 'parts'> {
  const parts = known.toSorted((a, b) => a.part - b.part);
  const latest = (of: (part: Part) => string | null): string | null =>
    parts.map(of).toSorted(nullsFirst).at(-1) ?? null;
  const whole = {
    attempt: Math.max(...parts.map((part) => part.attempt)),
    at: latest((part) => part.at)!,
    nextAt: null,
    failure: null,
    platformAt: latest((part) => part.platformAt),
  };
  const failed = parts.find((part) => part.state === 'failed');
  if (failed) {
    const { failure, part, parts: count } = failed;
    const detail = failure && { ...failure, detail: `part ${part + 1} of ${count}: ${failure.detail}`.slice(0, 2_000) };
    return { ...whole, state: 'failed', failure: detail ?? null };
  }
  if (parts.some((part) => part.state === 'uncertain')) return { ...whole, state: 'uncertain' };
  if (parts.length === parts[0]!.parts && parts.every((part) => part.state === 'sent'))
    return { ...whole, state: 'sent' };
  const queued = parts.find((part) => part.state === 'queued');
  return queued ? { ...whole, state: 'queued', nextAt: queued.nextAt } : { ...whole, state: 'sending' };
}

/** ISO texts of one form sort by time. */
function nullsFirst(a: string | null, b: string | null): number {
  return (a ?? '') < (b ?? '') ? -1 : 1;
}

/** Of a part, as of a message in one piece: `sent` counts for good, otherwise the greater (attempt, rank). */
const NEWER = /* sql */ `(case when excluded.state = 'sent' then p.state <> 'sent' or p.attempt < excluded.attempt
  else p.state <> 'sent' and (p.attempt, p.rank) < (excluded.attempt, excluded.rank) end)`;

const keepNewer = ['state', 'attempt', 'rank', 'at', 'next_at', 'failure']
  .map((column) => `${column} = case when ${NEWER} then excluded.${column} else p.${column} end`)
  .join(', ');

/** Keeps news of parts, one per part. @returns what their messages are now, as a whole. */
export async function saveParts(
  tx: Tx,
  accountId: string,
  news: readonly PartNews[],
): Promise<(Omit<Part, 'part' | 'parts'> & { readonly id: string })[]> {
  if (news.length === 0) return [];
  const ours = await tx.query<{ id: string }>(
    /* sql */ `
    insert into inbox.message_parts as p (message_id, part, workspace_id, parts, state, attempt, rank, at, next_at, failure,
                                          native_ids, platform_at)
    select r.id, r.part, $2, r.parts, r.state, coalesce(r.attempt, 0), r.rank, r.at, r."nextAt", r.failure, r."nativeIds", r."platformAt"
      from jsonb_to_recordset($3::jsonb)
        as r(id uuid, part integer, parts integer, state text, attempt integer, rank smallint, at timestamptz,
             "nextAt" timestamptz, failure jsonb, "nativeIds" text[], "platformAt" timestamptz)
      join inbox.messages m on m.id = r.id and m.account_id = $1 and m.origin = 'evenhand' and m.direction = 'outbound'
     order by r.id, r.part
    on conflict (message_id, part) do update
       set ${keepNewer}, platform_at = least(p.platform_at, excluded.platform_at),
           native_ids = array(select distinct n from unnest(p.native_ids || excluded.native_ids) n order by n limit 10)
    returning message_id as id`,
    [accountId, tx.workspaceId, JSON.stringify(news)],
  );
  const rows = await tx.query<Omit<Part, 'at' | 'nextAt' | 'platformAt'> & Record<'id', string> & Times>(
    /* sql */ `
    select message_id as id, part, parts, state, attempt, at, next_at as "nextAt", failure, platform_at as "platformAt"
      from inbox.message_parts where message_id = any($1::uuid[])`,
    [[...new Set(ours.map((row) => row.id))]],
  );
  const messages = new Map<string, Part[]>();
  for (const { id, at, nextAt, platformAt, ...part } of rows) {
    const iso = (time: Date | null): string | null => time?.toISOString() ?? null;
    const known = { ...part, at: at.toISOString(), nextAt: iso(nextAt), platformAt: iso(platformAt) };
    messages.set(id, [...(messages.get(id) ?? []), known]);
  }
  return [...messages].map(([id, parts]) => ({ id, ...wholeOf(parts) }));
}

interface Times {
  readonly at: Date;
  readonly nextAt: Date | null;
  readonly platformAt: Date | null;
}
