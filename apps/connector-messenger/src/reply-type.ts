import type { OutboundMessage } from '@app/channel';

/** How a message is declared to Meta: an answer within its window, or a person's answer after it. */
export type ReplyType = 'RESPONSE' | 'HUMAN_AGENT';

/**
 * The ways in which a message may be declared, in the order in which they are tried. Meta is the judge of the window: it lasts
 * longer after some advertisements, so an answer that seems late is tried all the same. As a person's only what a person
 * wrote, and only within the seven days, or where we do not know when the customer last wrote.
 */
export function replyTypes(
  { window, automated, privateReplyTo }: Pick<OutboundMessage, 'window' | 'automated' | 'privateReplyTo'>,
  now: Date,
): readonly ReplyType[] {
  // a comment's author has no window yet; Meta allows one message for seven days
  if (automated || privateReplyTo !== null) return ['RESPONSE'];
  if (window === null) return ['RESPONSE', 'HUMAN_AGENT'];
  if (now >= new Date(window.humanClosesAt)) return ['RESPONSE'];
  return now < new Date(window.closesAt) ? ['RESPONSE', 'HUMAN_AGENT'] : ['HUMAN_AGENT', 'RESPONSE'];
}
