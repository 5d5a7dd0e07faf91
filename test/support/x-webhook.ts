import { createHmac, randomUUID } from 'node:crypto';
import { idAt } from '../../apps/connector-x/src/ids';
import type { XProof } from './x-proof';

/** The header with which X proves that a body is its own: base64, not hexadecimal. */
export function signatureOf(secret: string, body: Buffer | string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('base64')}`;
}

/** Sends a body to the product's webhook, rightly signed unless the headers say otherwise. @returns the status. */
export async function deliver(
  proof: XProof,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const response = await fetch(proof.webhookUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-twitter-webhooks-signature': signatureOf(proof.app.consumerSecret, body),
      ...headers,
    },
    body: body as string,
    signal: AbortSignal.timeout(20_000),
  });
  await response.arrayBuffer();
  return response.status;
}

let ids = 0n;

/** An id of that moment as X makes them; never the same twice. */
export function newId(at: number): string {
  ids += 1n;
  return (BigInt(idAt(new Date(at))) + (ids % 4_000_000n)).toString();
}

/** What one person does to a handle, told in X's words at any time and in any order; each a body of its own. */
export class ToldPerson {
  constructor(
    readonly userId: string,
    readonly handle: string,
  ) {}

  mention(id: string, at: number, text: string, more: object = {}): string {
    return this.post('post.mention.create', id, at, text, more);
  }

  /** `versions`: ids of all of them, the first first, the told one last. */
  edit(versions: readonly string[], at: number, text: string): string {
    const id = versions.at(-1)!;
    const more = { edit_history_tweet_ids: versions, conversation_id: versions[0] };
    return this.post('post.mention.create', id, at, text, more);
  }

  deletion(id: string): string {
    return this.event('post.delete', { id, author_id: this.userId });
  }

  /** The handle answered a post, by some program. */
  answered(id: string, at: number, to: string, text: string): string {
    const referenced = [{ type: 'replied_to', id: to }];
    const more = { author_id: this.handle, in_reply_to_user_id: this.userId, conversation_id: to };
    return this.post('post.create', id, at, text, { ...more, in_reply_to_tweet_id: to, referenced_tweets: referenced });
  }

  direct(id: string, at: number, text: string): string {
    return this.event('dm.received', { direct_message_events: [this.created(id, at, text, this.userId, this.handle)] });
  }

  /** The handle wrote to the person, by some program. */
  directSent(id: string, at: number, text: string): string {
    return this.event('dm.sent', { direct_message_events: [this.created(id, at, text, this.handle, this.userId)] });
  }

  /** The person has read what the handle wrote up to this message. */
  read(lastId: string, at: number): string {
    const event = { type: 'MarkRead', created_timestamp: String(at), sender_id: this.userId };
    const more = { target: { recipient_id: this.handle }, last_read_event_id: lastId };
    return this.event('dm.read', { direct_message_mark_read_events: [{ ...event, ...more }] });
  }

  /** An event of any type, with a payload of any form. */
  event(eventType: string, payload: unknown, uuid: string = randomUUID()): string {
    const users = [{ id: this.userId, name: 'Told', username: `told_${this.userId.slice(-6)}` }];
    const data = { event_uuid: uuid, filter: { user_id: this.handle }, event_type: eventType, payload };
    return JSON.stringify({ data: { ...data, includes: { users } } });
  }

  private post(eventType: string, id: string, at: number, text: string, more: object): string {
    return this.event(eventType, {
      id,
      author_id: this.userId,
      created_at: new Date(Math.floor(at / 1_000) * 1_000).toISOString(),
      conversation_id: id,
      text,
      edit_history_tweet_ids: [id],
      ...more,
    });
  }

  private created(id: string, at: number, text: string, from: string, to: string): object {
    const message = { target: { recipient_id: to }, sender_id: from, message_data: { text, entities: {} } };
    return { type: 'message_create', id, created_timestamp: String(at), message_create: message };
  }
}
