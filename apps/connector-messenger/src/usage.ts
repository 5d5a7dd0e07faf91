import type { IncomingHttpHeaders } from 'node:http';
import { field, list } from './answer';

/** How much of its allowance was used, as the headers of an answer tell it. */
export interface Usage {
  /** Percent, of the app's allowance per hour; null: not told. */
  readonly app: number | null;
  /** Percent, of the Page's allowance per 24 hours; null: not told. */
  readonly page: number | null;
  /** Minutes until the Page may call again; 0: it may now, or nothing was told. */
  readonly regainMinutes: number;
}

/**
 * Reads X-App-Usage, X-Page-Usage and X-Business-Use-Case-Usage. Each share is the greatest of calls, time and processor time.
 * The third is by Page and by use case; that of the Page counts, or all of it where the Page is unknown.
 */
export function readUsage(headers: IncomingHttpHeaders, pageId: string | undefined): Usage {
  const cases = Object.entries(json(headers['x-business-use-case-usage']))
    .filter(([id]) => pageId === undefined || id === pageId)
    .flatMap(([, each]) => list(each));
  return {
    app: share(json(headers['x-app-usage'])),
    page: greatest([share(json(headers['x-page-usage'])), ...cases.map(share)]),
    regainMinutes: greatest(cases.map((each) => number(field(each, 'estimated_time_to_regain_access')))) ?? 0,
  };
}

function share(usage: unknown): number | null {
  return greatest(['call_count', 'total_time', 'total_cputime'].map((name) => number(field(usage, name))));
}

function greatest(numbers: readonly (number | null)[]): number | null {
  const told = numbers.filter((each) => each !== null);
  return told.length === 0 ? null : Math.max(...told);
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

function json(header: string | string[] | undefined): object {
  if (typeof header !== 'string' || header.length > 20_000) return {};
  try {
    const value: unknown = JSON.parse(header);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    // an unreadable header is one that was not sent: it must not spoil the answer it stands above
    return {};
  }
}
