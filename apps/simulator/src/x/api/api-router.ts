import { type NextFunction, raw, type Request, type Response, Router } from 'express';
import { foreignness } from '../../page/loopback-only';
import type { XPlatform } from '../platform';
import { AuthorizePage } from './authorize-page';

/** Largest body of a call: a segment of an upload, or a picture, in multipart. */
const MOST_BODY = '16mb';

/**
 * The platform's HTTP side for apps, for this machine only: the API at `/sim/x/api` (in place of `https://api.x.com`), the
 * page of OAuth 2.0 at `/sim/x/i/oauth2/authorize` (in place of `https://x.com`), files of posts at `/sim/x/cdn`.
 */
export function xApiRouter(platform: XPlatform): Router {
  const router = Router();
  const { api, world, access } = platform;
  const authorize = new AuthorizePage(world, access);
  const body = raw({ type: () => true, limit: MOST_BODY });
  for (const path of ['/sim/x/i/oauth2/authorize', '/sim/x/api/oauth/authorize']) {
    router.get(path, thisMachineOnly, (request, response) => authorize.show(request, response));
    router.post(path, thisMachineOnly, body, (request, response) => authorize.answer(request, response));
  }
  router.get('/sim/x/cdn/:id/:name', thisMachineOnly, (request, response) => serveFile(platform, request, response));
  router.use('/sim/x/api', thisMachineOnly, body, (request, response) => api.serve(request, response));
  return router;
}

/** A file of a post that stands; those of direct messages are the API's. */
function serveFile({ world, media }: XPlatform, request: Request, response: Response): void {
  const id = String(request.params['id']);
  const row = media.rows.get(id);
  const bytes = row && media.read(id);
  const posted = row?.attached === true && row.category.startsWith('tweet_');
  // whatever a browser is given from our origin must not run there
  response.set({ 'Content-Disposition': 'attachment', 'X-Content-Type-Options': 'nosniff' });
  const withdrawn = world.postsBy(row?.userId ?? '').some((post) => post.mediaIds.includes(id) && post.deletedAt !== undefined); // prettier-ignore
  if (!row || !bytes || !posted || withdrawn) response.status(404).type('text').send('Not found');
  else response.type(row.mime).send(bytes);
}

/** Lets in what comes from this machine and is no other web site's doing. */
function thisMachineOnly(request: Request, response: Response, next: NextFunction): void {
  response.set({
    // the page leads back to the app, which may have another port
    'Content-Security-Policy':
      "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; " +
      "form-action 'self' http://127.0.0.1:* http://localhost:*",
    'X-Content-Type-Options': 'nosniff',
    // not no-referrer: with that, browsers send the page's form with "Origin: null"
    'Referrer-Policy': 'same-origin',
    'Cache-Control': 'no-store',
  });
  const problem = foreignness(request);
  if (problem === undefined) next();
  else response.status(403).json({ error: `The simulator is open to this machine only: ${problem}.` });
}
