import { directRoutes } from './direct-routes';
import { loginRoutes } from './login-routes';
import { mediaRoutes } from './media-routes';
import type { ApiParts } from './parts';
import type { Route } from './route';
import { timelineRoutes } from './timelines';
import { userRoutes } from './users';
import { writingRoutes } from './writing';

/** Everything the API can do, but for webhooks and activity: those are added by whoever delivers. */
export function routesOfApi(parts: ApiParts): Route[] {
  return [
    ...loginRoutes(parts),
    ...userRoutes(parts),
    ...timelineRoutes(parts),
    ...writingRoutes(parts),
    ...directRoutes(parts),
    ...mediaRoutes(parts),
  ];
}
