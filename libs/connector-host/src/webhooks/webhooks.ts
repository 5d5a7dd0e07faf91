import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type Router } from 'express';
import {
  Transient,
  type Connector,
  type ConnectorAccount,
  type PlatformApp,
  type RawDelivery,
  type ReceivesWebhooks,
  type WebhookAnswer,
  type WebhookRequest,
} from '@app/channel';
import type { Database, Health, Jobs, Logger, Metrics } from '@app/runtime';
import type { Accounts } from '../accounts';
import { CONNECT_HEADERS } from '../connect/connect-html';
import type { Intake } from '../intake';
import { readDeliveries } from '../read-deliveries';
import type { Vault } from '../vault';
import { GroupCommit } from './group-commit';
import { readBody, type BodyLimits } from './read-body';
import { Revocations } from './revocations';
import { Strays } from './strays';
import { WebhookCounts } from './webhook-counts';

export interface WebhookOptions {
  readonly body: BodyLimits;
  /** After it we answer 503 and let the platform come again, milliseconds; platforms wait for five seconds. */
  readonly answerMs: number;
  /** Requests under way at once; more are asked to come again. */
  readonly maxRequests: number;
  /** How often deliveries are looked for whose account has been connected, milliseconds. */
  readonly adoptMs: number;
}

/** A batch of 1,000 updates is about 0.5 MB; the platform states no limit. */
export const WEBHOOK_OPTIONS: WebhookOptions = {
  body: { maxBytes: 8 * 1024 * 1024, withinMs: 10_000 },
  answerMs: 4_000,
  maxRequests: 256,
  adoptMs: 2_000,
};

export interface WebhookParts {
  readonly database: Database;
  readonly connector: Connector & ReceivesWebhooks;
  readonly accounts: Accounts;
  readonly intake: Intake;
  readonly vault: Vault;
  readonly jobs: Jobs;
  readonly logger: Logger;
  readonly health?: Health;
  readonly metrics?: Metrics;
  /** Told of every commit, for the metrics. */
  readonly received: (deliveries: number, unreadable: number) => void;
  /** Under which the platform's people reach us; without it what the request was addressed to. */
  readonly publicUrl?: string;
}

/** How long the accounts of addresses are remembered, milliseconds of the machine. */
const FRESH_MS = 1_000;
const MAX_REMEMBERED = 10_000;
/** The app's key, what follows it, and the query. */
const URL_PARTS = /^\/([A-Za-z0-9_-]{1,64})(\/[^?]*)?(?:\?(.*))?$/s;

interface Reply {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The webhooks of a channel, `/webhooks/<channel>/<key of the app>`. A platform gets its 200 only after what it brought is
 * committed; what cannot be stored now is answered 503, so that it comes again. What is not the platform's leaves a count.
 */
export class Webhooks {
  private readonly group: GroupCommit;
  private readonly counts: WebhookCounts;
  private readonly strays: Strays;
  private readonly revocations: Revocations;
  private readonly listening = new Map<string, { readonly account: ConnectorAccount; readonly until: number }>();
  private readonly strayed;
  private timer: NodeJS.Timeout | undefined;
  private adopting: Promise<void> | undefined;
  private busy = 0;

  constructor(
    private readonly parts: WebhookParts,
    private readonly options: WebhookOptions = WEBHOOK_OPTIONS,
  ) {
    const { database, connector, accounts, intake, vault, jobs, logger, health, metrics, received } = parts;
    const { channel } = connector;
    this.counts = new WebhookCounts(database, logger, channel, metrics);
    this.strays = new Strays(database, connector, accounts, intake, vault, logger);
    this.revocations = new Revocations(database, accounts, channel, jobs, logger);
    this.group = new GroupCommit(async (parts) => {
      const report = await intake.commitPushed(parts);
      const read = parts.flatMap((part) => part.read);
      received(report.deliveries, read.filter(({ state }) => state === 'unreadable').length);
    });
    this.strayed = metrics?.counter({
      name: 'evenhand_webhook_stray_total',
      help: 'Deliveries of no account that is connected',
      labelNames: ['channel'],
    });
    health?.register(`${channel} webhooks`, async () => this.counts.health());
  }

  /** Answers the requests of the channel; no other reader of bodies may stand before it. */
  routes(): Router {
    const router = express.Router();
    router.use(`/webhooks/${this.parts.connector.channel}`, (request, response) => void this.serve(request, response));
    return router;
  }

  /** Begins to look for deliveries whose account has been connected. */
  start(): void {
    this.timer = setInterval(() => void this.adopt(), this.options.adoptMs);
    void this.adopt();
  }

  /** Takes in deliveries whose account has been connected since. Never rejects. */
  async adopt(): Promise<void> {
    this.adopting ??= this.adoptAll().finally(() => (this.adopting = undefined));
    await this.adopting;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.adopting;
    await this.counts.stop();
  }

  private async adoptAll(): Promise<void> {
    try {
      while ((await this.strays.adopt()) > 0);
    } catch (error) {
      this.parts.logger.debug('earlier deliveries could not be taken in', { reason: (error as Error).name });
    }
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.busy >= this.options.maxRequests) return send(response, { status: 503 });
    this.busy += 1;
    try {
      const reply = await this.answer(request);
      if (reply !== undefined) send(response, reply);
    } catch (error) {
      const { logger, connector } = this.parts;
      logger.warn('a webhook could not be taken; the platform comes again', { channel: connector.channel }, error);
      send(response, { status: 503 });
    } finally {
      this.busy -= 1;
    }
  }

