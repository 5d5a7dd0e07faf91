import { raw, type Request, Router } from 'express';
import { ChangeStream } from '../../page/change-stream';
import { act, type Form, show } from '../../page/forms';
import { LIVE_SCRIPT } from '../../page/live-script';
import { loopbackOnly } from '../../page/loopback-only';
import { STYLE } from '../../page/style';
import { languageOf } from '../../page/words';
import type { Enclosure } from '../chats';
import type { MessengerPlatform } from '../platform';
import { ODDITIES } from '../oddities';
import type { RequestBody } from '../request-body';
import { PAGE_ACTS } from './acts';
import { chatPage } from './chat-view';
import { feedPage } from './feed-view';
import { type ChatView, pathTo } from './frame';
import { homePage } from './home-view';
import { CHAT_STYLE } from './style';
import { wordsOf } from './words';

/** The page on which one plays people on Messenger, under `/sim/messenger`. All of it works as plain links and forms. */
export function chatRouter(simulator: MessengerPlatform): Router {
  const router = Router();
  const stream = new ChangeStream((tell) => simulator.on('message', tell).on('change', tell));
  router.use(loopbackOnly, (_request, response, next) => {
    // pictures of the chats are served beside the page
    response.set(
      'Content-Security-Policy',
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    next();
  });
  router.use(raw({ type: () => true, limit: '12mb' }));
  router.get('/app.css', (_request, response) => void response.type('css').send(STYLE + CHAT_STYLE));
  router.get('/app.js', (_request, response) => void response.type('js').send(LIVE_SCRIPT));
  router.get('/events', (_request, response) => stream.open(response));

  router.get('/', (request, response) => show(response, () => homePage(viewOf(request))));
  router.get('/feed/:page', (request, response) =>
    show(response, () => feedPage(viewOf(request, 'feed', at(request, 'page')), at(request, 'page'))),
  );
  router.get('/chat/:page/:person', (request, response) =>
    show(response, () => {
      const view = chatViewOf(request);
      // whoever opens the chat has read it
      simulator.read(view.personId, view.pageId);
      return chatPage(view);
    }),
  );

  router.post('/write', (request, response) =>
    act(request, response, ({ form }) => {
      const view = viewOf(request);
      const personId = simulator.person({ name: form('name').trim() || '?', language: view.language });
      simulator.writeAs(personId, form('page'), { text: written(form('text'), view) });
      return pathTo(view, 'chat', form('page'), personId);
    }),
  );
  router.post('/chat/:page/:person/:act', (request, response) =>
    act(request, response, (body) => {
      const view = chatViewOf(request);
      chatAct(at(request, 'act'), view, body);
      return pathTo(view, 'chat', view.pageId, view.personId);
    }),
  );
  router.post('/feed/:page/:act', (request, response) =>
    act(request, response, ({ form }) => {
      const pageId = at(request, 'page');
      feedAct(at(request, 'act'), pageId, form);
      return pathTo(viewOf(request), 'feed', pageId);
    }),
  );
  router.post('/act', (request, response) =>
    act(request, response, ({ form }) => {
      const name = form('act');
      if (!Object.hasOwn(PAGE_ACTS, name)) throw new RangeError(viewOf(request).words.notFound);
      PAGE_ACTS[name as keyof typeof PAGE_ACTS](simulator, simulator.world.page(form('page')).id);
      simulator.emit('change');
      return pathTo(viewOf(request));
    }),
  );
  return router;

  function viewOf(request: Request, ...parts: string[]): ChatView {
    const language = languageOf(request.query['lang'], request.headers['accept-language']);
    const path = `/sim/messenger${parts.map((part) => `/${encodeURIComponent(part)}`).join('')}`;
    return { simulator, language, words: wordsOf(language), path };
  }

  function chatViewOf(request: Request): Required<ChatView> {
    const [pageId, personId] = [at(request, 'page'), at(request, 'person')];
    return { ...viewOf(request, 'chat', pageId, personId), pageId, personId };
  }

  function chatAct(name: string, view: Required<ChatView>, { form, file }: { form: Form } & RequestBody): void {
    const { pageId, personId } = view;
    if (name === 'inbox') simulator.pageInboxReply(pageId, personId, written(form('text'), view));
    else if (name === 'unsend') simulator.unsend(form('mid'));
    else if (name === 'edit') simulator.edit(form('mid'), written(form('text'), view));
    else if (name === 'react') simulator.react(form('mid'), form('reaction') || null);
    else if (name !== 'write') throw new RangeError(view.words.notFound);
    else if (form('sticker') !== '') ODDITIES['sticker']!(simulator, personId, pageId);
    else {
      const pictures: Enclosure[] = file ? [{ ...file, type: kindOf(file.mime) }] : [];
      const text = form('text').replace(/\r\n/g, '\n');
      if (text.trim() === '' && pictures.length === 0) throw new RangeError(view.words.nothing);
      simulator.writeAs(personId, pageId, {
        text,
        attachments: pictures,
        ...(form('quickReply') !== '' && { quickReply: form('quickReply') }),
      });
    }
  }

  function feedAct(name: string, pageId: string, form: Form): void {
    if (name === 'edit') simulator.editComment(form('comment'), form('text'));
    else if (name === 'remove') simulator.removeComment(form('comment'));
    else if (name === 'comment') {
      const under = simulator.world.posts.get(form('under')) ? { post: form('under') } : { parent: form('under') };
      simulator.comment(pageId, form('person') || null, { text: form('text'), ...under });
    } else throw new RangeError('There is nothing here.');
  }
}

function at(request: Request, name: string): string {
  return String(request.params[name]);
}

function written(text: string, { words }: ChatView): string {
  if (text.trim() === '') throw new RangeError(words.nothing);
  return text.replace(/\r\n/g, '\n');
}

function kindOf(mime: string): string {
  const kind = mime.split('/', 1)[0] ?? '';
  return ['image', 'audio', 'video'].includes(kind) ? kind : 'file';
}
