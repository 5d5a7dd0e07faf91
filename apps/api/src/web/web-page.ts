import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Request, type RequestHandler, type Response } from 'express';

/** The built page, beside the compiled server; when the server runs from its sources, that of the last build. */
const places = [join(__dirname, '../../../../web'), join(__dirname, '../../../../dist/web')];

/** Where the built page is; undefined when it was not built. */
export function findWebPage(): string | undefined {
  return places.find((place) => existsSync(join(place, 'index.html')));
}

/** Files with a hash in their name never change. */
const HASHED = /\/assets\/.*-[\w-]{8,}\.\w+$/;

/** Serves the page: its files, and index.html for the routes it has itself. */
export function webPage(folder: string | undefined): RequestHandler[] {
  if (folder === undefined) return [notBuilt];
  const files = express.static(folder, {
    index: false,
    redirect: false,
    dotfiles: 'ignore',
    setHeaders: (response, path) => {
      response.setHeader('Cache-Control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  return [
    files,
    (request: Request, response: Response, next): void => {
      if ((request.method !== 'GET' && request.method !== 'HEAD') || !wantsPage(request)) return next();
      response.sendFile('index.html', { root: folder, cacheControl: false, headers: { 'Cache-Control': 'no-cache' } });
    },
  ];
}

/** A route of the page has no file ending, and a browser asks for HTML; whoever asks for data gets a plain 404. */
function wantsPage(request: Request): boolean {
  return !/\.\w{1,8}$/.test(request.path) && Boolean(request.accepts('html'));
}

function notBuilt(request: Request, response: Response, next: () => void): void {
  if (request.path !== '/' || request.method !== 'GET') return next();
  response.status(503).type('text').send('The page has not been built. Run `npm run build` and reload.\n');
}
