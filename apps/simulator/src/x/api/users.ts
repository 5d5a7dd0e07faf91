import type { User } from '../model';
import type { Call } from './call';
import type { ApiParts } from './parts';
import { invalid, partial } from './problem';
import { Rendering } from './render';
import type { Answer, Route } from './route';

const READ = ['tweet.read', 'users.read'];

/** Users by id and by name, oneself, and whose direct messages one does not want. */
export function userRoutes(parts: ApiParts): Route[] {
  const { world } = parts;
  const access = ['app', 'user'] as const;
  const byId = (id: string): User | undefined => world.users.get(id);
  const byName = (name: string): User | undefined => world.findUser(name);
  const block =
    (blocks: boolean) =>
    (call: Call): Answer => {
      const other = world.user(call.id());
      const { blocks: before } = world.user(call.user.id);
      const others = before.filter((id) => id !== other.id);
      world.putUser({ ...world.user(call.user.id), blocks: blocks ? [...others, other.id] : others });
      return { body: { data: { blocked: blocks } } };
    };
  return [
    {
      endpoint: 'GET /2/users/me',
      access: ['user'],
      scopes: READ,
      handle: (call) => {
        const rendering = new Rendering(parts, call);
        return {
          body: rendering.answer(rendering.user(call.user)),
          charges: [{ kind: 'user.read', id: call.user.id }],
        };
      },
    },
    {
      endpoint: 'GET /2/users/:id',
      access,
      scopes: READ,
      handle: (call) => one(parts, call, 'id', call.id(), byId),
    },
    {
      endpoint: 'GET /2/users/by/username/:username',
      access,
      scopes: READ,
      handle: (call) => one(parts, call, 'username', call.params['username'] ?? '', byName),
    },
    { endpoint: 'GET /2/users', access, scopes: READ, handle: (call) => many(parts, call, 'ids', byId) },
    { endpoint: 'GET /2/users/by', access, scopes: READ, handle: (call) => many(parts, call, 'usernames', byName) },
    { endpoint: 'POST /2/users/:id/dm/block', access: ['user'], scopes: ['dm.write'], handle: block(true) },
    { endpoint: 'POST /2/users/:id/dm/unblock', access: ['user'], scopes: ['dm.write'], handle: block(false) },
    {
      endpoint: 'GET /2/usage/tweets',
      access: ['app'],
      free: true,
      handle: (call) => {
        const { id, developerId } = call.who.app;
        return {
          body: {
            data: {
              project_id: developerId,
              project_cap: '3000000',
              project_usage: String(parts.credits.readsOf(id)),
              cap_reset_day: 1,
            },
          },
        };
      },
    },
  ];
}

function one(
  parts: ApiParts,
  call: Call,
  parameter: string,
  value: string,
  find: (value: string) => User | undefined,
): Answer {
  const rendering = new Rendering(parts, call);
  const user = find(value);
  if (user && !user.suspended) {
    return { body: rendering.answer(rendering.user(user)), charges: [{ kind: 'user.read', id: user.id }] };
  }
  rendering.missing(missing(user, parameter, value));
  return { body: rendering.answer(undefined) };
}

function many(parts: ApiParts, call: Call, parameter: string, find: (value: string) => User | undefined): Answer {
  const values = call.list(parameter);
  if (values.length === 0 || values.length > 100) {
    throw invalid(parameter, values.length, `The \`${parameter}\` query parameter must hold 1 to 100 values`);
  }
  const rendering = new Rendering(parts, call);
  const users = values.flatMap((value) => {
    const user = find(value);
    if (user && !user.suspended) return user;
    rendering.missing(missing(user, parameter, value));
    return [];
  });
  return {
    body: rendering.answer(users.map((user) => rendering.user(user))),
    charges: users.map(({ id }) => ({ kind: 'user.read', id })),
  };
}

function missing(user: User | undefined, parameter: string, value: string): object {
  if (!user) return partial('resource-not-found', 'user', parameter, value);
  const suspended = { ...partial('resource-not-found', 'user', parameter, value), title: 'Forbidden' };
  return { ...suspended, detail: `User has been suspended: [${value}].` };
}
