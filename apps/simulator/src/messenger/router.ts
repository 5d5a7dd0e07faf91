import { type NextFunction, raw, type Request, type Response, Router } from 'express';
import { foreignness, loopbackOnly } from '../page/loopback-only';
import { controlRouter } from './control';
import { LoginDialog } from './dialog';
import { chatRouter } from './page/chat-router';
import type { MessengerPlatform } from './platform';

/** Largest body of a Graph call: a file of 25 MB in multipart. */
const MOST_BODY = '32mb';

/** The platform's HTTP side, for this machine only. */
export function messengerRouter(simulator: MessengerPlatform): Router {
  const router = Router();
  const { graph, world, files } = simulator;
  const dialog = new LoginDialog(world, graph.accounts);
  const body = raw({ type: () => true, limit: MOST_BODY });
  router.use('/sim/graph', thisMachineOnly, body, (request, response) => graph.serve(request, response));
  router.get('/sim/facebook/cdn/:id/:name', thisMachineOnly, (request, response) => files.serve(request, response));
  const dialogPath = /^\/sim\/facebook(?:\/v\d+\.\d)?\/dialog\/oauth$/;
  router.get(dialogPath, thisMachineOnly, (request, response) => dialog.show(request, response));
  router.post(dialogPath, thisMachineOnly, body, (request, response) => dialog.answer(request, response));
  router.use('/sim/api/messenger', loopbackOnly, controlRouter(simulator));
  router.use('/sim/messenger', chatRouter(simulator));
  return router;
}

/** Lets in what comes from this machine and is no other web site's doing. */
function thisMachineOnly(request: Request, response: Response, next: NextFunction): void {
  response.set({
    // the dialog leads back to the app, which may have another port
    'Content-Security-Policy':
      "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; " +
      "form-action 'self' http://127.0.0.1:* http://localhost:*",
    'X-Content-Type-Options': 'nosniff',
    // not no-referrer: with that, browsers send the dialog's form with "Origin: null"
    'Referrer-Policy': 'same-origin',
    'Cache-Control': 'no-store',
  });
  const problem = foreignness(request);
  if (problem === undefined) next();
  else response.status(403).json({ error: `The simulator is open to this machine only: ${problem}.` });
}
