import { Client } from 'pg';
import type { ConnectedAccount, HeardEvent, SeededWorkspace } from './running-api';

/** Our own user id there. */
export const OUR_ID = '100000000000000001';

/** As its connector tells of it: posts of 280 weighted units, which can be answered in private. */
const HANDLE = {
  channel: 'x',
  address: OUR_ID,
  name: '@nord',
  simulated: true,
  maxLength: 10_000,
  maxAttachmentBytes: 20_000_000,
  publicLength: 280,
  publicCounting: 'weighted',
  publicFiles: true,
  privateReply: true,
  moderates: true,
} as const;

/** A handle of ours on X. */
export function connectHandle(
  workspace: SeededWorkspace,
  more: Readonly<Record<string, unknown>> = {},
): Promise<ConnectedAccount> {
  return workspace.connect({ ...HANDLE, ...more });
}

/** What its connector tells of the handle later; the greatest version counts. */
export function handleNews(version: number, more: Readonly<Record<string, unknown>>): HeardEvent {
  const at = new Date().toISOString();
  const well = { status: 'connected', detail: '', pausedUntil: null };
  return { kind: 'account', externalId: `account:${version}`, version, at, ...HANDLE, ...well, ...more };
}

/** Puts down what calls of an account cost, as its connector does. @param costs millionths of a dollar, by days before today */
export async function charge(
  ownerUrl: string,
  account: { readonly id: string; readonly workspaceId: string },
  costs: Readonly<Record<number, number>>,
): Promise<void> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query(
      /* sql */ `
      insert into intake.accounts (id, workspace_id, channel, address, name, settings, credentials, connected_at)
      values ($1, $2, 'x', $3, '@nord', '{}', '', now()) on conflict do nothing`,
      [account.id, account.workspaceId, account.id],
    );
    for (const [daysAgo, microUsd] of Object.entries(costs)) {
      await client.query(
        /* sql */ `
        insert into intake.costs (account_id, day, kind, count, micro_usd)
        values ($1, (now() at time zone 'UTC')::date - $2::int, 'posts read', 1, $3)`,
        [account.id, daysAgo, microUsd],
      );
    }
  } finally {
    await client.end();
  }
}

/** A post that mentions us, in a conversation of its own. */
export function mention(
  person: string,
  id: string,
  at: Date,
  more: Readonly<Record<string, unknown>> = {},
): HeardEvent {
  return {
    ...message(id, person, at),
    visibility: 'public',
    threading: { threadKey: `${id}/${person}`, references: [] },
    permalink: `https://x.com/i/web/status/${id}`,
    ...more,
  };
}

/** A direct message. */
export function direct(person: string, id: string, at: Date, more: Readonly<Record<string, unknown>> = {}): HeardEvent {
  return {
    ...message(id, person, at),
    visibility: 'private',
    threading: { threadKey: `dm:${person}`, references: [] },
    permalink: `https://x.com/messages/${OUR_ID}-${person}`,
    ...more,
  };
}

/** A message that only the devices of the customer and of ours can decrypt. */
export function encrypted(person: string, id: string, at: Date): HeardEvent {
  return direct(person, id, at, { text: '', encrypted: true });
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
