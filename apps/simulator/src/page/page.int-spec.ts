import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Clock } from '@app/runtime';
import { Customers } from '../customers/customers';
import { DEMO_MAILBOX, MailSimulator } from '../mail-simulator';
import { SimulatorModule } from '../simulator.module';

const ANA = 'ana.belanger@customers.test';

let dir: string;
let simulator: MailSimulator;
let customers: Customers;
let app: INestApplication;
let base: string;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'evenhand-page-'));
  simulator = await MailSimulator.start({ dir });
  simulator.addMailbox(DEMO_MAILBOX, { name: 'Support' });
  customers = new Customers({ mail: simulator, clock: new Clock() });
  app = await NestFactory.create(SimulatorModule.register({ simulator, customers }), {
    logger: false,
    bodyParser: false,
  });
  await app.listen(0, '127.0.0.1');
  base = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
});

afterEach(async () => {
  await app.close();
  customers.stop();
  await simulator.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function page(path: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(base + path, { headers });
  expect(response.status).toBe(200);
  return response.text();
}

/** Sends a form as the page does. */
async function submit(path: string, fields: Record<string, string>, file?: { name: string; content: string | Buffer }) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  if (file) form.append('files', new Blob([file.content]), file.name);
  return fetch(base + path, { method: 'POST', body: form, headers: { origin: base }, redirect: 'manual' });
}

/** Sends JSON as a program does. */
async function send(method: 'POST' | 'PUT', path: string, body: unknown) {
  const headers = { 'content-type': 'application/json' };
  const request = new Request(base + path, { method, headers, body: JSON.stringify(body) });
  return fetch(request);
}

describe('the page of the customers', () => {
  it('greets in the language of the browser, and in the one asked for', async () => {
    expect(await page('/sim', { 'accept-language': 'fr-CA,fr;q=0.9,en;q=0.8' })).toContain(
      'rien ne quitte cette machine',
    );
    expect(await page('/sim', { 'accept-language': 'de' })).toContain('nothing here leaves this machine');
    expect(await page('/sim?lang=fr', { 'accept-language': 'en' })).toContain('<html lang="fr">');
  });

  it('lets a browser say where its forms come from, and run nothing but its own script', async () => {
    const { headers } = await fetch(`${base}/sim`);
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self';/);
    expect(await page('/sim')).not.toMatch(/<script>|<style|\son\w+=|style="|https?:\/\//);
  });

  it('writes as a new customer, with a file, and shows the thread', async () => {
    const fields = {
      name: 'Ana Bélanger',
      from: '',
      to: DEMO_MAILBOX,
      subject: 'Colis <perdu>',
      text: 'Où est-il ?\r\n> moi',
    };
    const response = await submit('/sim/write?lang=fr', fields, { name: 'reçu.txt', content: 'nº 7' });
    expect(response.status).toBe(303);
    const [mail] = simulator.mailbox(DEMO_MAILBOX).inbox;
    const read = await mail?.read();
    expect(read).toMatchObject({ subject: 'Colis <perdu>', from: { name: 'Ana Bélanger', address: ANA } });
    expect(read?.attachments[0]?.filename).toBe('reçu.txt');
    const thread = await page(response.headers.get('location') ?? '');
    expect(thread).toContain('Colis &lt;perdu&gt;');
    expect(thread).not.toContain('<perdu>');
    const [, file = ''] = /href="(\/sim\/c\/[^"]+\/file\/0[^"]*)"/.exec(thread) ?? [];
    const download = await fetch(base + file);
    expect(download.headers.get('content-type')).toContain('application/octet-stream');
    expect(download.headers.get('content-disposition')).toContain('attachment');
    expect(await download.text()).toBe('nº 7');
  });

  it('shows an answer as new until it is opened, and answers it in the thread', async () => {
    const first = await simulator.writeAs({
      from: { address: ANA, name: 'Ana' },
      to: DEMO_MAILBOX,
      subject: 'Q',
      text: 'x',
    });
    const raw = `Message-ID: <a1@demo>\r\nIn-Reply-To: ${first.messageId}\r\nFrom: Support <${DEMO_MAILBOX}>\r\nTo: ${ANA}\r\nSubject: Re: Q\r\n\r\nCeci est la réponse.\r\n\r\nLe 3 mars, Ana a écrit :\r\n> x`;
    simulator.deliver(raw, { to: ANA });
    expect(await page('/sim?lang=en')).toContain('aria-label="1 new mail"');
    const list = await page(`/sim/c/${ANA}?lang=en`);
    expect(list.match(/class="mail|<li>/g)).toBeTruthy();
    const thread = await page(`/sim/c/${ANA}/s1?lang=en`);
    expect(thread).toContain('Ceci est la réponse.');
    expect(thread.indexOf('Le 3 mars')).toBeGreaterThan(thread.indexOf('<summary>Quoted text'));
    expect(await page('/sim?lang=en')).not.toContain('aria-label="1 new mail"');

    const [, reply = ''] = /name="reply" value="([^"]+)"/.exec(thread) ?? [];
    const response = await submit('/sim/write?lang=en', { from: ANA, reply, text: 'Thanks!' });
    expect(response.headers.get('location')).toBe(`/sim/c/${encodeURIComponent(ANA)}/s1?lang=en`);
    expect(simulator.mailbox(DEMO_MAILBOX).inbox.at(-1)?.header('in-reply-to')).toBe('<a1@demo>');
  });

  it('shows the form again, with what was typed, when it cannot be sent', async () => {
    const fields = { name: 'Ana', from: 'ana@gmail.com', to: DEMO_MAILBOX, subject: 'Sujet', text: 'Longue histoire' };
    const response = await submit('/sim/write?lang=fr', fields);
    expect(response.status).toBe(422);
    const again = await response.text();
    expect(again).toContain('role="alert"');
    expect(again).toContain('Longue histoire');
    expect(again).toContain('value="ana@gmail.com"');
    expect(simulator.mailbox(DEMO_MAILBOX).inbox).toEqual([]);
  });

  it('refuses a file that is too large, and says so', async () => {
    const fields = { name: 'Ana', subject: 's', text: 't' };
    const response = await submit('/sim/write?lang=en', fields, { name: 'x', content: Buffer.alloc(11 * 1024 * 1024) });
    expect(response.status).toBe(413);
    expect(await response.text()).toContain('up to 5 files of 10 MB');
  });

  it('shows a mail that no parser can read, and one that claims to be a page, as text', async () => {
    simulator.deliver('Content-Type: text/html\r\n\r\n<script>alert(1)</script><b>bold</b>', { to: ANA });
    const nested = Array.from(
      { length: 80 },
      (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`,
    );
    simulator.deliver(nested.join(''), { to: ANA });
    expect(await page(`/sim/c/${ANA}/i1?lang=en`)).not.toContain('alert(1)');
    expect(await page(`/sim/c/${ANA}/i2?lang=en`)).toContain('cannot be displayed');
    const source = await fetch(`${base}/sim/c/${ANA}/mail/i1/source`);
    expect(source.headers.get('content-type')).toContain('text/plain');
    expect(source.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('sets a fault and heals it', async () => {
    await submitForm('/sim/faults', 'fault=down');
    expect(simulator.faults).toEqual({ down: true });
    expect(await page('/sim?lang=en')).toMatch(/Set now:\s*<span class="state off">Is down/);
    await submitForm('/sim/faults', 'fault=none');
    expect(simulator.faults).toEqual({});
  });

  it('tells open pages of new mail at once, without its content', async () => {
    const [response] = await once(get(`${base}/sim/events`), 'response');
    let heard = '';
    const told = new Promise<void>((resolve) => {
      response.on('data', (chunk: Buffer) => {
        heard += chunk.toString();
        if (heard.includes('data:')) resolve();
      });
    });
    simulator.deliver('Subject: secret\r\n\r\nsecret', { to: ANA });
    await told;
    expect(heard).toContain(`event: mail\ndata: {"address":"${ANA}","folder":"INBOX"}`);
    expect(heard).not.toContain('secret');
    response.destroy();
  });

  it.each(['/sim/c/nobody@customers.test', `/sim/c/${DEMO_MAILBOX}/i99`, '/sim/c/x/mail/i1/source'])(
    'has nothing at %s',
    async (path) => {
      expect((await fetch(base + path)).status).toBe(404);
    },
  );
});

describe('the control API', () => {
  it('writes as a customer, and lists what a mailbox holds', async () => {
    const file = { filename: 'a.txt', contentType: 'text/plain', base64: Buffer.from('hi').toString('base64') };
    const letter = {
      from: { address: ANA, name: 'Ana' },
      to: DEMO_MAILBOX,
      subject: 'Q',
      text: 'x',
      attachments: [file],
    };
    const { messageId } = (await (await send('POST', '/sim/api/mails', letter)).json()) as { messageId: string };
    const listed = (await (await fetch(`${base}/sim/api/mailboxes/${DEMO_MAILBOX}`)).json()) as { inbox: object[] };
    const attachments = [{ filename: 'a.txt', mimeType: 'text/plain', size: 2 }];
    expect(listed.inbox).toMatchObject([{ uid: 1, messageId, subject: 'Q', deliveredTo: DEMO_MAILBOX, attachments }]);
  });

  it('delivers bytes as they are, and hands them out again', async () => {
    const raw = Buffer.concat([Buffer.from('Subject: raw\r\n\r\n'), Buffer.from([0, 255, 128, 10])]);
    const response = await fetch(
      `${base}/sim/api/mailboxes/${DEMO_MAILBOX}/deliver?internalDate=2026-01-02T03:04:05Z`,
      {
        method: 'POST',
        body: raw,
        headers: { 'content-type': 'message/rfc822' },
      },
    );
    expect(await response.json()).toEqual({ uid: 1 });
    const back = await fetch(`${base}/sim/api/mailboxes/${DEMO_MAILBOX}/INBOX/1`);
    expect(Buffer.from(await back.arrayBuffer()).equals(raw)).toBe(true);
    expect(simulator.mailbox(DEMO_MAILBOX).inbox[0]?.internalDate).toEqual(new Date('2026-01-02T03:04:05Z'));
  });

  it.each([
    ['POST', '/sim/api/mails', { from: { address: ANA } }, 'text'],
    ['POST', '/sim/api/mails', { from: 'ana', text: 'x' }, 'from'],
    ['POST', '/sim/api/mails', { from: { address: ANA }, to: 'x@gmail.com', text: 'x' }, 'No mailbox'],
    ['POST', '/sim/api/mails', [], 'JSON object'],
    ['PUT', '/sim/api/faults', { data: { code: 200, text: '' } }, 'data.code'],
    ['PUT', '/sim/api/life', { everyMs: -1 }, 'everyMs'],
    ['PUT', '/sim/api/mailboxes/not%20an%20address', {}, 'Not an address'],
  ] as const)('answers %s %s %j with what is wrong', async (method, path, body, named) => {
    const response = await send(method, path, body);
    expect(response.status).toBe(422);
    expect(((await response.json()) as { error: string }).error).toContain(named);
  });

  it('refuses a request of a foreign page and one to a foreign name, and changes nothing', async () => {
    const foreign = await fetch(`${base}/sim/api/faults`, {
      method: 'PUT',
      body: '{"down":true}',
      headers: { 'content-type': 'application/json', origin: 'https://evil.example' },
    });
    expect(foreign.status).toBe(403);
    const [rebound] = await once(get(`${base}/sim/api/state`, { headers: { host: 'evil.example' } }), 'response');
    rebound.resume();
    expect(rebound.statusCode).toBe(403);
    expect(simulator.faults).toEqual({});
  });

  it('takes no body over its limit', async () => {
    const letter = { from: { address: ANA }, to: DEMO_MAILBOX, text: 'x'.repeat(16 * 1024 * 1024) };
    expect((await send('POST', '/sim/api/mails', letter)).status).toBe(413);
  });
});

async function submitForm(path: string, body: string): Promise<void> {
  const headers = { origin: base, 'content-type': 'application/x-www-form-urlencoded' };
  const response = await fetch(base + path, { method: 'POST', body, headers, redirect: 'manual' });
  expect(response.status).toBe(303);
}
