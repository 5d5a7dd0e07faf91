import { randomUUID } from 'node:crypto';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import type { ApiClient } from '../support/api-client';
import { connectPage } from '../support/page-events';
import {
  PASSWORD,
  RunningApi,
  type ConnectedAccount,
  type HeardEvent,
  type SeededWorkspace,
} from '../support/running-api';
import { built } from '../support/built';
import { AgentPage } from './agent-page';

/** Who answers. */
const ADA = 'Ada@nord.example';

/** A page as most tests have it. */
const nordPage = (workspace: SeededWorkspace): Promise<ConnectedAccount> =>
  connectPage(workspace, {
    name: 'Nord',
    maxLength: 20_000,
    tokenExpiresAt: new Date(Date.now() + 9.5 * 86_400_000).toISOString(),
  });

/** A workspace with one account, of which a test tells what its connector reads. No process but the api. */
export class PageDesk {
  private constructor(
    readonly api: RunningApi,
    readonly workspace: SeededWorkspace,
    readonly page: ConnectedAccount,
    /** What Ada does without a browser. */
    readonly ada: ApiClient,
  ) {}

  /** @param connect the account: a Messenger page where nothing else is said */
  static async start(connect = nordPage): Promise<PageDesk> {
    await built();
    const api = await RunningApi.start();
    const workspace = await api.workspace('Nord');
    const page = await connect(workspace);
    await workspace.agent(ADA, 'admin', 100);
    return new PageDesk(api, workspace, page, await api.signedIn(ADA));
  }

  async stop(): Promise<void> {
    await this.api.stop();
  }

  /** Ada signs in, in a browser of her own. */
  async open(browser: Browser, options: BrowserContextOptions = {}): Promise<AgentPage> {
    const ada = await AgentPage.open(browser, this.api.url, options);
    await ada.signIn(ADA, PASSWORD);
    return ada;
  }

  /** Ada takes everybody who waits, so that what comes next is the next. */
  async takeAll(): Promise<void> {
    for (let more = true; more;) {
      const { offerNext } = await this.ada.call<{ offerNext: { offer: unknown } }>(
        'mutation ($key: String!) { offerNext(input: { clientMutationId: $key }) { offer { id } } }',
        { key: randomUUID() },
      );
      more = offerNext.offer !== null;
    }
  }

  /** The platform tells something, and Ada takes the conversation it made. */
  async taken(ada: AgentPage, ...events: readonly HeardEvent[]): Promise<string> {
    await this.page.hear(...events);
    return ada.takeNext();
  }

  /** Id of the newest message that Ada has sent in a conversation. */
  async newestReply(reference: string): Promise<string> {
    const { conversation } = await this.ada.call<{
      conversation: { timeline: { nodes: { id: string; direction?: string }[] } };
    }>(
      `query ($reference: String!) { conversation(reference: $reference) {
         timeline(last: 20) { nodes { id ... on Message { direction } } } } }`,
      { reference },
    );
    return conversation.timeline.nodes.findLast(({ direction }) => direction === 'OUTBOUND')!.id;
  }
}

/** What a connector tells of a reply, or of a part of it. */
export function sendEvent(outboundId: string, state: string, more: Readonly<Record<string, unknown>> = {}): HeardEvent {
  return {
    kind: 'send',
    externalId: `${outboundId}:${JSON.stringify(more)}:${state}`,
    outboundId,
    attempt: 1,
    state,
    at: new Date().toISOString(),
    nativeIds: [],
    ...more,
  };
}
