import { Router } from 'express';
import { loopbackOnly } from '../page/loopback-only';
import { xApiRouter } from './api/api-router';
import { controlRouter } from './control';
import { pageRouter } from './page/page-router';
import type { PushingPlatform } from './pushing-platform';

/** X's whole HTTP side, for this machine only. */
export function xRouter(simulator: PushingPlatform): Router {
  const router = Router();
  router.use(xApiRouter(simulator));
  router.use('/sim/api/x', loopbackOnly, controlRouter(simulator));
  router.use('/sim/x', pageRouter(simulator));
  return router;
}
