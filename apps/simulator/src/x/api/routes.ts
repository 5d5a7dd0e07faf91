import type { ApiParts } from './parts';
import type { Route } from './route';

/** Everything the API can do, but for webhooks and activity: those are added by whoever delivers. */
export function routesOfApi(_parts: ApiParts): Route[] {
  return [];
}
