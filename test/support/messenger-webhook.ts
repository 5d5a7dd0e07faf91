import { createHmac } from 'node:crypto';
import type { MessengerProof } from './messenger-proof';

/** The header with which the platform proves that a body is its own. */
export function signatureOf(secret: string, body: Buffer | string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** A body as the platform sends it: each update in an entry of its own. */
export function bodyOf(pageId: string, updates: readonly object[], place = 'messaging'): string {
  const entry = updates.map((update) => ({ id: pageId, time: Date.now(), [place]: [update] }));
  return JSON.stringify({ object: 'page', entry });
}

/** What one customer does on one Page, told in the platform's words at any time and in any order. */
export class ToldCustomer {
  constructor(
    readonly psid: string,
    readonly pageId: string,
  ) {}

  message(mid: string, at: number, text: string, more: object = {}): object {
    return this.update(at, { message: { mid, text, ...more } });
  }

  edit(mid: string, at: number, number: number, text: string): object {
    return this.update(at, { message_edit: { mid, text, num_edit: number } });
  }

  unsend(mid: string, at: number): object {
    return this.message(mid, at, '', { text: undefined, is_deleted: true });
  }

  react(mid: string, at: number, emoji: string | null): object {
    const action = emoji === null ? { action: 'unreact' } : { action: 'react', reaction: 'other', emoji };
    return this.update(at, { reaction: { mid, ...action } });
  }

  tap(mid: string, at: number, title: string): object {
    return this.update(at, { postback: { mid, title, payload: 'P' } });
  }

  delivered(at: number): object {
    return this.update(at, { delivery: { watermark: at } });
  }

  read(at: number): object {
    return this.update(at, { read: { watermark: at } });
  }

  /** The Page wrote, through some app. */
  echo(mid: string, at: number, text: string, more: object): object {
    const people = { sender: { id: this.pageId }, recipient: { id: this.psid } };
    return { ...people, timestamp: at, message: { is_echo: true, mid, text, ...more } };
  }

  private update(timestamp: number, what: object): object {
    return { sender: { id: this.psid }, recipient: { id: this.pageId }, timestamp, ...what };
  }
}

/** Sends a body to the product's webhook, rightly signed unless the headers say otherwise. @returns the status. */
export async function deliver(
  proof: MessengerProof,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const response = await fetch(proof.webhookUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-hub-signature-256': signatureOf(proof.app.appSecret, body),
      ...headers,
    },
    body: body as string,
    signal: AbortSignal.timeout(20_000),
  });
  await response.arrayBuffer();
  return response.status;
}
