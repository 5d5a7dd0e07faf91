import { type NextFunction, raw, type Request, type Response, Router } from 'express';
import { foreignness, loopbackOnly } from '../page/loopback-only';
import { controlRouter } from './control';
import { pageRouter } from './page/page-router';
import type { XSimulator } from './x-simulator';

/** Largest body of a call: a segment of a file in multipart. */
const MOST_BODY = '32mb';

/** X's HTTP side, for this machine only. */
export function xRouter(simulator: XSimulator): Router {
  const router = Router();
  const body = raw({ type: () => true, limit: MOST_BODY });
  router.use('/sim/x/api', thisMachineOnly, body, (request, response) => simulator.api.serve(request, response));
  router.use('/sim/api/x', loopbackOnly, controlRouter(simulator));
  router.use('/sim/x', pageRouter(simulator));
  return router;
}

/** Lets in what comes from this machine and is no other web site's doing. */
function thisMachineOnly(request: Request, response: Response, next: NextFunction): void {
  response.set({ 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' });
  const problem = foreignness(request);
  if (problem === undefined) next();
  else response.status(403).json({ error: `The simulator is open to this machine only: ${problem}.` });
}
