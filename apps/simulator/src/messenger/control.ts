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
import type { Enclosure, Writing } from './chats';
import { GraphError } from './graph/graph-error';
import { ODDITIES } from './oddities';
import type { MessengerPlatform } from './platform';
import type { Happening } from './webhooks/webhooks';

type Act = (simulator: MessengerPlatform, fields: Fields) => unknown;

/** What can be done; each answers JSON, `{}` where there is nothing to tell. */
const ACTS: Readonly<Record<string, Act>> = {
  addApp: (s, f) =>
    s.addApp({
      ...some(f, ['appId', 'appSecret', 'name', 'deauthorizeUrl', 'deletionUrl']),
      ...(flag(f, 'requireProof') !== undefined && { requireProof: flag(f, 'requireProof') }),
    }),
  addPage: (s, f) => s.addPage(some(f, ['id', 'name'])),
  addUser: (s, f) => s.addUser({ ...some(f, ['id', 'name']), ...(f['pages'] !== undefined && { pages: pagesOf(f) }) }),
  token: (s, f) => ({
    token: s.token({
      appId: text(f, 'appId'),
      userId: text(f, 'userId'),
      ...some(f, ['pageId']),
      ...(f['expiresInMs'] !== undefined && { expiresInMs: number(f, 'expiresInMs') }),
      ...(f['scopes'] !== undefined && { scopes: texts(f, 'scopes') }),
    }),
  }),
  person: (s, f) => {
    const language = languageOf(f);
    return { personId: s.person({ ...some(f, ['id', 'name', 'profile']), ...(language && { language }) }) };
  },
  psid: (s, f) => ({ psid: s.psid(text(f, 'person'), text(f, 'page')) }),
  subscribeApp: (s, f) => {
    const fields = f['fields'] !== undefined && { fields: texts(f, 'fields') };
    return s.subscribeApp(text(f, 'appId'), { url: text(f, 'url'), verifyToken: text(f, 'verifyToken'), ...fields });
  },
  subscribePage: (s, f) =>
    s.subscribePage(text(f, 'appId'), text(f, 'page'), f['fields'] === undefined ? undefined : texts(f, 'fields')),
  unsubscribePage: (s, f) => s.unsubscribePage(text(f, 'appId'), text(f, 'page')),
  writeAs: (s, f) => s.writeAs(text(f, 'person'), text(f, 'page'), writingOf(f)),
  edit: (s, f) => s.edit(text(f, 'mid'), text(f, 'text')),
  unsend: (s, f) => s.unsend(text(f, 'mid')),
  react: (s, f) => s.react(text(f, 'mid'), f['reaction'] === null ? null : text(f, 'reaction')),
  postback: (s, f) =>
    s.postback(text(f, 'person'), text(f, 'page'), {
      title: text(f, 'title'),
      payload: text(f, 'payload'),
      ...(f['referral'] !== undefined && { referral: fieldsOf(f['referral'], 'referral') }),
    }),
  referral: (s, f) => s.referral(text(f, 'person'), text(f, 'page'), { ...fieldsOf(f['referral'], 'referral') }),
  optin: (s, f) => s.optin(text(f, 'person'), text(f, 'page'), { ...fieldsOf(f['optin'], 'optin') }),
  read: (s, f) => s.read(text(f, 'person'), text(f, 'page')),
  block: (s, f) => s.block(text(f, 'person'), text(f, 'page'), flag(f, 'blocks')),
  post: (s, f) => s.post(text(f, 'page'), text(f, 'text')),
  comment: (s, f) =>
    s.comment(text(f, 'page'), f['person'] === null ? null : text(f, 'person'), {
      text: text(f, 'text'),
      ...some(f, ['post', 'parent']),
      ...(f['photo'] !== undefined && { photo: Buffer.from(text(f, 'photo'), 'base64') }),
    }),
  editComment: (s, f) => s.editComment(text(f, 'comment'), text(f, 'text')),
  removeComment: (s, f) => s.removeComment(text(f, 'comment')),
  hideComment: (s, f) => s.hideComment(text(f, 'comment'), flag(f, 'hidden')),
  pageInboxReply: (s, f) =>
    s.pageInboxReply(text(f, 'page'), text(f, 'person'), text(f, 'text'), { takesThread: flag(f, 'takesThread') }),
  otherAppReply: (s, f) =>
    s.otherAppReply(text(f, 'page'), text(f, 'person'), f['appId'] === null ? null : text(f, 'appId'), {
      text: text(f, 'text'),
      takesThread: flag(f, 'takesThread') ?? false,
    }),
  routing: (s, f) => s.routing(text(f, 'page'), text(f, 'person'), f['appId'] === null ? null : text(f, 'appId')),
  policy: (s, f) =>
    s.policy(text(f, 'page'), oneOf(f, 'action', ['warning', 'block', 'unblock']), optional(f, 'reason')),
  restrict: (s, f) => s.restrict(text(f, 'page'), flag(f, 'restricted')),
  invalidate: (s, f) =>
    s.invalidate(text(f, 'userId'), number(f, 'subcode') as Parameters<typeof s.invalidate>[1], optional(f, 'appId')),
  expireToken: (s, f) => s.expireToken(text(f, 'token')),
  changeAppSecret: (s, f) => s.changeAppSecret(text(f, 'appId'), optional(f, 'secret')),
  revoke: (s, f) => s.revoke(text(f, 'userId'), text(f, 'appId')),
  requestDeletion: async (s, f) => {
    const tampered = flag(f, 'tampered') ?? false;
    return { answer: (await s.requestDeletion(text(f, 'userId'), text(f, 'appId'), { tampered })) ?? null };
  },
  requestDeauthorize: async (s, f) => {
    const tampered = flag(f, 'tampered') ?? false;
    return { answer: (await s.requestDeauthorize(text(f, 'userId'), text(f, 'appId'), { tampered })) ?? null };
  },
  oddity: (s, f) => ODDITIES[oneOf(f, 'name', Object.keys(ODDITIES))]!(s, text(f, 'person'), text(f, 'page')),
  raw: (s, f) => s.raw(text(f, 'page'), happeningOf(f)),
  faults: (s, f) => {
    s.faults.set(f);
    return s.faults.get();
  },
  receipts: (s, f) => void (s.chats.receipts = oneOf(f, 'receipts', ['none', 'delivered', 'read'])),
  advance: (s, f) => void s.world.advance(number(f, 'ms')),
  settled: (s) => s.settled(),
};

