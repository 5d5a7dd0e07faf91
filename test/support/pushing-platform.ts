import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type {
  Capabilities,
  Connector,
  ConnectorAccount,
  FetchesFiles,
  FileRequest,
  InboundEvent,
  LookUpResult,
  LooksUp,
  Moderates,
  NamesPeople,
  OutboundMessage,
  PlatformApp,
  PolicyNotice,
  RawDelivery,
  Reach,
  Revokes,
  ReadResult,
  ReceivesWebhooks,
  SendReceipt,
  SendsInParts,
  WebhookAnswer,
  WebhookRequest,
} from '@app/channel';
import type { ConnectorHostOptions } from '@app/connector-host';
import { HostWorld, type RunningHost } from './host-world';

/** One thing that happened on the platform; a webhook brings a list of them. */
export interface Happening {
  /** Address of our account. */
  readonly to: string;
  readonly id: string;
  readonly text?: string;
  /** `in`: a customer wrote; `out`: somebody of ours elsewhere; `echo`: our own message, with its mark. */
  readonly kind?: 'in' | 'out' | 'echo' | 'edit' | 'withdrawn' | 'blocked' | 'allowed';
  readonly from?: string;
  readonly name?: string;
  /** Of an echo: the id we gave; of an edit and of what is taken back: the message. */
  readonly of?: string;
  readonly fingerprint?: string;
  readonly files?: readonly string[];
  readonly at?: string;
  /** What the platform tells of fame beside it. */
  readonly reach?: Reach['values'];
}

/** The smallest platform that does all a platform can do to a connector host. Says what the test tells it to say. */
export class PushingPlatform
  implements Connector, ReceivesWebhooks, LooksUp, SendsInParts, FetchesFiles, NamesPeople, Moderates, Revokes
{
  readonly channel = 'messenger';
  capabilities: Capabilities = {
    visibilities: ['private', 'public'],
    maxLength: null,
    maxAttachmentBytes: null,
    typingIndicator: false,
    readReceipts: false,
    privateReply: true,
    partLength: 20,
    inPublic: null,
    moderates: true,
    reachFields: ['followers'],
    purgeAfterBusinessDays: null,
  };
  /** Texts it took, in order. */
  readonly taken: { readonly id: string; readonly text: string }[] = [];
  /** What it does with a message instead of taking it. */
  onSend: (outbound: OutboundMessage) => Promise<SendReceipt | undefined> | SendReceipt | undefined = () => undefined;
  onLookUp: (outbound: OutboundMessage) => LookUpResult = () => ({ found: false, authoritative: true });
  onFile: (request: FileRequest) => { bytes: Buffer; name: string; mime: string } = () => {
    throw new Error('no file');
  };
  onName: (value: string) => string | undefined = () => undefined;
  onModerate: (nativeId: string, action: string) => void = () => undefined;
  /** Called in every read; may throw. */
  onRead: (delivery: RawDelivery) => void = () => undefined;
  onRevoke: (account: ConnectorAccount) => void = () => undefined;
  prepares = 0;

  receive(request: WebhookRequest, app: PlatformApp): WebhookAnswer {
    const { secret } = app.secrets as { secret: string };
    if (request.headers['x-secret'] !== secret) return { kind: 'rejected', status: 401, reason: 'secret' };
    if (request.method === 'GET') return { kind: 'reply', status: 200, contentType: 'text/plain', body: request.query };
    if (request.path !== '') {
      const { user, at } = JSON.parse(request.body.toString()) as { user: string; at: string };
      return { kind: 'revoked', user, erase: request.path === '/delete', issuedAt: new Date(at) };
    }
    const source = (request.headers['x-source'] ?? '') + createHash('sha256').update(request.body).digest('hex');
    return { kind: 'delivery', source, addresses: happeningsIn(request.body)?.map(({ to }) => to) ?? [], body: 'ok' };
  }

  async read(delivery: RawDelivery, account: ConnectorAccount): Promise<ReadResult> {
    this.onRead(delivery);
    const all = happeningsIn(delivery.raw);
    if (all === undefined) return { events: [], reach: [], unsupported: [], unreadable: 'this is no JSON' };
    const ours = all.filter(({ to }) => to === account.address);
    const policy = ours.flatMap(({ kind, at, text }): PolicyNotice[] =>
      kind === 'blocked' || kind === 'allowed' ? [{ at: new Date(at!), action: kind, reason: text ?? '' }] : [],
    );
    const files = ours.flatMap(({ id, files = [] }) =>
      files.map((url, position): FileRequest => ({ target: id, position, kind: 'image', url })),
    );
    const kinds = new Set(['in', 'out', 'echo', 'edit', 'withdrawn']);
    return {
      events: ours.filter(({ kind = 'in' }) => kinds.has(kind)).map(eventOf),
      reach: ours.flatMap(({ id, from = 'u1', reach }): Reach[] =>
        reach === undefined ? [] : [{ channel: 'messenger', externalId: id, author: from, values: reach }],
      ),
      files,
      policy,
      unsupported: [],
    };
  }

  async prepare(outbound: OutboundMessage): Promise<Buffer> {
    this.prepares += 1;
    return Buffer.from(outbound.text);
  }

  async send(prepared: Buffer, outbound: OutboundMessage): Promise<SendReceipt> {
    const instead = await this.onSend(outbound);
    this.taken.push({ id: outbound.id, text: prepared.toString() });
    return instead ?? { nativeIds: [`native:${outbound.id}`] };
  }

  async lookUp(outbound: OutboundMessage): Promise<LookUpResult> {
    return this.onLookUp(outbound);
  }

  fingerprint(outbound: OutboundMessage): string | undefined {
    return outbound.visibility === 'public' ? `print:${outbound.text}` : undefined;
  }

  /** Words joined by ` | ` go out one by one. */
  split(outbound: OutboundMessage): readonly Pick<OutboundMessage, 'text' | 'attachments'>[] {
    return outbound.text.split(' | ').map((text) => ({ text, attachments: [] }));
  }

  async fetchFile(request: FileRequest) {
    return this.onFile(request);
  }

  async nameOf(value: string): Promise<string | undefined> {
    return this.onName(value);
  }

  async moderate(nativeId: string, action: string): Promise<void> {
    this.onModerate(nativeId, action);
  }

  async revoke(account: ConnectorAccount): Promise<void> {
    this.onRevoke(account);
  }

  async check(): Promise<void> {}

  validate(): void {}
}

