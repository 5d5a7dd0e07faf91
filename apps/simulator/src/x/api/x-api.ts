import type { Request, Response } from 'express';
import type { Random } from '../../messenger/random';
import type { Credits } from '../credits';
import type { Limits } from '../limits';
import { authenticate } from './authenticate';
import { Call, isProblem } from './call';
import type { CallFault, CallFaults } from './call-faults';
import { forbidden, notFound, type Problem, problem, unauthorized } from './problem';
import type { ApiParts } from './parts';
import type { CallEntry, Route } from './route';

interface Answered {
  status: number;
  body: unknown;
  mime?: string;
  headers: Readonly<Record<string, string>>;
  stream?: (response: Response) => void;
  entry: Partial<CallEntry>;
}

const SORRY = '<!DOCTYPE html><html><head><title>X</title></head><body><p>Something went wrong.</p></body></html>';

/** The API over HTTP: finds what a path means and who asks, counts limits and credit, lets faults strike, tells of each call. */
export class XApi {
  /** Resolves when those who listen have been told of everything; set by whoever delivers. */
  settled: () => Promise<void> = () => Promise.resolve();
  private readonly routes: { route: Route; method: string; parts: string[] }[] = [];

  constructor(
    private readonly parts: ApiParts,
    private readonly random: Random,
    private readonly tell: (entry: CallEntry) => void,
  ) {}

  get faults(): CallFaults {
    return this.parts.faults;
  }

  get limits(): Limits {
    return this.parts.limits;
  }

  get credits(): Credits {
    return this.parts.credits;
  }

  /** Adds what else the API can do. Where two fit a path, the one with fewer parameters in it is meant. */
  add(routes: readonly Route[]): void {
    for (const route of routes) {
      const [method = '', path = ''] = route.endpoint.split(' ');
      this.routes.push({ route, method, parts: path.split('/').slice(1) });
    }
    this.routes.sort((a, b) => placeholders(a.parts) - placeholders(b.parts));
  }

  /** Answers one request; its path begins with `/2/` or `/oauth`, its body is raw bytes. */
  async serve(request: Request, response: Response): Promise<void> {
    const found = this.find(request.method, request.path);
    const endpoint = found?.route.endpoint ?? `${request.method} ?`;
    const fault = found && this.faults.strike(endpoint);
    if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms ?? 1_000).unref());
    const answered = await this.answer(request, found, fault);
    if (fault?.kind === 'pushed-first') await this.settled();
    this.tell({
      at: this.parts.world.now(),
      method: request.method,
      endpoint,
      path: request.path,
      status: fault?.kind === 'answer-503' ? 503 : answered.status,
      cost: 0,
      tooEarly: false,
      ...answered.entry,
      ...(fault && { fault: fault.kind }),
    });
    this.send(request, response, answered, fault);
  }

  private async answer(
    request: Request,
    found: { route: Route; params: Record<string, string> } | undefined,
    fault: CallFault | undefined,
  ): Promise<Answered> {
    const entry: { -readonly [K in keyof CallEntry]?: CallEntry[K] } = {};
    let headers: Record<string, string> = {};
    try {
      if (!found) throw notFound();
      const before = fault && faultBefore(fault);
      if (before) throw before;
      const { route, params } = found;
      const call = await Call.read(request, params);
      if (route.access.length > 0) {
        const caller = authenticate(call, this.parts, route);
        call.caller = caller;
        entry.appId = caller.app.id;
        if (caller.user) entry.userId = caller.user.id;
        const limited = this.limits.take(route.endpoint, caller.app.id, caller.user?.id);
        ({ headers } = limited);
        entry.tooEarly = limited.tooEarly;
        if (!route.free) this.checkCredit(call);
        const missing = route.scopes?.some((scope) => caller.user && !caller.scopes.includes(scope));
        if (missing) throw forbidden();
      }
      const { status = 200, body, charges = [], stream, mime } = await route.handle(call, fault);
      const appId = call.caller?.app.id;
      if (appId !== undefined) entry.cost = this.credits.charge(appId, charges);
      return { status, body, headers, entry, ...(stream && { stream }), ...(mime !== undefined && { mime }) };
    } catch (error) {
      if (!isProblem(error)) throw error;
      const { tooEarly } = error as { tooEarly?: boolean };
      entry.problem = error.short;
      if (tooEarly !== undefined) entry.tooEarly = tooEarly;
      // whoever is refused a call for its limits is told so by that refusal's headers alone
      const shown = error.status === 429 ? error.headers : { ...headers, ...error.headers };
      return { status: error.status, body: error.body, headers: shown, entry };
    }
  }

  private checkCredit(call: Call): void {
    const { app } = call.who;
    this.credits.check(this.parts.world.app(app.id));
    const { usageCappedUntil } = this.parts.rules();
    if (call.method !== 'GET' || usageCappedUntil <= this.parts.world.now()) return;
    throw problem(429, 'UsageCapExceeded', 'Usage cap exceeded: Monthly product cap', 'usage-capped', {
      account_id: Number(app.developerId),
      product_name: 'pay-per-use',
      period: 'Monthly',
      scope: 'Product',
    });
  }

  private send(request: Request, response: Response, answered: Answered, fault: CallFault | undefined): void {
    const kind = fault?.kind;
    if (kind === 'reset' || kind === 'no-answer') return void request.socket.destroy();
    response.set({ ...answered.headers, 'x-transaction-id': this.random.text(16) });
    if (kind === 'html' || kind === 'answer-503') return void response.status(503).type('html').send(SORRY);
    if (kind === 'empty-body') return void response.status(503).end();
    response.status(answered.status);
    if (answered.stream) return answered.stream(response);
    const bytes = Buffer.isBuffer(answered.body) ? answered.body : Buffer.from(JSON.stringify(answered.body));
    response.type(answered.mime ?? 'application/json');
    if (kind !== 'half-answer') return void response.send(bytes);
    response.setHeader('Content-Length', bytes.length);
    response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
  }

  private find(method: string, path: string): { route: Route; params: Record<string, string> } | undefined {
    const parts = path.split('/').slice(1);
    for (const { route, parts: wanted, method: by } of this.routes) {
      if (by !== method || wanted.length !== parts.length) continue;
      const params: Record<string, string> = {};
      const fits = wanted.every((part, n) => {
        if (!part.startsWith(':')) return part === parts[n];
        params[part.slice(1)] = decodeURIComponent(parts[n]!);
        return true;
      });
      if (fits) return { route, params };
    }
    return undefined;
  }
}

function placeholders(parts: readonly string[]): number {
  return parts.filter((part) => part.startsWith(':')).length;
}

/** What a fault answers with before anything is done. */
function faultBefore({ kind, status = 503, detail }: CallFault): Problem | undefined {
  switch (kind) {
    case 'problem':
      return problem(status, detail ?? (status === 503 ? 'Service Unavailable' : 'A fault of the simulator'));
    case 'unauthorized':
      return unauthorized();
    case 'edge-limit':
      return problem(429, 'Too Many Requests');
    case 'html':
    case 'empty-body':
    case 'reset':
      return problem(503, 'Service Unavailable');
    default:
      return undefined;
  }
}
