import { Refused } from '@app/channel';
import { isTrue, listOf, objectOf, textOf } from '@app/connector-host';
import { pathOf, type XClient } from '../client';
import type { XApp } from '../config';

/** A webhook as X has it. */
export interface XWebhook {
  readonly id: string;
  readonly url: string;
  /** Not valid: nothing is delivered until it has answered a challenge. */
  readonly valid: boolean;
}

type AsApp = Pick<XClient, 'asApp'>;

/** The webhooks of the app; self-serve plans have one. */
export async function webhooksOf(client: AsApp, app: XApp, signal: AbortSignal): Promise<XWebhook[]> {
  const { body } = await client.asApp(app, { method: 'GET', path: '/2/webhooks', endpoint: 'GET /2/webhooks', signal });
  return listOf(objectOf(body)?.['data']).flatMap((row) => webhookOf(row) ?? []);
}

/** Has X challenge the address at once and deliver to it. @throws Refused in X's words where the challenge fails. */
export async function createWebhook(client: AsApp, app: XApp, url: string, signal: AbortSignal): Promise<XWebhook> {
  const call = { method: 'POST', path: '/2/webhooks', endpoint: 'POST /2/webhooks', json: { url }, signal } as const;
  const { body } = await client.asApp(app, call);
  const data = objectOf(body)?.['data'];
  // X tells it bare or as a list of one
  const made = webhookOf(Array.isArray(data) ? data[0] : data);
  if (made === undefined) throw new Refused('REFUSED', 'X made the webhook and did not tell its id.');
  return made;
}

/** Has X challenge a webhook anew. @returns whether it delivers now. */
export async function revalidate(client: AsApp, app: XApp, id: string, signal: AbortSignal): Promise<boolean> {
  const call = { method: 'PUT', path: pathOf('2', 'webhooks', id), endpoint: 'PUT /2/webhooks/:id', signal } as const;
  const { body } = await client.asApp(app, call);
  return isTrue(objectOf(objectOf(body)?.['data'])?.['valid']);
}

/** Takes a webhook away: whatever used it gets nothing more. */
export async function deleteWebhook(client: AsApp, app: XApp, id: string, signal: AbortSignal): Promise<void> {
  const endpoint = 'DELETE /2/webhooks/:id';
  await client.asApp(app, { method: 'DELETE', path: pathOf('2', 'webhooks', id), endpoint, signal });
}

/** Whether X delivers to us, and why not. */
export type PushState =
  | { readonly state: 'delivers'; readonly id: string; readonly revived: boolean }
  /** The app delivers elsewhere; that is for a person to change. */
  | { readonly state: 'elsewhere'; readonly webhook: XWebhook }
  | { readonly state: 'fails'; readonly id: string | undefined; readonly why: string }
  /** Nobody outside reaches us. */
  | { readonly state: 'none' };

/**
 * Sees to it that X delivers to our address, and has an invalid webhook challenged anew.
 * @param url where X reaches us; undefined: nowhere.
 * @throws what calls throw, but for a refusal, which is `fails`.
 */
export async function keepWebhook(
  client: AsApp,
  app: XApp,
  url: string | undefined,
  signal: AbortSignal,
): Promise<PushState> {
  if (app.push === 'none') return { state: 'none' };
  const webhooks = await webhooksOf(client, app, signal);
  const ours = webhooks.find((each) => (url === undefined ? each.id === app.webhookId : each.url === url));
  try {
    if (ours?.valid === true) return { state: 'delivers', id: ours.id, revived: false };
    if (ours !== undefined) {
      const valid = await revalidate(client, app, ours.id, signal);
      if (valid) return { state: 'delivers', id: ours.id, revived: true };
      return { state: 'fails', id: ours.id, why: 'X does not get the answer that it expects from the address.' };
    }
    if (url === undefined) return { state: 'none' };
    const [other] = webhooks;
    if (other !== undefined) return { state: 'elsewhere', webhook: other };
    const made = await createWebhook(client, app, url, signal);
    if (made.valid) return { state: 'delivers', id: made.id, revived: true };
    return { state: 'fails', id: made.id, why: 'X does not get the answer that it expects from the address.' };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { state: 'fails', id: ours?.id, why: error.message };
  }
}

/** Where X delivers the events of an app. X takes an address only with https and without a port; a simulator takes any. */
export function webhookUrl(publicUrl: string | undefined, app: Pick<XApp, 'key' | 'apiUrl'>): string | undefined {
  if (publicUrl === undefined) return undefined;
  const url = new URL(`${publicUrl.replace(/\/+$/, '')}/webhooks/x/${app.key}`);
  const forX = url.protocol === 'https:' && url.port === '';
  return forX || new URL(app.apiUrl).protocol === 'http:' ? url.href : undefined;
}

function webhookOf(row: unknown): XWebhook | undefined {
  const { id: given, url: address, valid } = objectOf(row) ?? {};
  const [id, url] = [textOf(given), textOf(address)];
  return id === undefined ? undefined : { id, url: url ?? '', valid: isTrue(valid) };
}
