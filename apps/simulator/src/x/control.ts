import { json, type Response, Router } from 'express';
import {
  type Fields,
  fieldsOf,
  flag,
  languageOf,
  number,
  oneOf,
  optional,
  some,
  text,
  texts,
} from '../page/control-body';
import { EVENT_TYPES } from './activity/event-types';
import type { PostMetrics, Reach, ReplySettings } from './model';
import type { NewPost } from './posts';
import type { NewUser } from './registry';
import type { PushingPlatform } from './pushing-platform';

type Act = (simulator: PushingPlatform, fields: Fields) => unknown;

/** What can be done; each answers JSON, `{}` where there is nothing to tell. */
const ACTS: Readonly<Record<string, Act>> = {
  addUser: (s, f) => s.addUser(userOf(f)),
  addApp: (s, f) =>
    s.addApp({
      ...some(f, [
        'appId',
        'name',
        'clientId',
        'clientSecret',
        'consumerKey',
        'consumerSecret',
        'bearerToken',
        'ownerId',
      ]),
      ...(f['redirectUris'] !== undefined && { redirectUris: texts(f, 'redirectUris') }),
      ...(f['plan'] !== undefined && { plan: oneOf(f, 'plan', ['pay-per-use', 'enterprise'] as const) }),
      ...(f['credit'] !== undefined && { credit: f['credit'] === null ? null : number(f, 'credit') }),
    }),
  token: (s, f) =>
    s.token({
      appId: text(f, 'appId'),
      userId: text(f, 'userId'),
      ...(f['scopes'] !== undefined && { scopes: texts(f, 'scopes') }),
      ...(f['expiresInMs'] !== undefined && { expiresInMs: number(f, 'expiresInMs') }),
    }),
  oldToken: (s, f) => s.oldToken({ appId: text(f, 'appId'), userId: text(f, 'userId') }),
  setReach: (s, f) => s.setReach(text(f, 'user'), reachOf(f['reach'])),
  setUser: (s, f) => s.setUser(text(f, 'user'), userOf(f)),
  setMetrics: (s, f) =>
    s.setMetrics(text(f, 'post'), { ...(fieldsOf(f['metrics'], 'metrics') as Partial<PostMetrics>) }),
  block: (s, f) => s.block(text(f, 'user'), text(f, 'blocked'), flag(f, 'blocks')),
  upload: (s, f) =>
    s.upload({
      userId: text(f, 'user'),
      category: optional(f, 'category') ?? 'tweet_image',
      mime: optional(f, 'mime') ?? 'image/png',
      bytes: Buffer.from(text(f, 'base64'), 'base64'),
      ...some(f, ['name']),
    }),
  writePost: (s, f) => s.writePost(postOf(f)),
  editPost: (s, f) => s.editPost(text(f, 'post'), text(f, 'text')),
  deletePost: (s, f) => s.deletePost(text(f, 'post')),
  hidePost: (s, f) => s.hidePost(text(f, 'post'), flag(f, 'hidden')),
  repost: (s, f) => s.repost(text(f, 'user'), text(f, 'post')),
  like: (s, f) => s.like(text(f, 'user'), text(f, 'post')),
  writeDirect: (s, f) =>
    s.writeDirect({
      from: text(f, 'from'),
      to: text(f, 'to'),
      text: optional(f, 'text') ?? '',
      ...(f['media'] !== undefined && { media: texts(f, 'media') }),
    }),
  addGroup: (s, f) => s.addGroup(texts(f, 'participants')),
  joinGroup: (s, f) => s.joinGroup(text(f, 'conversation'), text(f, 'by'), texts(f, 'who')),
  leaveGroup: (s, f) => s.leaveGroup(text(f, 'conversation'), text(f, 'who')),
  readDirect: (s, f) => s.readDirect(text(f, 'reader'), text(f, 'other')),
  typeDirect: (s, f) => s.typeDirect(text(f, 'user'), text(f, 'other')),
  chat: (s, f) => s.chat({ from: text(f, 'from'), to: text(f, 'to'), text: text(f, 'text') }),
  revoke: (s, f) => s.revoke(text(f, 'userId'), text(f, 'appId')),
  expireTokens: (s, f) => s.expireTokens(text(f, 'userId')),
  outage: (s, f) => s.outage(number(f, 'ms')),
  setCredit: (s, f) => s.setCredit(text(f, 'appId'), f['dollars'] === null ? null : number(f, 'dollars')),
  rules: (s, f) => {
    s.setRules(f);
    return s.rules;
  },
  exhaust: (s, f) => s.api.limits.exhaust(text(f, 'endpoint'), number(f, 'ms')),
  limit: (s, f) => s.api.limits.set(text(f, 'endpoint'), f['most'] === undefined ? undefined : number(f, 'most')),
  addWebhook: (s, f) => s.addWebhook(text(f, 'appId'), text(f, 'url')),
  checkWebhook: async (s, f) => ({ valid: await s.pushing.hooks.check(text(f, 'webhook')) }),
  webhookLimit: (s, f) => void (s.pushing.hooks.limit = number(f, 'most')),
  subscribe: (s, f) =>
    s.subscribe({
      appId: text(f, 'appId'),
      userId: text(f, 'userId'),
      eventTypes: f['eventTypes'] === undefined ? Object.keys(EVENT_TYPES) : texts(f, 'eventTypes'),
      ...some(f, ['webhookId', 'tag']),
    }),
  raw: (s, f) =>
    s.pushing.raw(
      text(f, 'eventType'),
      text(f, 'userId'),
      f['payload'],
      f['includes'] === undefined ? undefined : { ...fieldsOf(f['includes'], 'includes') },
    ),
  faults: (s, f) => {
    s.setFaults(f);
    return s.faults;
  },
  advance: (s, f) => s.world.advance(number(f, 'ms')),
  settled: (s) => s.settled(),
};

