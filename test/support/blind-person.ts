import { randomUUID } from 'node:crypto';
import { createClient, type Client as LiveClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { ApiClient } from './api-client';
import { Everything, type Answer } from './blind-answers';

interface Shown {
  readonly id: string;
  readonly channel: string;
  readonly visibility: string;
  readonly timeline: {
    readonly nodes: readonly { readonly __typename: string; readonly id: string; readonly direction?: string }[];
  };
}

/** Somebody at work, whose every answer, page and live event is kept. */
export class WatchedPerson {
  readonly answers: Answer[] = [];
  private live: LiveClient | undefined;

  private constructor(
    readonly api: ApiClient,
    readonly everything: Everything,
  ) {}

  static async of(api: ApiClient): Promise<WatchedPerson> {
    return new WatchedPerson(api, await Everything.of(api));
  }

  /** Hears of everything that happens from now on. */
  listen(): void {
    const { cookieHeader: cookie, baseUrl } = this.api;
    this.live = createClient({
      url: `${baseUrl.replace('http', 'ws')}/graphql`,
      webSocketImpl: class extends WebSocket {
        constructor(address: string, protocols: string | string[]) {
          super(address, protocols, { headers: { cookie, origin: baseUrl } });
        }
      },
      retryAttempts: 0,
      lazy: false,
    });
    this.live.subscribe(
      { query: `subscription { inboxEvents ${this.everything.fieldsOf('InboxEvent')} }` },
      {
        next: (event) => this.keep('inboxEvents', event),
        error: (error) => this.keep('inboxEvents failed', error),
        complete: () => undefined,
      },
    );
  }

  async leave(): Promise<void> {
    await this.live?.dispose();
  }

  /** Any operation; what is answered is kept, errors too. */
  async ask(asked: string, query: string, variables: Record<string, unknown> = {}): Promise<unknown> {
    const { body } = await this.api.raw({ query, variables });
    this.keep(asked, body);
    return body.data;
  }

  /** A mutation with all that it answers. @param payload the type of its answer. */
  async act(name: string, payload: string, input: Record<string, unknown>): Promise<unknown> {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) ${this.everything.fieldsOf(payload)} }`;
    return this.ask(name, query, { input: { clientMutationId: randomUUID(), ...input } });
  }

  /** Takes what the queue gives, until there is nothing. */
  async takeAll(): Promise<Shown[]> {
    const taken: Shown[] = [];
    for (;;) {
      const data = (await this.act('offerNext', 'OfferNextPayload', {})) as {
        offerNext: { offer: { conversation: { id: string } } | null };
      };
      if (!data.offerNext.offer) return taken;
      const query = `query ($id: ID!) { node(id: $id) { ... on Conversation { id channel visibility timeline(last: 20) { nodes { __typename id ... on Message { direction } } } } } }`;
      const shown = await this.ask('conversation', query, { id: data.offerNext.offer.conversation.id });
      taken.push((shown as { node: Shown }).node);
    }
  }

  /** Everything there is for this person. */
  async readAll(ids: readonly string[], references: readonly string[], since: string): Promise<void> {
    this.answers.push(...(await this.everything.read(this.api, { ids, references, since })));
  }

  /** A page of the product, or a file of it. */
  async page(path: string, init: RequestInit = {}): Promise<{ readonly bytes: Buffer; readonly headers: Headers }> {
    const response = await this.api.fetch(path, init);
    const bytes = Buffer.from(await response.arrayBuffer());
    this.answers.push({
      asked: `${init.method ?? 'GET'} ${path}`,
      text: `${JSON.stringify([...response.headers])} ${bytes.toString('latin1')}`,
    });
    return { bytes, headers: response.headers };
  }

  private keep(asked: string, body: unknown): void {
    this.answers.push({ asked, text: JSON.stringify(body) });
  }
}
