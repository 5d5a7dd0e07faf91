import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { Agents, Changes, CHANGES_TABLE } from '@app/inbox';
import { Live } from '@app/runtime';
import { hashPassword } from '../../apps/api/src';
import { ApiClient } from '../support/api-client';
import { ProductProcess, until } from '../support/product';
import type { Bench, BenchContext } from './bench';
import { silent } from './bench-server';
import { HttpLoad } from './http-load';
import { alone, percentile, type Comparison } from './measure';
import { PushedPages, type Written } from './pushed-pages';
import { webQueries } from './web-queries';

const PER_SECOND = 50;
/** Conversations that the viewer holds, and in which customers go on writing. */
const HELD = 50;
const PERSON = { email: 'viewer@bench.example', password: 'correct horse battery' };
/** So long the last events may take after the last webhook. */
const LAST_MS = 30_000;

/**
 * From the 200 of a webhook to the event in the browser: the subscription that the web page has, over WebSocket, with all
 * that it asks of an event. The product is the one process of `npm start`.
 */
export const liveBench: Bench = { name: 'live', run };

async function run(context: BenchContext): Promise<readonly Comparison[]> {
  const { quick, server, dir, onEnd } = context;
  const database = await server.database('live');
  onEnd(() => database.close());
  const pages = await PushedPages.connect(database, 1, onEnd);
  const product = ProductProcess.start('all-in-one', {
    ...pages.environment,
    DATABASE_URL: database.ownerUrl,
    EVENHAND_DATA_DIR: `${dir}/live`,
    EVENHAND_DEMO: 'off',
    EVENHAND_PORT: '0',
    EVENHAND_LOG_LEVEL: 'info',
  });
  onEnd(() => product.stop());
  await product.prints(/Ctrl-C stops/);
  const [, port] = await product.prints(/127\.0\.0\.1:(\d+)/);
  const inbox = await database.pool('api', 1);
  const passwordHash = await hashPassword(PERSON.password);
  const viewer = { email: PERSON.email, displayName: 'Viewer', role: 'agent', passwordHash, capacity: HELD } as const;
  const agents = new Agents(new Changes(new Live({ database: inbox, logger: silent }).changeFeed(CHANGES_TABLE)));
  await inbox.transaction({ workspaceId: pages.workspaceId }, (tx) => agents.create(tx, viewer));
  await pages.lookedAfter();

  const load = new HttpLoad(new URL(`http://127.0.0.1:${port}`));
  onEnd(async () => load.close());
  const browser = await Browser.open(`http://127.0.0.1:${port}`);
  onEnd(() => browser.close());
  await load.send(
    pages.request(
      Number(port),
      Array.from({ length: HELD }, (_, n) => writing(n, 'first')),
    ),
  );
  await browser.takes(HELD);

  const lasts = { accepted: [] as number[], sent: [] as number[] };
  for (let round = -1; round < (quick ? 1 : 5); round++) {
    const written = Array.from({ length: PER_SECOND * (quick || round < 0 ? 2 : 12) }, (_, n) =>
      writing(n % HELD, `${round}-${n}`),
    );
    const requests = written.map((one) => pages.request(Number(port), [one]));
    const accepted: number[] = [];
    const began = performance.now();
    await load.paced(requests, PER_SECOND, (n) => void (accepted[n] = performance.now()));
    await until('every event is in the browser', () => written.every(({ text }) => browser.shown.has(text)), LAST_MS);
    if (round < 0) continue; // does not count
    const shown = written.map(({ text }) => browser.shown.get(text)!);
    lasts.accepted.push(
      percentile(
        shown.map((at, n) => at - accepted[n]!),
        0.99,
      ),
    );
    lasts.sent.push(
      percentile(
        shown.map((at, n) => at - (began + (n * 1_000) / PER_SECOND)),
        0.99,
      ),
    );
  }
  const line = { bench: 'live', unit: 'ms' };
  const pace = `to the event in the browser, 99th percentile at ${PER_SECOND} messages/s`;
  return [
    alone(lasts.accepted, { ...line, what: `webhook accepted ${pace}`, aim: { atMost: 1_000 } }),
    alone(lasts.sent, { ...line, what: `webhook due ${pace}` }),
  ];
}

function writing(person: number, mark: string): Written {
  return { page: 0, person, text: `${mark}: is there any news of my order of last week?` };
}

/** Somebody's page in the browser, as the api sees it. */
class Browser {
  /** When each text of a message came, by the machine's own clock. */
  readonly shown = new Map<string, number>();

  private constructor(
    private readonly api: ApiClient,
    readonly close: () => Promise<void>,
  ) {}

  static async open(url: string): Promise<Browser> {
    const api = new ApiClient(url);
    await api.signIn(PERSON.email, PERSON.password);
    const socket = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: class extends WebSocket {
        constructor(address: string, protocols: string | string[]) {
          super(address, protocols, { headers: { cookie: api.cookieHeader, origin: url } });
        }
      },
      retryAttempts: 0,
      lazy: false,
    });
    const browser = new Browser(api, async () => socket.dispose());
    socket.subscribe<{ inboxEvents: { timelineItemEdge?: { node: { text?: string } } } }>(
      { query: webQueries().get('InboxEvents')!, operationName: 'InboxEvents' },
      {
        next: ({ data }) => {
          const text = data?.inboxEvents.timelineItemEdge?.node.text;
          if (text !== undefined && !browser.shown.has(text)) browser.shown.set(text, performance.now());
        },
        error: (error) => process.stderr.write(`  the subscription failed: ${JSON.stringify(error)}\n`),
        complete: () => undefined,
      },
    );
    return browser;
  }

  /** Takes the conversations that wait, until it holds so many. */
  async takes(count: number): Promise<void> {
    const take = webQueries().get('OfferNext')!;
    let taken = 0;
    await until(`${count} conversations are taken`, async () => {
      const { offerNext } = await this.api.call<{ offerNext: { offer: unknown } }>(take, {
        input: { clientMutationId: `take ${taken}` },
      });
      if (offerNext.offer) taken += 1;
      return taken === count;
    });
  }
}
