import { GuardedHttp, HostGuard } from '@app/connector-host';
import { Clock } from '@app/runtime';
import type { Page } from '../config';
import type { GraphParts } from '../page-graph';
import { RateLimits } from '../rate-limits';
import { samplePage } from './messenger-samples';
import { ScriptedGraph } from './scripted-graph';

/** A scripted Graph API and what is needed to call it. */
export class GraphWorld {
  readonly clock = new Clock();
  readonly page: Page;
  readonly parts: GraphParts;

  private constructor(readonly graph: ScriptedGraph) {
    this.page = samplePage(graph.url);
    const now = (): Date => this.clock.now();
    this.parts = { http: new GuardedHttp(new HostGuard(true)), limits: new RateLimits(now), now };
  }

  static async open(): Promise<GraphWorld> {
    return new GraphWorld(await ScriptedGraph.start());
  }

  async close(): Promise<void> {
    this.parts.http.close();
    await this.graph.close();
  }
}

/** What a promise fails with. @throws when it does not. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  const outcome = await work.then(
    () => 'it did not fail',
    (error: unknown) => ({ error }),
  );
  if (typeof outcome === 'string') throw new Error(outcome);
  return outcome.error;
}
