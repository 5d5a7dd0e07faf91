import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { MessengerProof } from './messenger-proof';
import { until } from './product';

/** Longest wait for an api that was killed, or for somebody to answer. */
const PATIENCE_MS = 30_000;

interface Offered {
  readonly offer: { readonly conversation: { readonly id: string } } | null;
  readonly userErrors: readonly { readonly message: string }[];
}

interface Answered {
  readonly message: { readonly id: string } | null;
  readonly userErrors: readonly { readonly newerItems?: readonly { readonly id: string }[] }[];
}

/** How an answer ended. */
export interface Outcome {
  readonly text: string;
  readonly state: string;
  readonly failure: string | null;
  /** How often it stands on the platform for whoever asked. */
  readonly visible: number;
}

/**
 * A person who answers whoever is next, again and again, while anything may be killed: what gets no answer is asked again under
 * the same key, as the page does it.
 */
export class Answers {
  /** Texts by id of the message. */
  readonly written = new Map<string, string>();

  constructor(private readonly proof: MessengerProof) {}

  /** Writes so many answers; one more look when nobody waits. @throws when nobody waits for too long. */
  async write(count: number, everyMs = 0): Promise<void> {
    while (this.written.size < count) {
      const conversation = await until('somebody waits', () => this.next(), PATIENCE_MS);
      await this.answer(conversation, `answer ${this.written.size + 1}.`);
      await pause(everyMs);
    }
  }

  /** What became of each, and how often it can be seen. */
  async outcomes(): Promise<Outcome[]> {
    const rows = await this.proof.product.query<{ id: string; state: string; failure: string | null }>(
      `select id, send_state as state, failure->>'code' as failure from inbox.messages where origin = 'evenhand'`,
    );
    const seen = new Map<string, number>();
    for (const { pageId } of this.proof.pages) {
      for (const { direction, written } of this.proof.simulator.truth(pageId)) {
        if (direction === 'outbound') seen.set(written, (seen.get(written) ?? 0) + 1);
      }
    }
    return rows.map(({ id, state, failure }) => {
      const text = this.written.get(id) ?? '';
      return { text, state, failure, visible: seen.get(text) ?? 0 };
    });
  }

  /** The conversation of whoever is next; undefined while nobody waits. */
  async next(): Promise<string | undefined> {
    const { offerNext } = await this.ask<{ offerNext: Offered }>(
      `mutation ($key: String!) { offerNext(input: { clientMutationId: $key }) {
         offer { conversation { id } } userErrors { message } } }`,
      { key: randomUUID() },
    );
    return offerNext.offer?.conversation.id;
  }

  /** Reads what is newest and answers it, until it was. @returns the message; undefined where nobody waits any more. */
  async answer(id: string, text: string): Promise<string | undefined> {
    const { node } = await this.ask<{ node: { timeline: { nodes: { id: string }[] } } }>(
      'query ($id: ID!) { node(id: $id) { ... on Conversation { timeline(last: 1) { nodes { id } } } } }',
      { id },
    );
    let seen = node.timeline.nodes.at(-1)!.id;
    for (;;) {
      const { messageSend } = await this.ask<{ messageSend: Answered }>(
        `mutation ($id: ID!, $seen: ID!, $text: String!, $key: String!) {
           messageSend(input: { conversationId: $id, text: $text, seenUpTo: $seen, clientMutationId: $key }) {
             message { id } userErrors { __typename ... on CollisionError { newerItems { id } } } } }`,
        { id, seen, text, key: randomUUID() },
      );
      if (messageSend.message) {
        this.written.set(messageSend.message.id, text);
        return messageSend.message.id;
      }
      // something came meanwhile: it is read first
      const newer = messageSend.userErrors[0]?.newerItems?.at(-1);
      if (newer === undefined) return undefined;
      seen = newer.id;
    }
  }

  private async ask<T>(query: string, variables: Record<string, unknown>): Promise<T> {
    return until('the api answers', () => this.proof.product.api.call<T>(query, variables), PATIENCE_MS);
  }
}