  private async answer(request: IncomingMessage): Promise<Reply | undefined> {
    const { method } = request;
    if (method !== 'GET' && method !== 'POST') return { status: 405, headers: { allow: 'GET, POST' } };
    const [, key, path = '', query = ''] = URL_PARTS.exec(request.url ?? '') ?? [];
    const app = key === undefined ? undefined : await this.within(this.parts.accounts.apps.find(key));
    if (app === undefined) return { status: 404 };
    const code = method === 'GET' ? /^\/deletion\/([0-9a-f-]{36})$/.exec(path)?.[1] : undefined;
    if (code !== undefined) return this.deletion(app, code);
    const body = await readBody(request, this.options.body);
    if (!body.ok) return body.status === 0 ? undefined : { status: body.status };
    const receivedAt = this.parts.database.clock.now();
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const asked: WebhookRequest = { method, path, query, headers, body: body.bytes, receivedAt };
    const answer = this.parts.connector.receive(asked, app);
    if (answer.kind === 'rejected') this.counts.reject(app.id, answer.reason);
    else this.counts.accept(app.id);
    return this.within(this.follow(asked, app, answer));
  }

  private async follow(request: WebhookRequest, app: PlatformApp, answer: WebhookAnswer): Promise<Reply> {
    switch (answer.kind) {
      case 'reply':
        return { status: answer.status, body: answer.body, headers: { 'content-type': answer.contentType } };
      case 'rejected':
        return { status: answer.status };
      case 'revoked': {
        const confirmation = await this.revocations.handle(app, answer);
        if (confirmation === undefined) return { status: 200 };
        const { connector, publicUrl } = this.parts;
        // this server itself speaks plain HTTP; before a proxy that speaks TLS there is a public URL
        const base = publicUrl?.replace(/\/+$/, '') ?? `http://${request.headers['host'] ?? 'localhost'}`;
        const url = `${base}/webhooks/${connector.channel}/${app.key}/deletion/${confirmation}`;
        return json({ url, confirmation_code: confirmation });
      }
      case 'delivery':
        await this.store(request, app, answer);
        return { status: 200, body: answer.body, headers: { 'content-type': 'text/plain; charset=utf-8' } };
    }
  }

  private async store(
    request: WebhookRequest,
    app: PlatformApp,
    { source, addresses }: Extract<WebhookAnswer, { kind: 'delivery' }>,
  ): Promise<void> {
    const { connector, logger } = this.parts;
    const delivery: RawDelivery = {
      source,
      origin: 'push',
      raw: request.body,
      arrivedAt: request.receivedAt,
      context: {},
    };
    const wanted = [...new Set(addresses.map((address) => address.trim().toLowerCase()))];
    const accounts = await this.accountsAt(app, wanted);
    const known = new Set(accounts.map(({ address }) => address));
    const unknown = wanted.filter((address) => !known.has(address));
    const storing = accounts.map(async (account) => {
      const [read] = await readDeliveries(connector, account, [delivery], logger);
      await this.group.add(account, { ...read!, appId: app.id });
    });
    if (unknown.length > 0 || wanted.length === 0) storing.push(this.keepStray(app, delivery, unknown));
    await Promise.all(storing);
  }

  private async keepStray(app: PlatformApp, delivery: RawDelivery, addresses: readonly string[]): Promise<void> {
    if (await this.strays.keep(app, delivery, addresses)) this.strayed?.inc({ channel: this.parts.connector.channel });
  }

  private async accountsAt(app: PlatformApp, addresses: readonly string[]): Promise<ConnectorAccount[]> {
    const now = performance.now();
    const found: ConnectorAccount[] = [];
    const missing: string[] = [];
    for (const address of addresses) {
      const known = this.listening.get(`${app.workspaceId} ${address}`);
      if (known !== undefined && known.until > now) found.push(known.account);
      else missing.push(address);
    }
    if (missing.length === 0) return found;
    if (this.listening.size > MAX_REMEMBERED) this.listening.clear();
    for (const account of await this.parts.accounts.listeningAt(app.workspaceId, missing)) {
      this.listening.set(`${app.workspaceId} ${account.address}`, { account, until: now + FRESH_MS });
      found.push(account);
    }
    return found;
  }

  private async deletion(app: PlatformApp, code: string): Promise<Reply> {
    const html = await this.within(this.revocations.page(app, code));
    return html === undefined ? { status: 404 } : { status: 200, body: html, headers: CONNECT_HEADERS };
  }

  /** The platform does not wait for ever; what goes on behind it is absorbed when the same comes again. */
  private async within<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Transient('it took too long')), this.options.answerMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function json(value: unknown): Reply {
  return { status: 200, body: JSON.stringify(value), headers: { 'content-type': 'application/json' } };
}

function send(response: ServerResponse, { status, body = '', headers = {} }: Reply): void {
  if (response.headersSent || response.destroyed) return;
  // a body that was not read to its end would be taken for the next request
  const close = status === 408 || status === 413 || status === 503 ? { connection: 'close' } : {};
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers, ...close });
  response.end(body);
}