function happeningsIn(body: Buffer): readonly Happening[] | undefined {
  try {
    return JSON.parse(body.toString('utf8')) as Happening[];
  } catch {
    return undefined;
  }
}

function eventOf({
  kind = 'in',
  id,
  text = '',
  from = 'u1',
  name,
  of,
  fingerprint,
  files = [],
  at,
}: Happening): InboundEvent {
  const time = at ?? '2026-11-21T10:00:00.000Z';
  if (kind === 'edit') {
    const change = { type: 'edited' as const, text, number: 1 };
    return { kind: 'change', externalId: id, target: of!, at: time, change };
  }
  if (kind === 'withdrawn') {
    return { kind: 'change', externalId: id, target: of!, at: time, change: { type: 'withdrawn', by: 'author' } };
  }
  if (kind === 'echo') {
    const send = { part: 0, parts: 1, attempt: 0, state: 'sent' as const, at: time, nativeIds: [id], platformAt: time };
    return { kind: 'send', externalId: `echo:${id}`, outboundId: of!, ...send };
  }
  return {
    kind: 'message',
    externalId: id,
    direction: kind === 'in' ? 'inbound' : 'outbound',
    visibility: fingerprint === undefined ? 'private' : 'public',
    author: { value: from, ...(name === undefined ? {} : { name }) },
    participants: [{ value: from, role: 'from' }],
    at: time,
    class: 'ordinary',
    history: false,
    text,
    attachments: [],
    pendingFiles: files.map((_, position) => ({ position, kind: 'image' as const })),
    threading: { threadKey: from, references: [] },
    nativeIds: [id],
    problems: [],
    unreadable: false,
    encrypted: false,
    commitments: {},
    ...(fingerprint === undefined ? {} : { fingerprint }),
  };
}

/** A host for the pushing platform, with its webhooks on a real port. */
export class PushingWorld extends HostWorld {
  readonly secret = 'the secret of the app';
  private readonly servers: Server[] = [];

  static override async open(): Promise<PushingWorld> {
    return new PushingWorld(...(await HostWorld.parts()));
  }

  /** Starts a process with an app of its own. */
  async platform(
    options: Partial<ConnectorHostOptions> = {},
    connector = new PushingPlatform(),
  ): Promise<RunningPlatform> {
    const more = { blobs: this.blobs, ...options, webhooks: { adoptMs: 20, ...options.webhooks } };
    const running = await this.run(connector, more);
    const server = createServer(express().use(running.host.webhooks!.routes()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.servers.push(server);
    const { port } = server.address() as AddressInfo;
    const { apps } = running.host.accounts;
    const app = await apps.add({ workspaceId: this.workspaceId, settings: {}, secrets: { secret: this.secret } });
    return { ...running, app, url: `http://127.0.0.1:${port}/webhooks/messenger/${app.key}` };
  }

  /** Connects an account of the app. */
  async connect({ host, app }: RunningPlatform, address: string, connectedBy = 'operator'): Promise<string> {
    const given = {
      workspaceId: this.workspaceId,
      address,
      name: address,
      settings: { userId: connectedBy },
      credentials: {},
    };
    return host.accounts.add({ ...given, appId: app.id, connectedBy });
  }

  /** Sends a webhook. @returns its status. */
  async push(
    { url }: RunningPlatform,
    body: readonly Happening[] | string,
    headers: Record<string, string> = {},
  ): Promise<number> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(url, { method: 'POST', body: text, headers: { 'x-secret': this.secret, ...headers } });
    await response.arrayBuffer();
    return response.status;
  }

  override async close(): Promise<void> {
    for (const server of this.servers) {
      server.closeAllConnections();
      server.close();
    }
    await super.close();
  }
}

export interface RunningPlatform extends RunningHost<PushingPlatform> {
  readonly app: PlatformApp;
  /** Of the app's webhook. */
  readonly url: string;
}
