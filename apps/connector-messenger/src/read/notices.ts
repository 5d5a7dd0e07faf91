import { idOf, type Json, listOf, objectOf, textOf } from '@app/connector-host';
import { buildMessage } from './build-message';
import { hashOf, keyOf } from './keys';
import type { PrivateUpdate } from './private-update';
import type { Reading } from './reading';
import { windowFrom } from './reply-window';

/** Most answers to a lead form that are shown. */
const MAX_ANSWERS = 50;

/**
 * What the platform tells of a thread without anybody having written: they came by an ad or a link, opted in, linked an account.
 * Shown in the platform's own terms.
 * @param message external id of the message that it came with, if it did.
 */
export function readNotice(update: PrivateUpdate, reading: Reading, message?: string): void {
  const { body, kind, person, at } = update;
  // a box ticked on a web page, by somebody who has no thread yet
  if (person === undefined && textOf(body['user_ref']) !== undefined) return reading.skip(kind, 'without-thread');
  if (person === undefined) return reading.malformed(update.where);
  const lines = linesOf(kind, body, update.element);
  const externalId =
    message !== undefined
      ? keyOf(kind, message)
      : keyOf(kind, person, at, hashOf(textOf(body['ref']), textOf(body['payload']), textOf(body['type']), ...lines));
  const built = buildMessage({
    externalId,
    nativeIds: [],
    lines,
    files: [],
    problems: [],
    direction: 'inbound',
    visibility: 'private',
    class: 'notice',
    author: { value: person },
    at,
    threadKey: person,
    window: kind === 'referral' && opensWindow(body) ? windowFrom(at) : undefined,
  });
  reading.add(built.message);
}

function linesOf(kind: string, body: Json, element: Json): string[] {
  if (kind === 'account_linking') return [`🔑 ${textOf(body['status']) ?? ''}`.trim()];
  if (kind === 'optin') {
    const status = textOf(body['notification_messages_status']);
    const shown = [textOf(body['title']), textOf(body['type']), status, textOf(body['ref'])].filter(Boolean);
    return [`${status?.startsWith('STOP') ? '🔕' : '🔔'} ${shown.join(' · ')}`.trim()];
  }
  return [originOf(body), ...answersOf(element)];
}

function originOf(referral: Json): string {
  const ad = objectOf(referral['ads_context_data']);
  const adId = idOf(referral['ad_id']);
  const product = idOf(objectOf(referral['product'])?.['id']) ?? idOf(ad?.['product_id']);
  const shown = [
    textOf(ad?.['ad_title']),
    textOf(referral['ref']),
    textOf(referral['source']),
    adId === undefined ? undefined : `ad ${adId}`,
    product === undefined ? undefined : `product ${product}`,
  ].filter((part) => part !== undefined);
  const sign = ad || adId !== undefined ? '📣' : product === undefined ? '↪' : '🛒';
  return `${sign} ${shown.length > 0 ? shown.join(' · ') : (textOf(referral['type']) ?? '')}`.trim();
}

/** What somebody filled into the form of an ad. */
function answersOf(element: Json): string[] {
  return listOf(objectOf(element['lead'])?.['data'])
    .slice(0, MAX_ANSWERS)
    .flatMap((value) => {
      const { question, answer } = objectOf(value) ?? {};
      const shown = [textOf(question), textOf(answer)].filter((part) => part !== undefined);
      return shown.length > 0 ? [shown.join(': ')] : [];
    });
}

/** A link into a thread opens the window; an ad only once the customer writes. */
function opensWindow(referral: Json): boolean {
  return (textOf(referral['type']) ?? 'OPEN_THREAD') === 'OPEN_THREAD' && textOf(referral['source']) !== 'ADS';
}