/**
 * The control API of the Messenger side, for tests and demos: JSON in and out, what cannot be done is `422 {"error": …}`.
 *
 *     GET  /sim/api/messenger/state             apps (without secrets), Pages, users, people, faults, idle
 *     GET  /sim/api/messenger/journal           ?after=n leaves out the first n
 *     GET  /sim/api/messenger/truth/:page       what stands on a Page
 *     GET  /sim/api/messenger/visible/:page/:person   what a person sees of the Page
 *     POST /sim/api/messenger/:act              as the method of MessengerPlatform; fields as in `control.ts`. `advance {ms}`
 *                                               moves product time, `settled` answers when nothing is due
 */
export function controlRouter(simulator: MessengerPlatform): Router {
  const router = Router();
  router.use(json({ limit: '36mb' }));
  router.get('/state', (_request, response) => void response.json(stateOf(simulator)));
  router.get('/journal', (request, response) => {
    const after = Number(request.query['after'] ?? 0);
    response.json(simulator.journal().slice(after, after + 5_000));
  });
  router.get('/truth/:page', (request, response) =>
    answer(response, () => simulator.truth(String(request.params['page']))),
  );
  router.get('/visible/:page/:person', (request, response) =>
    answer(response, () => simulator.visibleTo(String(request.params['person']), String(request.params['page']))),
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
    if (!(error instanceof RangeError) && !(error instanceof GraphError)) throw error;
    response.status(422).json({ error: error.message });
  }
}

function stateOf({ world, faults, idle, chats }: MessengerPlatform): object {
  const apps = [...world.apps.values()].map(({ id, name, requireProof, webhook }) => ({
    id,
    name,
    requireProof,
    webhook: webhook ? { url: webhook.url, fields: webhook.fields } : null,
  }));
  const people = [...world.people.values()].slice(-1_000);
  return {
    apps,
    pages: [...world.pages.values()],
    users: [...world.operators.values()],
    people: people.map(({ id, name, language, psids }) => ({ id, name, language, psids })),
    faults: faults.get(),
    receipts: chats.receipts,
    idle,
  };
}

function writingOf(f: Fields): Writing {
  const files = f['attachments'];
  if (files !== undefined && !(Array.isArray(files) && files.length <= 30)) {
    throw new RangeError('attachments: expected a list of at most 30.');
  }
  return {
    ...some(f, ['text', 'quickReply', 'replyTo']),
    ...(files !== undefined && { attachments: (files as unknown[]).map(enclosureOf) }),
    ...(f['referral'] !== undefined && { referral: { ...fieldsOf(f['referral'], 'referral') } }),
    ...(f['extra'] !== undefined && { extra: { ...fieldsOf(f['extra'], 'extra') } }),
  };
}

function enclosureOf(value: unknown, n: number): Enclosure {
  const f = fieldsOf(value, `attachments[${n}]`);
  return {
    type: text(f, 'type'),
    ...some(f, ['name', 'mime']),
    ...(f['base64'] !== undefined && { bytes: Buffer.from(text(f, 'base64'), 'base64') }),
    ...(f['payload'] !== undefined && { payload: f['payload'] }),
    ...(f['beside'] !== undefined && { beside: { ...fieldsOf(f['beside'], 'beside') } }),
  };
}

function happeningOf(f: Fields): Happening {
  const place = f['place'] === undefined ? undefined : oneOf(f, 'place', ['messaging', 'standby', 'changes'] as const);
  return {
    field: text(f, 'field'),
    element: fieldsOf(f['element'], 'element'),
    ...(place && { place }),
  };
}

function pagesOf(f: Fields): string[] | Record<string, string[]> {
  const { pages } = f;
  if (Array.isArray(pages)) return texts(f, 'pages');
  const roles = fieldsOf(pages, 'pages');
  return Object.fromEntries(Object.keys(roles).map((id) => [id, texts(roles, id)]));
}