/**
 * The control API of X's side, for tests and demos: JSON in and out, what cannot be done is `422 {"error": …}`.
 *
 *     GET  /sim/api/x/state             apps (without secrets), users, webhooks, subscriptions, rules, faults, idle
 *     GET  /sim/api/x/journal           ?after=n leaves out the first n
 *     GET  /sim/api/x/truth/:user       what concerns a user
 *     GET  /sim/api/x/visible/:user/:reader   what stands of a user, and what they wrote to the reader
 *     POST /sim/api/x/:act              as the method of XSimulator; fields as in `control.ts`. `advance {ms}` moves product
 *                                       time, `settled` answers when nothing is due
 */
export function controlRouter(simulator: PushingPlatform): Router {
  const router = Router();
  router.use(json({ limit: '36mb' }));
  router.get('/state', (_request, response) => void response.json(stateOf(simulator)));
  router.get('/journal', (request, response) => {
    const after = Number(request.query['after'] ?? 0);
    response.json(simulator.journal().slice(after, after + 5_000));
  });
  router.get('/truth/:user', (request, response) =>
    answer(response, () => simulator.truth(String(request.params['user']))),
  );
  router.get('/visible/:user/:reader', (request, response) =>
    answer(response, () => simulator.visibleOf(String(request.params['user']), String(request.params['reader']))),
  );
  router.post('/:act', (request, response) => {
    const name = String(request.params['act']);
    const act = Object.hasOwn(ACTS, name) ? ACTS[name] : undefined;
    if (act) return answer(response, () => act(simulator, fieldsOf(request.body ?? {}, 'the body')));
    return void response.status(404).json({ error: `Unknown act. Known: ${Object.keys(ACTS).join(', ')}.` });
  });
  return router;
}

async function answer(response: Response, act: () => unknown): Promise<void> {
  try {
    response.json((await act()) ?? {});
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    response.status(422).json({ error: error.message });
  }
}

function stateOf(simulator: PushingPlatform): object {
  const { world, pushing, rules, faults, idle } = simulator;
  const apps = Array.from(world.apps.values(), ({ id, name, plan, credit, spent }) => ({
    id,
    name,
    plan,
    credit,
    spent,
  }));
  const users = [...world.users.values()].slice(-1_000);
  return {
    apps: apps.map((app) => ({ ...app, subscriptions: pushing.subscriptions.listOf(app.id) })),
    users: users.map(({ id, username, name, language }) => ({ id, username, name, language })),
    webhooks: pushing.hooks.list(),
    rules,
    faults,
    idle,
  };
}

function userOf(f: Fields): NewUser {
  const language = languageOf(f);
  const flags = (['protected', 'suspended', 'longPosts'] as const).flatMap((name) => {
    const value = flag(f, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...some(f, ['id', 'username', 'name', 'bio', 'location', 'pictureUrl']),
    ...(language && { language }),
    ...Object.fromEntries(flags),
    ...(f['directs'] !== undefined && { directs: oneOf(f, 'directs', ['everyone', 'nobody'] as const) }),
    ...(f['reach'] !== undefined && { reach: reachOf(f['reach']) }),
  };
}

function reachOf(value: unknown): Partial<Reach> {
  return { ...(fieldsOf(value, 'reach') as Partial<Reach>) };
}

const REPLY_SETTINGS: readonly ReplySettings[] = ['everyone', 'following', 'mentionedUsers', 'subscribers', 'verified'];

function postOf(f: Fields): NewPost {
  return {
    author: text(f, 'author'),
    text: optional(f, 'text') ?? '',
    ...some(f, ['inReplyTo', 'quotes', 'language']),
    ...(f['media'] !== undefined && { media: texts(f, 'media') }),
    ...(f['leading'] !== undefined && { leading: oneOf(f, 'leading', ['auto', 'none'] as const) }),
    ...(f['replySettings'] !== undefined && { replySettings: oneOf(f, 'replySettings', REPLY_SETTINGS) }),
    ...(f['indexedAfterMs'] !== undefined && { indexedAfterMs: number(f, 'indexedAfterMs') }),
    ...(f['at'] !== undefined && { at: number(f, 'at') }),
    ...(f['metrics'] !== undefined && { metrics: { ...(fieldsOf(f['metrics'], 'metrics') as Partial<PostMetrics>) } }),
  };
}
