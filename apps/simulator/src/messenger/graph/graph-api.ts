import type { Request, Response } from 'express';
import type { Chats } from '../chats';
import { CALL_FAULTS, type Faults, type GraphFault } from '../faults';
import type { Feed } from '../feed';
import type { Files } from '../files';
import type { Journal } from '../journal';
import { escapedJson } from '../webhooks/escaped-json';
import type { Webhooks } from '../webhooks/webhooks';
import type { World } from '../world';
import { AccountsApi } from './accounts';
import { Call } from './call';
import { CommentsApi } from './comments';
import { ConversationsApi } from './conversations';
import { badParameter, GraphError, unknownObject } from './graph-error';
import { Limits, LIMITS } from './limits';
import { profile, upload } from './people';
import { Routing } from './routing';
import { SendApi } from './send';

const VERSION = /^v\d{1,3}\.0$/;
/** Versions that answer. */
const VERSIONS = ['v21.0', 'v22.0', 'v23.0', 'v24.0', 'v25.0', 'v26.0'];
/** What a call without a version gets. */
const OLDEST = VERSIONS[0]!;

const SORRY =
  '<!DOCTYPE html><html><head><title>Error</title></head><body><p>Sorry, something went wrong.</p></body></html>';

export interface GraphParts {
  world: World;
  chats: Chats;
  feed: Feed;
  files: Files;
  faults: Faults;
  journal: Journal;
  webhooks: Webhooks;
  limits?: Partial<typeof LIMITS>;
  /** Called after each call that may have changed something. */
  changed: () => void;
}

/** The Graph API over HTTP: finds what a path means, lets faults strike, tells usage, journals. */
export class GraphApi {
  readonly accounts: AccountsApi;
  readonly routing: Routing;
  private readonly limits: Limits;
  private readonly sends: SendApi;
  private readonly conversations: ConversationsApi;
  private readonly comments: CommentsApi;

  constructor(private readonly parts: GraphParts) {
    const { world, chats, feed, files, faults, webhooks } = parts;
    this.accounts = new AccountsApi(world, webhooks);
    this.routing = new Routing(world, chats);
    this.limits = new Limits(world, faults, { ...LIMITS, ...parts.limits });
    this.sends = new SendApi(world, chats, feed, files, this.limits, this.routing);
    this.conversations = new ConversationsApi(world, chats, files, faults, this.limits);
    this.comments = new CommentsApi(world, chats, feed, faults);
  }

