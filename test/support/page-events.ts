import type { ChannelKind } from '@app/channel';
import type { ConnectedAccount, HeardEvent, SeededWorkspace } from './running-api';

const HOUR = 3_600_000;

/** A page of ours as its connector tells of it: messages of 2,000 characters, comments that can be answered in private. */
export function connectPage(workspace: SeededWorkspace, more: Record<string, unknown> = {}): Promise<ConnectedAccount> {
  const channel: ChannelKind = 'messenger';
  return workspace.connect({ channel, partLength: 2_000, privateReply: true, moderates: true, ...more });
}

/** A message in a private thread. It opens the time for answers: a day, and seven for people. */
export function privateMessage(
  person: string,
  id: string,
  at: Date,
  more: Readonly<Record<string, unknown>> = {},
): HeardEvent {
  return {
    ...message(id, person, at),
    visibility: 'private',
    threading: { threadKey: person, references: [] },
    window: {
      openedAt: at.toISOString(),
      closesAt: new Date(at.getTime() + 24 * HOUR).toISOString(),
      humanClosesAt: new Date(at.getTime() + 7 * 24 * HOUR).toISOString(),
    },
    ...more,
  };
}

/** A comment under a post of ours, which anybody can read. */
export function comment(
  person: string,
  id: string,
  at: Date,
  more: Readonly<Record<string, unknown>> = {},
): HeardEvent {
  return {
    ...message(`comment:${id}`, person, at),
    visibility: 'public',
    nativeIds: [id],
    threading: { threadKey: `comment:${id}:${person}`, references: [] },
    ...more,
  };
}

/** Something that happened to a message afterwards. */
export function change(target: string, at: Date, what: Readonly<Record<string, unknown>>): HeardEvent {
  const externalId = `${target}:${String(what['type'])}:${at.getTime()}`;
  return { kind: 'change', externalId, target, at: at.toISOString(), change: what };
}

function message(externalId: string, person: string, at: Date): HeardEvent {
  return {
    kind: 'message',
    externalId,
    direction: 'inbound',
    author: { value: person },
    participants: [{ value: person, role: 'from' }],
    at: at.toISOString(),
    class: 'ordinary',
    text: `text of ${externalId}`,
    attachments: [],
    nativeIds: [externalId],
    problems: [],
  };
}
