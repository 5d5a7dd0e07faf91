import { compareIds } from '../ids';
import { directThread, groupThread } from './keys';

/** Between whom a private message goes. */
export interface Sides {
  readonly byUs: boolean;
  /** The one other; absent in a group. */
  readonly customer: string | undefined;
  readonly threadKey: string;
  /** Where it is read on X. Nobody's name stands in it. */
  readonly permalink: string | undefined;
}

/** `111-222`, or `222:111` where it is encrypted. */
const PAIR = /^(\d{1,19})[-:](\d{1,19})$/;

/**
 * Who writes to whom. A conversation of two is named by both ids, one of several by an id of its own; the older API names
 * the recipient instead.
 * @returns undefined where we have no part in it, or nobody else has.
 */
export function sidesOf(
  own: string,
  sender: string,
  { recipient, conversation }: { readonly recipient?: string | undefined; readonly conversation?: string | undefined },
): Sides | undefined {
  const byUs = sender === own;
  const pair = PAIR.exec(conversation ?? '');
  if (conversation !== undefined && !pair) {
    const permalink = /^\d{1,19}$/.test(conversation) ? `https://x.com/messages/${conversation}` : undefined;
    return { byUs, customer: undefined, threadKey: groupThread(conversation), permalink };
  }
  const both = pair ? [pair[1]!, pair[2]!] : [sender, recipient].filter((id) => id !== undefined);
  const customer = both.find((id) => id !== own);
  if (!both.includes(own) || customer === undefined || (!byUs && sender !== customer)) return undefined;
  return { byUs, customer, threadKey: directThread(customer), permalink: directPermalink(own, customer) };
}

function directPermalink(own: string, customer: string): string | undefined {
  if (![own, customer].every((id) => /^\d{1,19}$/.test(id))) return undefined;
  return `https://x.com/messages/${[own, customer].toSorted(compareIds).join('-')}`;
}
