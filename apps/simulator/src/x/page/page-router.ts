import { raw, type Request, Router } from 'express';
import { CHAT_STYLE } from '../../messenger/page/style';
import type { RequestBody } from '../../messenger/request-body';
import { ChangeStream } from '../../page/change-stream';
import { act, type Form, show } from '../../page/forms';
import { LIVE_SCRIPT } from '../../page/live-script';
import { loopbackOnly } from '../../page/loopback-only';
import { STYLE } from '../../page/style';
import { languageOf } from '../../page/words';
import type { User } from '../model';
import type { PushingPlatform } from '../pushing-platform';
import { PAGE_ACTS } from './acts';
import { pathTo, type PersonView, type XView } from './frame';
import { homePage } from './home-view';
import { personPage } from './person-view';
import { postsPage } from './posts-view';
import { POSTS_STYLE } from './style';
import { wordsOf } from './words';

type Body = { form: Form } & RequestBody;

/** The page on which one plays people on X, under `/sim/x`. All of it works as plain links and forms. */
export function pageRouter(simulator: PushingPlatform): Router {
  const router = Router();
  const { world } = simulator;
  const stream = new ChangeStream((tell) => simulator.on('change', tell));
  router.use(loopbackOnly, (_request, response, next) => {
    // pictures of posts and chats are served beside the page
    response.set(
      'Content-Security-Policy',
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    next();
  });
  router.use(raw({ type: () => true, limit: '12mb' }));
  router.get('/app.css', (_request, response) => void response.type('css').send(STYLE + CHAT_STYLE + POSTS_STYLE));
  router.get('/app.js', (_request, response) => void response.type('js').send(LIVE_SCRIPT));
  router.get('/events', (_request, response) => stream.open(response));
  router.get('/file/:id', (request, response) => {
    const row = simulator.media.rows.get(at(request, 'id'));
    const bytes = row && simulator.media.read(row.id);
    // shown as a picture where it is one, else saved: nothing that was uploaded runs in our origin
    response.set('Content-Disposition', 'attachment');
    if (row && bytes) response.type(row.mime).send(bytes);
    else response.status(404).type('text').send(viewOf(request).words.notFound);
  });

  router.get('/', (request, response) => show(response, () => homePage(viewOf(request))));
  router.get('/posts/:handle', (request, response) =>
    show(response, () =>
      postsPage({ ...viewOf(request, 'posts', at(request, 'handle')), handle: user(request, 'handle') }),
    ),
  );
  router.get('/person/:handle/:person', (request, response) =>
    show(response, () => {
      const view = personViewOf(request);
      // whoever opens the conversation has read it
      simulator.readDirect(view.person.id, view.handle.id);
      return personPage(view);
    }),
  );

  router.post('/write', (request, response) =>
    act(request, response, ({ form }) => {
      const view = viewOf(request);
      const handle = world.user(form('handle'));
      const name = form('name').trim() || '?';
      const username = form('username').replace(/^@/, '').trim() || usernameOf(name, simulator);
      if (!/^\w{1,15}$/.test(username)) throw new RangeError(view.words.badUsername);
      const text = written(form('text'), view);
      const { userId } = simulator.addUser({ name, username, language: view.language });
      simulator.writePost({ author: userId, text });
      return pathTo(view, 'posts', handle.id);
    }),
  );
  router.post('/posts/:handle/:act', (request, response) =>
    act(request, response, (body) => {
      const view = viewOf(request);
      postAct(at(request, 'act'), view, body);
      return pathTo(view, 'posts', user(request, 'handle').id);
    }),
  );
  router.post('/person/:handle/:person/:act', (request, response) =>
    act(request, response, (body) => {
      const view = personViewOf(request);
      personAct(at(request, 'act'), view, body);
      return pathTo(view, 'person', view.handle.id, view.person.id);
    }),
  );
  router.post('/act', (request, response) =>
    act(request, response, ({ form }) => {
      const name = form('act');
      if (!Object.hasOwn(PAGE_ACTS, name)) throw new RangeError(viewOf(request).words.notFound);
      PAGE_ACTS[name as keyof typeof PAGE_ACTS](simulator, world.user(form('handle')).id);
      simulator.emit('change');
      return pathTo(viewOf(request));
    }),
  );
  return router;

  function viewOf(request: Request, ...parts: string[]): XView {
    const language = languageOf(request.query['lang'], request.headers['accept-language']);
    const path = `/sim/x${parts.map((part) => `/${encodeURIComponent(part)}`).join('')}`;
    return { simulator, language, words: wordsOf(language), path };
  }

  function personViewOf(request: Request): PersonView {
    const [handle, person] = [user(request, 'handle'), user(request, 'person')];
    return { ...viewOf(request, 'person', handle.id, person.id), handle, person };
  }

  function user(request: Request, name: string): User {
    return world.user(at(request, name));
  }

  function postAct(name: string, view: XView, { form, file }: Body): void {
    const post = form('post');
    if (name === 'edit') simulator.editPost(post, written(form('text'), view));
    else if (name === 'remove') simulator.deletePost(post);
    else if (name === 'fame') {
      const [likes, reposts, views] = ['likes', 'reposts', 'views'].map((what) => whole(form(what)));
      simulator.setMetrics(post, { likes: likes!, reposts: reposts!, views: views! });
    } else if (name === 'write' || name === 'reply' || name === 'quote') {
      const author = form('author');
      const media = file ? [simulator.upload({ userId: author, category: 'tweet_image', ...file }).mediaId] : [];
      simulator.writePost({
        author,
        text: media.length > 0 ? plain(form('text')) : written(form('text'), view),
        media,
        ...(name === 'reply' && { inReplyTo: post }),
        ...(name === 'quote' && { quotes: post }),
        ...(form('unnamed') === 'yes' && { leading: 'none' as const }),
        ...(form('closed') === 'yes' && { replySettings: 'following' as const }),
      });
    } else throw new RangeError(view.words.notFound);
  }

  function personAct(name: string, view: PersonView, { form, file }: Body): void {
    const { handle, person, words } = view;
    const [from, to] = [person.id, handle.id];
    if (name === 'inbox') simulator.writeDirect({ from: to, to: from, text: written(form('text'), view) });
    else if (name === 'profile') {
      const badge = form('badge');
      const verifiedType =
        (['none', 'blue', 'business', 'government'] as const).find((kind) => kind === badge) ?? 'none';
      simulator.setReach(from, {
        followers: whole(form('followers')),
        verified: verifiedType !== 'none',
        verifiedType,
      });
      const directs = form('closed') === 'yes' ? 'nobody' : 'everyone';
      simulator.addUser({ id: from, bio: form('bio'), directs, protected: form('protected') === 'yes' });
      simulator.block(from, to, form('blocks') === 'yes');
    } else if (name !== 'write') throw new RangeError(words.notFound);
    else if (form('encrypted') === 'yes') simulator.chat({ from, to, text: written(form('text'), view) });
    else {
      const media = file ? [simulator.upload({ userId: from, category: 'dm_image', ...file }).mediaId] : [];
      const text = media.length > 0 ? plain(form('text')) : written(form('text'), view);
      simulator.writeDirect({ from, to, text, media });
    }
  }
}

function at(request: Request, name: string): string {
  return String(request.params[name]);
}

function plain(text: string): string {
  return text.replace(/\r\n/g, '\n').trim();
}

function written(text: string, { words }: XView): string {
  if (text.trim() === '') throw new RangeError(words.nothing);
  return plain(text);
}

function whole(text: string): number {
  const value = Math.trunc(Number(text));
  return Number.isFinite(value) ? Math.min(Math.max(value, 0), 1_000_000_000) : 0;
}

/** Of a name, with a number where it is taken. */
function usernameOf(name: string, { world }: PushingPlatform): string {
  const letters = name.normalize('NFD').replace(/\P{ASCII}/gu, '').toLowerCase(); // prettier-ignore
  const base = letters.replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '').slice(0, 12) || 'somebody'; // prettier-ignore
  for (let n = 0; ; n += 1) {
    const username = n === 0 ? base : `${base}${n}`;
    if (!world.findUser(username)) return username;
  }
}
