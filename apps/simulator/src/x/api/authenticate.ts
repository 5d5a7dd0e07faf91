import type { Call, Caller } from './call';
import { callerByOldSignature } from './old-signature';
import type { ApiParts } from './parts';
import { problem, unauthorized } from './problem';

/** Scopes count for OAuth 2.0 only: a user who let an app in by OAuth 1.0a let it do everything. */
const EVERYTHING = { includes: () => true } as unknown as readonly string[];

/**
 * In whose name a call is made.
 * @throws Problem 401 for tokens that are not good or during an outage, 403 for a kind of token that the route does not take.
 */
export function authenticate(call: Call, parts: ApiParts, { access }: { access: readonly ('app' | 'user')[] }): Caller {
  const { world } = parts;
  if (parts.rules().outageUntil > world.now()) throw unauthorized();
  const header = call.request.headers.authorization ?? '';
  const caller = header.startsWith('OAuth ')
    ? { kind: 'oauth1' as const, ...callerByOldSignature(call, header, world), scopes: EVERYTHING }
    : byBearer(/^Bearer (\S+)$/i.exec(header)?.[1], parts);
  const kind = caller.kind === 'app' ? 'app' : 'user';
  if (!access.includes(kind)) {
    const given = kind === 'app' ? 'OAuth 2.0 Application-Only' : 'OAuth 2.0 User Context';
    const taken = access.includes('app') ? 'OAuth 2.0 Application-Only' : 'OAuth 1.0a User Context, OAuth 2.0 User Context'; // prettier-ignore
    const detail = `Authenticating with ${given} is forbidden for this endpoint.  Supported authentication types are [${taken}].`;
    throw problem(403, 'Unsupported Authentication', detail, 'unsupported-authentication');
  }
  return caller;
}

function byBearer(bearer: string | undefined, { world }: ApiParts): Caller {
  if (bearer === undefined) throw unauthorized();
  const token = world.tokens.get(bearer);
  if (token) {
    const user = world.user(token.userId);
    if (token.revoked || token.expiresAt <= world.now() || user.suspended) throw unauthorized();
    return { kind: 'oauth2', app: world.app(token.appId), user, scopes: token.scopes };
  }
  const bare = decodeURIComponent(bearer);
  const app = [...world.apps.values()].find(({ bearerToken }) => bearerToken === bearer || bearerToken === bare);
  if (!app) throw unauthorized();
  return { kind: 'app', app, scopes: [] };
}
