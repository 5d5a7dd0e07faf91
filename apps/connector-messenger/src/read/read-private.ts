import { idOf, isTrue, type Json, millisOf, objectOf, textOf } from '@app/connector-host';
import type { Update } from './envelope';
import { readEcho, readMessage, readPostback } from './messages';
import { readEdit, readReaction } from './message-changes';
import { readNotice } from './notices';
import { keyOf } from './keys';
import type { OwnApp, Reading } from './reading';
import type { PrivateUpdate } from './private-update';
import { readDelivered, readOwner, readRead } from './thread-facts';

type Read = (update: PrivateUpdate, reading: Reading, app: OwnApp) => void;

/** By the key that an update has. */
const KINDS: Readonly<Record<string, Read>> = {
  message: (update, reading, app) => (update.byPage ? readEcho(update, reading, app) : readMessage(update, reading)),
  postback: readPostback,
  reaction: readReaction,
  message_edit: readEdit,
  delivery: readDelivered,
  read: readRead,
  referral: (update, reading) => readNotice(update, reading),
  optin: (update, reading) => readNotice(update, reading),
  account_linking: (update, reading) => readNotice(update, reading),
  pass_thread_control: readOwner,
  take_thread_control: readOwner,
  policy_enforcement: readPolicy,
};

/** What stands beside the key of the kind, in any update. */
const COMPANIONS: ReadonlySet<string> = new Set(['sender', 'recipient', 'timestamp', 'hop_context', 'lead']);

/** Reads one element of `messaging` or `standby`. */
export function readPrivate(
  { value, entryTime, where, list }: Update,
  page: string,
  arrivedAt: Date,
  app: OwnApp,
  reading: Reading,
): void {
  const element = objectOf(value);
  if (!element) return reading.malformed(where);
  const kinds = Object.keys(element).filter((key) => !COMPANIONS.has(key) && element[key] !== null);
  const known = kinds.filter((kind) => Object.hasOwn(KINDS, kind));
  if (known.length === 0) return reading.skip(list, kinds[0] ?? 'unknown');
  const ownTime = millisOf(element['timestamp']);
  const at = ownTime ?? millisOf(entryTime) ?? arrivedAt.getTime();
  for (const kind of known) {
    const body = objectOf(element[kind]);
    if (!body) {
      reading.malformed(`${where}.${kind}`);
      continue;
    }
    const update = {
      element,
      body,
      kind,
      page,
      at,
      ownTime,
      where: `${where}.${kind}`,
      ...sidesOf(element, body, page),
    };
    KINDS[kind]?.(update, reading, app);
    if (list === 'standby' && update.person !== undefined) standBy(update, update.person, reading);
  }
}

/** True for a value that stands in `changes` and yet is an update about private messages, as the dashboard's tests are. */
export function isPrivate(value: unknown): boolean {
  const element = objectOf(value);
  return (
    element !== undefined && Object.keys(element).some((key) => Object.hasOwn(KINDS, key) && objectOf(element[key]))
  );
}

/** Who wrote, and with whom. A copy of what the Page sent says so, or names the Page as sender. */
function sidesOf(element: Json, body: Json, page: string): { person: string | undefined; byPage: boolean } {
  const sender = objectOf(element['sender']);
  const from = idOf(sender?.['id']);
  const byPage = isTrue(body['is_echo']) || from === page;
  if (byPage) return { byPage, person: idOf(objectOf(element['recipient'])?.['id']) };
  const ref = idOf(sender?.['user_ref']);
  return { byPage, person: from ?? (ref === undefined ? undefined : keyOf('user_ref', ref)) };
}

/** What comes here is in the hands of another program. */
function standBy({ at }: PrivateUpdate, person: string, reading: Reading): void {
  reading.add({
    kind: 'thread',
    externalId: keyOf('standby', person, at),
    threadKey: person,
    at: new Date(at).toISOString(),
    handledBy: { who: 'other', app: '' },
  });
}

const POLICY = { warning: 'warned', block: 'blocked', unblock: 'allowed' } as const;

function readPolicy({ body, at, where }: PrivateUpdate, reading: Reading): void {
  const action = textOf(body['action']) ?? '';
  if (!Object.hasOwn(POLICY, action)) return reading.malformed(where);
  reading.addPolicy({
    at: new Date(at),
    action: POLICY[action as keyof typeof POLICY],
    reason: (textOf(body['reason']) ?? '').slice(0, 500),
  });
}
