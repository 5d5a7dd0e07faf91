import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { notFound } from '../http/http-errors';
import { webPage } from './web-page';

let folder: string;
let server: Server;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenhand-web-'));
  await mkdir(join(folder, 'web/assets'), { recursive: true });
  await writeFile(join(folder, 'secret'), 'not for the web');
  await writeFile(join(folder, 'web/index.html'), '<title>Evenhand</title>');
  await writeFile(join(folder, 'web/assets/index-Bx3kd82A.js'), 'let page');
  const app = express();
  for (const handler of webPage(join(folder, 'web'))) app.use(handler);
  app.use(notFound);
  server = createServer((request, response) => void app(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

const get = (path: string, accept = 'text/html') => fetch(url + path, { headers: { accept } });

it('is one page for every route it has itself, asked for anew each time', async () => {
  for (const path of ['/', '/inbox', '/c/C-1042', '/inbox?view=mine']) {
    const response = await get(path);
    expect([path, response.status, await response.text()]).toEqual([path, 200, '<title>Evenhand</title>']);
    expect(response.headers.get('cache-control')).toBe('no-cache');
  }
});

it('has files whose name tells their content, kept for ever', async () => {
  const response = await get('/assets/index-Bx3kd82A.js', '*/*');
  expect(response.headers.get('content-type')).toMatch(/javascript/);
  expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
});

it('sends scripts compressed to those who take that, and as they are to others', async () => {
  const ask = (encoding: string) =>
    fetch(`${url}/assets/index-Bx3kd82A.js`, { headers: { 'accept-encoding': encoding } });
  const [small, plain] = [await ask('gzip'), await ask('identity')];
  expect([small.headers.get('content-encoding'), plain.headers.get('content-encoding')]).toEqual(['gzip', null]);
  expect(small.headers.get('vary')).toMatch(/accept-encoding/i);
  expect([await small.text(), await plain.text()]).toEqual(['let page', 'let page']);
});

it('answers with data to those who want data, and never leaves its folder', async () => {
  expect((await get('/assets/gone-12345678.js', '*/*')).status).toBe(404);
  expect((await get('/api/conversations', 'application/json')).status).toBe(404);
  expect((await fetch(`${url}/inbox`, { method: 'POST' })).status).toBe(404);
  for (const path of ['/..%2fsecret', '/%2e%2e/secret', '/assets/..%2f..%2fsecret']) {
    expect(await (await get(path, '*/*')).text()).not.toContain('not for the web');
  }
});

it('says how to build it when it was not built', async () => {
  const app = express();
  for (const handler of webPage(undefined)) app.use(handler);
  const bare = createServer((request, response) => void app(request, response));
  await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
  const response = await fetch(`http://127.0.0.1:${(bare.address() as AddressInfo).port}/`);
  expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('npm run build')]);
  await new Promise((resolve) => bare.close(resolve));
});
