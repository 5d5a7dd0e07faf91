import { randomUUID } from 'node:crypto';
import type { InstalledProduct } from './installed-product';
import { until } from './product';

/** Longest wait for an api that was killed, or for somebody to answer. */
export const PATIENCE_MS = 30_000;

interface Offered {
  readonly offer: { readonly conversation: { readonly id: string } } | null;
  readonly userErrors: readonly { readonly message: string }[];
}

interface Answered {
  readonly message: { readonly id: string } | null;
  readonly userErrors: readonly { readonly newerItems?: readonly { readonly id: string }[] }[];
}

/**
 * A person who answers whoever is next, while anything may be killed: what gets no answer is asked again under the same key, as
 * the page does it.
 */
export class QueueAnswers {
  /** Texts by id of the message. */
  readonly written = new Map<string, string>();

  constructor(private readonly product: InstalledProduct) {}

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
    return until('the api answers', () => this.product.api.call<T>(query, variables), PATIENCE_MS);
  }
}
