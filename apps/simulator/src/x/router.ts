import { Router } from 'express';
import { loopbackOnly } from '../page/loopback-only';
import { xApiRouter } from './api/api-router';
import { controlRouter } from './control';
import { pageRouter } from './page/page-router';
import type { XSimulator } from './x-simulator';

/** X's whole HTTP side, for this machine only. */
export function xRouter(simulator: XSimulator): Router {
  const router = Router();
  router.use(xApiRouter(simulator));
  router.use('/sim/api/x', loopbackOnly, controlRouter(simulator));
  router.use('/sim/x', pageRouter(simulator));
  return router;
}
