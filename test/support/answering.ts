import { randomUUID } from 'node:crypto';
import type { InstalledProduct } from './installed-product';

/** A conversation that was taken from the queue. */
export interface Taken {
  readonly id: string;
  readonly subject: string;
  /** Id of what the agent has seen last. */
  readonly seen: string;
}

export interface SendShown {
  readonly state: string;
  readonly attempt: number;
  readonly failure: { readonly code: string } | null;
}

/** A person who takes what comes and answers it, through the api. */
export class AnsweringPerson {
  constructor(private readonly product: InstalledProduct) {}

  async takeNext(): Promise<Taken> {
    const { offerNext } = await this.product.api.call<{
      offerNext: {
        offer: { conversation: { id: string; subject: string; timeline: { nodes: { id: string }[] } } } | null;
        userErrors: { message: string }[];
      };
    }>(
      `mutation ($key: String!) { offerNext(input: { clientMutationId: $key }) {
         offer { conversation { id subject timeline(last: 1) { nodes { id } } } } userErrors { message } } }`,
      { key: randomUUID() },
    );
    if (!offerNext.offer) throw new Error(JSON.stringify(offerNext.userErrors));
    const { id, subject, timeline } = offerNext.offer.conversation;
    return { id, subject, seen: timeline.nodes.at(-1)!.id };
  }

  /** @returns id of the message. */
  async reply({ id, seen }: Taken, text: string): Promise<string> {
    const { messageSend } = await this.product.api.call<{
      messageSend: { message: { id: string } | null; userErrors: { message: string }[] };
    }>(
      `mutation ($id: ID!, $seen: ID!, $text: String!, $key: String!) {
         messageSend(input: { conversationId: $id, text: $text, seenUpTo: $seen, clientMutationId: $key }) {
           message { id } userErrors { message } } }`,
      { id, seen, text, key: randomUUID() },
    );
    if (!messageSend.message) throw new Error(JSON.stringify(messageSend.userErrors));
    return messageSend.message.id;
  }

  /** What the page says of a message. */
  async sendOf(messageId: string): Promise<SendShown> {
    const { node } = await this.product.api.call<{ node: { send: SendShown } }>(
      '{ node(id: $id) { ... on Message { send { state attempt failure { code } } } } }'.replace(
        '{',
        'query ($id: ID!) {',
      ),
      { id: messageId },
    );
    return node.send;
  }

  async settle(messageId: string, decision: 'SENT' | 'SEND_AGAIN'): Promise<void> {
    const { messageSettle } = await this.product.api.call<{ messageSettle: { userErrors: { message: string }[] } }>(
      `mutation ($id: ID!, $decision: SettleDecision!, $key: String!) {
         messageSettle(input: { messageId: $id, decision: $decision, clientMutationId: $key }) { userErrors { message } } }`,
      { id: messageId, decision, key: randomUUID() },
    );
    if (messageSettle.userErrors.length > 0) throw new Error(JSON.stringify(messageSettle.userErrors));
  }
}

/** A short mail of a customer. */
export function customerMail(to: string, subject: string): Buffer {
  const name = subject.replace(/[^a-z0-9]+/gi, '-').toLowerCase();
  return Buffer.from(
    [
      `From: ${name}@customers.test`,
      `To: ${to}`,
      `Subject: ${subject}`,
      `Message-ID: <${name}.${randomUUID()}@customers.test>`,
      `Date: ${new Date().toUTCString()}`,
      '',
      `I ask about ${subject}.`,
      '',
    ].join('\r\n'),
  );
}
