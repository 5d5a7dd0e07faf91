import { timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import type { App, Page, Token } from '../model';
import { readBody, type RequestBody, type UploadedFile } from '../request-body';
import { appsecretProof } from '../webhooks/signatures';
import type { World } from '../world';
import { badParameter, GraphError, unknownObject } from './graph-error';

/** A call of the Graph API: its parameters from query and body together, and in whose name it is made. */
export class Call {
  private constructor(
    readonly method: string,
    readonly params: Readonly<Record<string, unknown>>,
    readonly file: UploadedFile | undefined,
    /** `https://host/sim/graph/v25.0/…` without query, for the links of lists. */
    readonly url: string,
    private readonly authorization: string | undefined,
    private readonly world: World,
  ) {}

  static async read(request: Request, world: World): Promise<Call> {
    const body = await bodyOf(request);
    const url = `${request.protocol}://${request.headers.host}${request.originalUrl.split('?', 1)[0]}`;
    const params = { ...(request.query as Record<string, unknown>), ...body.fields };
    return new Call(request.method, params, body.file, url, request.headers.authorization, world);
  }

  /** A parameter as text; numbers and flags too. */
  text(name: string): string | undefined {
    const value = this.params[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw badParameter(`Param ${name} must be a string`);
  }

  needed(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw badParameter(`The parameter ${name} is required`);
    return value;
  }

  /** A parameter as an object; in a form it is written as JSON. */
  object(name: string): Record<string, unknown> | undefined {
    let value = this.params[name];
    if (typeof value === 'string') {
      try {
        value = JSON.parse(value) as unknown;
      } catch {
        throw badParameter(`Param ${name} must be valid JSON`);
      }
    }
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
    throw badParameter(`Param ${name} must be an object`);
  }

  limit(fallback: number, most = 100): number {
    const limit = Number(this.text('limit') ?? fallback);
    if (!Number.isInteger(limit) || limit < 1) throw badParameter('Param limit must be a positive number');
    return Math.min(limit, most);
  }

  /** The token as it was given: the header, else the parameter. */
  get rawToken(): string | undefined {
    const bearer = /^(?:Bearer|OAuth) (.+)$/i.exec(this.authorization ?? '')?.[1];
    return bearer ?? (typeof this.params['access_token'] === 'string' ? this.params['access_token'] : undefined);
  }

  /** The user or Page token of the call, valid and with its proof. Throws 190, or 100 for the proof. */
  token(): Token {
    const raw = this.rawToken;
    if (!raw) throw new GraphError(2500, 'An active access token must be used to query information about the current user.', undefined, 400); // prettier-ignore
    const token = this.world.tokens.get(raw);
    if (!token) throw new GraphError(190, 'Invalid OAuth access token - Cannot parse access token', 467);
    checkToken(token, this.world.now());
    this.checkProof(this.world.app(token.appId), raw);
    return token;
  }

  /** The app whose own token (`ID|SECRET`) the call carries. Throws 190. */
  app(): App {
    const [id = '', secret = ''] = (this.rawToken ?? '').split('|');
    const app = this.world.apps.get(id);
    if (!app || !same(secret, app.secret)) throw new GraphError(190, 'Invalid OAuth access token signature.');
    return app;
  }

  /** The token of this very Page, or a user token that has the task there. */
  page(id: string, scope?: string): { page: Page; token: Token } {
    const token = this.token();
    const pageId = id === 'me' ? token.pageId : id;
    const page = pageId === undefined ? undefined : this.world.pages.get(pageId);
    if (!page || (token.kind === 'page' && token.pageId !== page.id)) throw unknownObject(id);
    if (token.kind === 'user') {
      throw new GraphError(190, '(#190) This method must be called with a Page Access Token');
    }
    if (scope !== undefined && !token.scopes.includes(scope)) {
      throw new GraphError(200, `(#200) Requires ${scope} permission to manage the object`);
    }
    return { page, token };
  }

  private checkProof(app: App, token: string): void {
    const proof = this.text('appsecret_proof');
    if (proof === undefined && !app.requireProof) return;
    if (proof === undefined) throw badParameter('API calls from the server require an appsecret_proof argument');
    if (!same(proof, appsecretProof(app.secret, token))) {
      throw badParameter('Invalid appsecret_proof provided in the API argument');
    }
  }
}

/** Throws what the platform says to a token that is no longer good. */
export function checkToken(token: Token, now: number): void {
  if (token.invalid !== undefined) {
    throw new GraphError(190, `Error validating access token: ${WHY[token.invalid] ?? 'The session is invalid.'}`, token.invalid); // prettier-ignore
  }
  if (token.expiresAt !== 0 && token.expiresAt <= now) {
    throw new GraphError(190, `Error validating access token: ${WHY[463]}`, 463);
  }
}

const WHY: Readonly<Record<number, string>> = {
  458: 'The user has not authorized application.',
  459: 'The session was invalidated because the user is in a checkpoint.',
  460: 'The session has been invalidated because the user changed their password.',
  463: 'Session has expired.',
  464: 'Sessions for the user are not allowed because the user is not a confirmed user.',
  467: 'The session is invalid because the user logged out.',
  492: 'The user must be an administrator, editor, or moderator of the page.',
};

function same(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Fields and the one file of a body: JSON, a form, or multipart. */
async function bodyOf(request: Request): Promise<RequestBody> {
  try {
    return await readBody(request.body, request.headers['content-type']);
  } catch (cause) {
    throw Object.assign(badParameter('The request body could not be read'), { cause });
  }
}
