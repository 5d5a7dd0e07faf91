import type { GuardedHttp } from '@app/connector-host';
import { GraphClient } from './client';
import type { Page } from './config';
import type { RateLimits } from './rate-limits';

/** What all calls of this process share. */
export interface GraphParts {
  readonly http: GuardedHttp;
  readonly limits: RateLimits;
  /** Product time. */
  readonly now: () => Date;
}

/** The Graph API in the name of a Page, within Meta's limits for it. */
export function pageGraph(
  page: Pick<Page, 'pageId' | 'token' | 'app'>,
  { http, limits, now }: GraphParts,
): GraphClient {
  const { pageId, token, app } = page;
  return new GraphClient({
    http,
    graphUrl: app.graphUrl,
    version: app.version,
    appSecret: app.appSecret,
    token,
    now,
    gate: limits.gate(pageId, app.appId),
    pageId,
  });
}
