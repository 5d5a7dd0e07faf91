import { raw, type Request, Router } from 'express';
import type { Channel, Customers } from '../customers/customers';
import { ChangeStream } from '../page/change-stream';
import { act, show } from '../page/forms';
import { LIVE_SCRIPT } from '../page/live-script';
import { loopbackOnly } from '../page/loopback-only';
import { STYLE } from '../page/style';
import { languageOf } from '../page/words';
import { controlPage, controlPath, type ControlView } from './control-view';
import { type Rate, RATES } from './rates';
import { switchesOf, type Trouble } from './switches';
import { wordsOf } from './words';

/** The page under `/sim/control`: how often customers write, and what fails on each channel. Plain links and forms. */
export function controlRouter(customers: Customers): Router {
  const router = Router();
  const { messenger, x } = customers.platforms;
  const switches = switchesOf(customers.platforms);
  const stream = new ChangeStream((tell) => {
    customers.onChange(tell);
    messenger?.on('change', tell);
    x?.on('change', tell);
  });
  router.use(loopbackOnly, raw({ type: () => true, limit: '10kb' }));
  router.get('/app.css', (_request, response) => void response.type('css').send(STYLE));
  router.get('/app.js', (_request, response) => void response.type('js').send(LIVE_SCRIPT));
  router.get('/events', (_request, response) => stream.open(response));
  router.get('/', (request, response) => show(response, () => controlPage(viewOf(request))));
  router.post('/life', (request, response) =>
    act(request, response, ({ form }) => {
      const view = viewOf(request);
      const rate = form('rate');
      if (!Object.hasOwn(RATES, rate)) throw new RangeError(view.words.notFound);
      const everyMs = RATES[rate as Rate];
      if (everyMs === null) customers.life?.stop();
      else customers.startLife({ everyMs });
      return controlPath(view);
    }),
  );
  router.post('/switch', (request, response) =>
    act(request, response, async ({ form }) => {
      const view = viewOf(request);
      const known = switches[form('channel') as Channel]?.[form('trouble') as Trouble];
      if (!known) throw new RangeError(view.words.notFound);
      await known.set(form('on') === 'yes');
      return controlPath(view);
    }),
  );
  return router;

  function viewOf(request: Request): ControlView {
    const language = languageOf(request.query['lang'], request.headers['accept-language']);
    return { customers, switches, language, words: wordsOf(language) };
  }
}
