import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import express, { type Request, type Response, type Router } from 'express';
import type { Blobs, Database, Logger } from '@app/runtime';
import { hashOf, unlock } from './locked-file';

export interface ExportPageParts {
  readonly database: Database;
  readonly blobs: Blobs;
  readonly logger: Logger;
}

const WORDS = {
  en: {
    title: 'Your data',
    text: 'The file holds everything we keep about you. It can be fetched once; then it is deleted here.',
    button: 'Fetch the file',
    gone: 'This link leads nowhere any more: it was used, or it is older than seven days. Write to us and ask again.',
  },
  fr: {
    title: 'Vos données',
    text: 'Le fichier contient tout ce que nous conservons sur vous. Il se télécharge une seule fois ; il est ensuite supprimé ici.',
    button: 'Télécharger le fichier',
    gone: 'Ce lien ne mène plus à rien : il a servi, ou il a plus de sept jours. Écrivez-nous pour en demander un autre.',
  },
} as const;
type Language = keyof typeof WORDS;

const STYLE = `:root{color-scheme:light dark}body{max-width:34rem;margin:3rem auto;padding:0 1rem;font:16px/1.5 system-ui,sans-serif}
button{min-height:44px;padding:.6rem 1.2rem;font:inherit;font-weight:600;color:#fff;background:#0b5fd9;border:0;border-radius:8px;cursor:pointer}`;

const HEADERS = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
  'cache-control': 'no-store',
};

/**
 * Where a customer fetches their data: `/export/<token>`. Opening it shows a button, because programs that look at links open
 * them too; pressing it gives the file, once. A transfer that breaks off may be begun again.
 */
export function exportPage(parts: ExportPageParts): Router {
  const router = express.Router();
  router.get('/export/:token', (request, response) => answer(parts, request, response, show));
  router.post('/export/:token', (request, response) => answer(parts, request, response, fetch));
  return router;
}

interface Found {
  readonly id: string;
  readonly file: string;
}

type Answer = (parts: ExportPageParts, token: string, language: Language, response: Response) => Promise<void>;

const show: Answer = async ({ database }, token, language, response) => {
  const [found] = await database.query<Found>(
    `select id, file_sha256 as file from inbox.customer_exports
      where token_hash = $1 and fetched_at is null and link_expires_at > $2 and file_sha256 is not null`,
    [hashOf(token), database.clock.now()],
  );
  const { title, text, button, gone } = WORDS[language];
  const main = found ? `<p>${text}</p><form method="post"><button>${button}</button></form>` : `<p>${gone}</p>`;
  send(response, found ? 200 : 410, language, title, main);
};

const fetch: Answer = async ({ database, blobs, logger }, token, language, response) => {
  const taken = await database.transaction('system', (tx) =>
    tx.query<Found>(
      `update inbox.customer_exports set fetched_at = $2
        where token_hash = $1 and fetched_at is null and link_expires_at > $2 and file_sha256 is not null
       returning id, file_sha256 as file`,
      [hashOf(token), tx.now],
    ),
  );
  const [found] = taken;
  if (!found) return send(response, 410, language, WORDS[language].title, `<p>${WORDS[language].gone}</p>`);
  try {
    const { stream } = await blobs.open(found.file);
    response.status(200).set({
      ...HEADERS,
      'content-type': 'application/zip',
      'content-disposition': 'attachment; filename="evenhand-export.zip"',
    });
    await pipeline(Readable.from(unlock(token, stream as AsyncIterable<Buffer>)), response);
  } catch (error) {
    await database.query('update inbox.customer_exports set fetched_at = null where id = $1', [found.id]);
    logger.warn('a customer did not get the whole file of their data; the link stays', { exportId: found.id }, error);
    response.destroy();
    return;
  }
  await blobs.delete(found.file);
  await database.query('update inbox.customer_exports set file_sha256 = null, token_hash = null where id = $1', [
    found.id,
  ]);
};

async function answer(parts: ExportPageParts, request: Request, response: Response, how: Answer): Promise<void> {
  const language = /^\s*fr\b/i.test(request.headers['accept-language'] ?? '') ? 'fr' : 'en';
  try {
    await how(parts, String(request.params['token'] ?? '').slice(0, 200), language, response);
  } catch (error) {
    parts.logger.error('the page of an export failed', {}, error);
    if (response.headersSent) response.destroy();
    else response.status(500).set(HEADERS).type('text').send('500');
  }
}

function send(response: Response, status: number, language: Language, title: string, main: string): void {
  response
    .status(status)
    .set(HEADERS)
    .type('html')
    .send(
      `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head><body><main><h1>${title}</h1>${main}</main></body></html>`,
    );
}
