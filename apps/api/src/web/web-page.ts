import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
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
    compressed(folder),
    files,
    (request: Request, response: Response, next): void => {
      if ((request.method !== 'GET' && request.method !== 'HEAD') || !wantsPage(request)) return next();
      response.sendFile('index.html', { root: folder, cacheControl: false, headers: { 'Cache-Control': 'no-cache' } });
    },
  ];
}

/** Scripts and styles with a hash in their name, compressed once: a quarter of the bytes on the wire. */
function compressed(folder: string): RequestHandler {
  const assets = join(folder, 'assets');
  const names = new Set(existsSync(assets) ? readdirSync(assets).filter((name) => /\.(js|css|svg)$/.test(name)) : []);
  const done = new Map<string, Promise<Buffer>>();
  return async (request, response, next): Promise<void> => {
    const name = request.path.startsWith('/assets/') ? request.path.slice('/assets/'.length) : '';
    if (!names.has(name) || (request.method !== 'GET' && request.method !== 'HEAD')) return next();
    response.vary('Accept-Encoding');
    if (request.acceptsEncodings('gzip') !== 'gzip') return next();
    const bytes = done.get(name) ?? readFile(join(assets, name)).then((raw) => promisify(gzip)(raw, { level: 9 }));
    done.set(name, bytes);
    const body = await bytes.catch(() => undefined);
    if (body === undefined) {
      // rebuilt while it runs: whatever is there now is served as it is
      done.delete(name);
      return next();
    }
    response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
    response.setHeader('Content-Encoding', 'gzip');
    response.type(name.slice(name.lastIndexOf('.'))).send(body);
  };
}

/** A route of the page has no file ending, and a browser asks for HTML; whoever asks for data gets a plain 404. */
function wantsPage(request: Request): boolean {
  return !/\.\w{1,8}$/.test(request.path) && Boolean(request.accepts('html'));
}

function notBuilt(request: Request, response: Response, next: () => void): void {
  if (request.path !== '/' || request.method !== 'GET') return next();
  response.status(503).type('text').send('The page has not been built. Run `npm run build` and reload.\n');
}
