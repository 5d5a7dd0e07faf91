import { Client } from 'pg';
import { roleUrl } from '@app/runtime';
import { ApiClient } from '../support/api-client';
import { ProductProcess } from '../support/product';
import { barePages, type BarePage } from './bare-pages';
import type { Bench, BenchContext } from './bench';
import { bigWorkspaces, PAGE, PASSWORD, type BigWorkspace } from './big-workspace';
import { compare, interleave, median, timed, type Comparison, type Contestant } from './measure';
import { webQueries } from './web-queries';

const SMALL = 10_000;
const NOTHING = 'Nothing';

/** What the web page asks of the api, over HTTP, beside the bare SQL for the same facts, in a small and a large workspace. */
export const pagesBench: Bench = { name: 'pages', run };

interface Page {
  readonly name: string;
  readonly operation: string;
  readonly variables: (workspace: BigWorkspace, n: number) => Record<string, unknown>;
  readonly bare: BarePage;
}

const pages: readonly Page[] = [
  {
    name: 'nothing: what HTTP, the session and GraphQL take',
    operation: NOTHING,
    variables: () => ({}),
    bare: barePages.nothing,
  },
  {
    name: 'queue',
    operation: 'Queue',
    variables: () => ({ first: PAGE }),
    bare: barePages.queue,
  },
  {
    name: 'conversation',
    operation: 'Conversation',
    variables: (workspace, n) => ({ reference: workspace.long[n % workspace.long.length], last: PAGE }),
    bare: barePages.conversation,
  },
  {
    name: 'list of finished conversations',
    operation: 'Conversations',
    variables: () => ({ view: 'DONE', first: PAGE }),
    bare: barePages.done,
  },
  { name: 'counters and sign-in state', operation: 'Session', variables: () => ({}), bare: barePages.session },
];

async function run(context: BenchContext): Promise<readonly Comparison[]> {
  const [small, large] = [await Site.open(context, SMALL), await Site.open(context, context.size)];
  const lines: Comparison[] = [];
  for (const page of pages) {
    const repeats = context.quick ? 5 : 25;
    const contestants = [small, large].flatMap((site) => site.contestants(page, repeats));
    await interleave(2, contestants);
    const figures = await interleave(context.quick ? 3 : 9, contestants);
    const line = { bench: 'pages', unit: 'ms' };
    for (const { size } of [small.workspace, large.workspace]) {
      const what = `${page.name}, ${size.toLocaleString('en')} who wait`;
      lines.push(
        compare(figures, `api ${size}`, `bare SQL ${size}`, {
          ...line,
          what,
          ...(page.operation === NOTHING ? {} : { aim: { atMost: 4 } }),
        }),
      );
    }
    const what = `${page.name}, growth`;
    lines.push(compare(figures, `api ${context.size}`, `api ${SMALL}`, { ...line, what, aim: { atMost: 1.3 } }));
  }
  return lines;
}

/** A workspace, an api process on it, somebody signed in, and a bare connection. */
class Site {
  private readonly queries = new Map([...webQueries(), [NOTHING, '{ __typename }']]);

  private constructor(
    readonly workspace: BigWorkspace,
    private readonly api: ApiClient,
    private readonly sql: Client,
  ) {}

  static async open(context: BenchContext, size: number): Promise<Site> {
    const workspace = await bigWorkspaces.of(context, size);
    const { ownerUrl } = workspace.database;
    const process = ProductProcess.start('api', {
      DATABASE_URL: roleUrl(ownerUrl, 'api'),
      EVENHAND_PORT: '0',
      EVENHAND_DATA_DIR: context.dir,
      EVENHAND_LOG_LEVEL: 'info',
    });
    context.onEnd(() => process.stop());
    const [, port] = await process.prints(/"port":(\d+)/);
    const api = new ApiClient(`http://127.0.0.1:${port}`);
    await api.signIn(workspace.viewer.email, PASSWORD);
    const sql = await workspace.database.client();
    context.onEnd(() => sql.end());
    return new Site(workspace, api, sql);
  }

  /** Each round is the median time of so many loads, one after another. */
  contestants(page: Page, repeats: number): Contestant[] {
    const query = this.queries.get(page.operation);
    if (query === undefined) throw new Error(`the web page has no operation ${page.operation}`);
    const load = (n: number): Promise<unknown> => this.api.call(query, page.variables(this.workspace, n));
    const bare = (n: number): Promise<unknown> => page.bare(this.sql, this.workspace, n);
    return [
      { name: `api ${this.workspace.size}`, round: () => typical(repeats, load) },
      { name: `bare SQL ${this.workspace.size}`, round: () => typical(repeats, bare) },
    ];
  }
}

async function typical(repeats: number, load: (n: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < repeats; n++) times.push(await timed(() => load(n)));
  return median(times);
}
