import type { AddressInfo } from 'node:net';
import express from 'express';
import { Pool } from 'pg';

/** A process of its own: Express, its JSON parser, one insert, 200. No signature, nothing read, nothing encrypted. */
const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: 10 });
const app = express();
app.disable('x-powered-by').use(express.json({ limit: '8mb' }));
app.post('/webhook', (request, response, next) => {
  pool
    .query({
      name: 'keep',
      text: 'insert into public.bare_webhooks (body) values ($1)',
      values: [JSON.stringify(request.body)],
    })
    .then(() => response.type('text/plain').send('EVENT_RECEIVED'), next);
});
const server = app.listen(0, '127.0.0.1', () => {
  server.keepAliveTimeout = 65_000; // as the product's: connections that stay open are part of what is measured
  process.stdout.write(`listening on ${(server.address() as AddressInfo).port}\n`);
});
