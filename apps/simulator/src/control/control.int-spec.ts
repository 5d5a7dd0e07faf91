import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Town } from '../../testing/town';
import { DEMO_HANDLE } from '../x/demo';
import { controlRouter } from './control-router';

let town: Town;
let server: Server;
let base: string;

beforeEach(async () => {
  town = await Town.start();
  server = createServer(express().use('/sim/control', controlRouter(town.customers)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await town.stop();
});

async function page(language = 'en'): Promise<string> {
  const response = await fetch(`${base}/sim/control?lang=${language}`);
  expect(response.status).toBe(200);
  return response.text();
}

async function submit(path: string, fields: Record<string, string>): Promise<number> {
  const headers = { origin: base, 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams(fields).toString();
  return (await fetch(`${base}/sim/control/${path}`, { method: 'POST', headers, body, redirect: 'manual' })).status;
}

const set = (channel: string, trouble: string, on: boolean): Promise<number> =>
  submit('switch', { channel, trouble, on: on ? 'yes' : 'no' });

/** How often the page says of something that it is set. */
async function troubles(): Promise<number> {
  return [...(await page()).matchAll(/<span class="state off">on<\/span>/g)].length;
}

describe('the control page', () => {
  it('shows every channel, in both languages', async () => {
    const english = await page();
    for (const words of ['Mail', 'Messenger', 'Outage', 'Expired token', 'Closed window', 'Every 8 to 20 seconds']) {
      expect(english).toContain(words);
    }
    const french = await page('fr');
    for (const words of ['Courriel', 'Messenger', 'Panne', 'Jeton expiré', 'Délai dépassé']) {
      expect(french).toContain(words);
    }
    expect(english).not.toMatch(/<script>|<style|\son\w+=|style="|https?:\/\//);
  });

  it('lets customers write at the rate that is chosen, and stops them', async () => {
    expect(await submit('life', { rate: 'fast' })).toBe(303);
    expect(town.customers.life?.everyMs).toEqual([2_000, 5_000]);
    expect(await page()).toMatch(/value="fast"\s+required\s+checked/);
    expect(await submit('life', { rate: 'off' })).toBe(303);
    expect(town.customers.life).toBeUndefined();
    expect(await page()).toContain('Stopped.');
    expect(await submit('life', { rate: 'hasOwnProperty' })).toBe(422);
  });

  it('lets the mail provider fail, or refuse the password, and heals it without touching other faults', async () => {
    town.mail.faults = { delayMs: 1 };
    await set('mail', 'outage', true);
    await set('mail', 'token', true);
    expect(town.mail.faults).toEqual({ delayMs: 1, down: true, refuseLogin: true });
    expect(await troubles()).toBe(2);
    await set('mail', 'outage', false);
    await set('mail', 'token', false);
    expect(town.mail.faults).toEqual({ delayMs: 1 });
    expect(await set('mail', 'window', true)).toBe(422);
  });

  it('lets Messenger fail, its token expire and its window close, and heals each', async () => {
    const { pageToken } = town.messenger.seedDemo();
    for (const trouble of ['outage', 'token', 'window']) await set('messenger', trouble, true);
    expect(await troubles()).toBe(3);
    expect(town.messenger.world.tokens.get(pageToken)?.invalid).toBe(463);
    expect(town.messenger.faults.get().webhooks).toEqual([{ kind: 'cut' }]);
    await set('messenger', 'outage', false);
    expect(town.messenger.faults.get().graph).toMatchObject([{ code: 10, subcode: 2_018_278 }]);
    await set('messenger', 'window', false);
    await set('messenger', 'token', false);
    expect(await troubles()).toBe(0);
    expect(town.messenger.seedDemo().pageToken).toBe(pageToken);
  });

  it('lets X fail, its token expire and direct messages close, and heals each; a token by renewing it', async () => {
    const { appId, userId } = town.x.seedDemo();
    for (const trouble of ['outage', 'token', 'window']) await set('x', trouble, true);
    expect(await troubles()).toBe(3);
    await set('x', 'outage', false);
    await set('x', 'window', false);
    expect(town.x.faults).toEqual({ webhooks: [], calls: [] });
    expect(town.x.world.findUser('tartempion')?.directs).toBe('everyone');
    expect(await troubles()).toBe(1);
    town.x.token({ appId, userId });
    expect(await troubles()).toBe(0);
    expect(userId).toBe(DEMO_HANDLE.id);
  });

  it('takes no switch from another web site', async () => {
    const headers = { origin: 'http://evil.example', 'content-type': 'application/x-www-form-urlencoded' };
    const body = 'channel=mail&trouble=outage&on=yes';
    const response = await fetch(`${base}/sim/control/switch`, { method: 'POST', headers, body });
    expect(response.status).toBe(403);
    expect(town.mail.faults).toEqual({});
  });
});