  /** Answers one request under `/sim/graph`; its body is raw bytes. */
  async serve(request: Request, response: Response): Promise<void> {
    const segments = request.path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
    const version = VERSION.test(segments[0] ?? '') ? segments.shift()! : OLDEST;
    const path = segments.join('/');
    const fault = this.parts.faults.strike('graph', path, CALL_FAULTS);
    if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms ?? 1_000).unref());
    const { status, body, ...told } = await this.answer(request, version, segments, fault);
    const { world } = this.parts;
    const appId = told.appId !== undefined && { appId: told.appId };
    const pageId = told.pageId !== undefined && { pageId: told.pageId };
    const error = (body as { error?: { code: number; error_subcode?: number } } | null)?.error;
    const written = fault?.kind === 'answer-500' ? 500 : status;
    this.parts.journal.write({
      kind: 'graph',
      method: request.method,
      path,
      version,
      ...appId,
      ...pageId,
      status: written,
      ...(error && { code: error.code, ...(error.error_subcode !== undefined && { subcode: error.error_subcode }) }),
      ...(fault && { fault: fault.kind }),
    });
    if (fault?.kind === 'reset' || fault?.kind === 'no-answer') return void request.socket.destroy();
    response.set({
      ...this.limits.headers(told.pageId),
      'facebook-api-version': version,
      'X-FB-Trace-ID': world.newMid(),
    });
    if (fault?.kind === 'html' || fault?.kind === 'answer-500') {
      response.status(500).type('html').send(SORRY);
      return;
    }
    const text = escapedJson(body);
    response.status(status).type('application/json');
    if (fault?.kind === 'half-answer') {
      response.setHeader('Content-Length', text.length);
      response.write(text.slice(0, text.length >> 1), () => response.destroy());
    } else response.send(Buffer.from(text, 'latin1'));
  }

  private async answer(
    request: Request,
    version: string,
    segments: readonly string[],
    fault: GraphFault | undefined,
  ): Promise<{ status: number; body: unknown; appId?: string; pageId?: string }> {
    if (fault?.kind === 'reset' || fault?.kind === 'html') return { status: 500, body: null };
    let who: { appId?: string; pageId?: string } = {};
    try {
      const call = await Call.read(request, this.parts.world);
      who = this.callerOf(call);
      if (fault?.kind === 'error') throw faultError(fault);
      if (!VERSIONS.includes(version)) throw new GraphError(2635, `(#2635) You are calling a deprecated version of the Graph API: ${version}.`); // prettier-ignore
      this.limits.use();
      const body = await this.route(call, segments, fault);
      if (call.method !== 'GET') this.parts.changed();
      return { status: 200, body, ...who };
    } catch (error) {
      if (error instanceof GraphError) {
        return { status: error.status, body: error.body(`A${this.parts.world.random.text(22)}`), ...who };
      }
      if (error instanceof RangeError) return { status: 400, body: badParameter(error.message).body('A'), ...who };
      throw error;
    }
  }

  private async route(
    call: Call,
    [first = '', second, ...rest]: readonly string[],
    fault?: GraphFault,
  ): Promise<unknown> {
    if (rest.length > 0) throw unknownObject([first, second, ...rest].join('/'));
    const { method } = call;
    switch (second) {
      case undefined:
        return this.node(call, first);
      case 'access_token':
        return this.accounts.accessToken(call);
      case 'accounts':
        return this.accounts.accounts(call);
      case 'permissions':
        return this.permissions(call);
      case 'subscriptions':
        return this.accounts.appSubscriptions(call, first);
      case 'subscribed_apps':
        return this.accounts.pageSubscriptions(call, first);
      case 'message_attachments':
        return upload(call, first, this.parts.files);
      case 'thread_owner':
        return this.routing.owner(call, first);
      case 'conversations':
        return this.conversations.list(call, first);
      case 'feed':
      case 'posts':
        return this.comments.posts(call, first);
      case 'messages': {
        const thread = this.parts.world.threads.get(first);
        if (method === 'GET' && thread) return this.conversations.messages(call, thread);
        const { answer } = this.sends.send(call, first);
        if (fault?.kind === 'echo-first') await this.parts.webhooks.settled();
        return answer;
      }
      case 'comments':
      case 'likes':
        return this.underComment(call, first, second, fault);
      default: {
        const verb = /^(\w+)_thread_control$/.exec(second)?.[1];
        if (verb === undefined || method !== 'POST') throw unknownObject(`${first}/${second}`);
        return this.routing.call(call, first, verb);
      }
    }
  }

  private async underComment(call: Call, id: string, edge: 'comments' | 'likes', fault?: GraphFault): Promise<object> {
    const { world, webhooks } = this.parts;
    const comment = world.comments.get(id);
    const on = comment ?? world.posts.get(id);
    if (!on || (edge === 'likes' && !comment)) throw unknownObject(id);
    if (edge === 'likes') return this.comments.like(call, comment!);
    if (call.method !== 'POST') return this.comments.list(call, on);
    const { answer } = this.comments.reply(call, on);
    if (fault?.kind === 'echo-first') await webhooks.settled();
    return answer;
  }

  /** What an id alone stands for. */
  private node(call: Call, id: string): object {
    const { world, chats, files } = this.parts;
    if (id === 'me') return this.accounts.me(call);
    if (id === 'debug_token') return this.accounts.debugToken(call);
    const comment = world.comments.get(id);
    if (comment && call.method === 'POST') return this.comments.change(call, comment);
    if (comment && call.method === 'DELETE') return this.comments.remove(call, comment);
    if (call.method !== 'GET') throw unknownObject(id);
    if (comment) return this.comments.one(call, comment);
    if (world.pages.get(id)) return this.accounts.page(call, id);
    const thread = world.threads.get(id);
    if (thread) return this.conversations.one(call, thread);
    const message = world.messages.get(id);
    if (message) return this.conversations.detail(call, message);
    const post = world.posts.get(id);
    if (post) return this.comments.post(call, post);
    const pageId = call.token().pageId;
    const chat = pageId === undefined ? undefined : world.findThread(pageId, id);
    if (chat) return profile(call, chat, world.person(chat.personId), world, chats, files);
    throw unknownObject(id);
  }

  /** `/me/permissions`: whoever logged in takes back everything. */
  private permissions(call: Call): object {
    const token = call.token();
    if (call.method !== 'DELETE') {
      return { data: token.scopes.map((permission) => ({ permission, status: 'granted' })) };
    }
    this.revoke(token.userId, token.appId);
    return { success: true };
  }

  /** Somebody removes an app: its tokens die, its Pages are unsubscribed, it is told. */
  revoke(userId: string, appId: string): void {
    const { world, webhooks } = this.parts;
    this.accounts.invalidate(userId, appId, 458);
    for (const pageId of Object.keys(world.operator(userId).pages)) {
      this.accounts.unsubscribe(world.page(pageId), appId);
    }
    webhooks.beside(webhooks.callBack(world.app(appId), 'deauthorize', userId));
  }

  /** In whose name a call seems to be made, for the journal and the headers. */
  private callerOf(call: Call): { appId?: string; pageId?: string } {
    const raw = call.rawToken ?? '';
    const token = this.parts.world.tokens.get(raw);
    const appId = token?.appId ?? (raw.includes('|') ? raw.split('|', 1)[0] : undefined);
    return { ...(appId !== undefined && { appId }), ...(token?.pageId !== undefined && { pageId: token.pageId }) };
  }
}

function faultError({ code = 1, subcode, status, message }: GraphFault): GraphError {
  const text = message ?? `(#${code}) An error occurred (a fault of the simulator)`;
  return status === undefined ? new GraphError(code, text, subcode) : new GraphError(code, text, subcode, status);
}
