import { mailVariations, type VariedMail } from '../../apps/connector-email/src/fixtures/shapes';
import type { InstalledProduct } from './installed-product';
import type { MailServer } from './mail-server';
import { until } from './product';

/** The mailbox into which the mails of a proof arrive. */
export const INBOX_OF_PROOF = 'support@example.test';

/** What stands first in these is taken for headers once a server has put its own before it: no marker can be seen in them. */
const WITHOUT_HEADERS = new Set(['text alone, no header at all', 'random bytes']);

/** How much has been stored of what arrived; rejects while the database is away. */
export async function deliveriesStored(product: InstalledProduct): Promise<number> {
  const [row] = await product.query<{ n: number }>('select count(*)::int as n from intake.deliveries');
  return row!.n;
}

/** The mails of a proof: all shapes there are, then the repeatable ones again and again. */
export function mailsOfProof(count: number, seed: number): VariedMail[] {
  return [...mailVariations(count, seed)];
}

/**
 * The mails one after the other, never more than `ahead` before what has been stored: so every kill has work to hit.
 */
export async function* inStep(
  mails: readonly VariedMail[],
  ahead: number,
  stored: () => Promise<number>,
): AsyncGenerator<Buffer> {
  let known = 0;
  for (const [index, { raw }] of mails.entries()) {
    while (index - known >= ahead) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      known = await stored().catch(() => known);
    }
    yield raw;
  }
}

/**
 * Waits until everything on the server has been read and told to the inbox. @throws with how far it came.
 */
export async function everythingIn(product: InstalledProduct, server: MailServer, timeoutMs: number): Promise<void> {
  let seen = 'nothing could be asked';
  await until(
    'all mails are read and ingested',
    async () => {
      const { uidNext } = await server.status(INBOX_OF_PROOF);
      const [row] = await product.query<{ next: number; open: number; read: number; status: string }>(
        `select coalesce((select (cursor->>'nextUid')::int from intake.cursors where stream = 'INBOX'), 0) as next,
                (select count(*)::int from intake.events where ingested_at is null) as open,
                (select count(*)::int from intake.deliveries) as read,
                (select status from inbox.accounts where address = $1) as status`,
        [INBOX_OF_PROOF],
      );
      seen = `the cursor stands at ${row!.next} of ${uidNext}, ${row!.read} are stored, ${row!.open} not ingested, ${row!.status}`;
      return row!.next >= uidNext && row!.open === 0 && row!.status === 'connected' && (await product.ready());
    },
    timeoutMs,
  ).catch((error: Error) => {
    throw new Error(`${error.message}; ${seen}\n${product.output.slice(-5_000)}`);
  });
}

/** What is wrong after all mails have arrived, in words; nothing when nothing was lost and nothing doubled. */
export async function faultsOfArrival(
  product: InstalledProduct,
  server: MailServer,
  mails: readonly VariedMail[],
): Promise<string[]> {
  const faults: string[] = [];
  const expect = (what: string, got: unknown, wanted: unknown): void => {
    if (got !== wanted) faults.push(`${what}: ${String(got)} instead of ${String(wanted)}`);
  };

  const messages = await product.query<{ subject: string | null; text: string; class: string; problems: string[] }>(
    `select subject, text, class, problems from inbox.messages where direction = 'inbound'`,
  );
  expect('messages', messages.length, mails.length);
  const marked = mails.filter(({ id, shape }) => id !== '' && !WITHOUT_HEADERS.has(shape));
  const rows = new Map<string, typeof messages>();
  const marker = /v\d+-\d{6}/g;
  for (const message of messages) {
    const found = new Set(`${message.subject ?? ''}\n${message.text}`.match(marker) ?? []);
    for (const id of found) rows.set(id, [...(rows.get(id) ?? []), message]);
  }
  for (const { id, shape, expect: facts } of marked) {
    const found = rows.get(id) ?? [];
    if (found.length !== 1) faults.push(`${id} (${shape}) is there ${found.length} times`);
    else if (found[0]!.class !== (facts.class ?? 'ordinary'))
      faults.push(`${id} (${shape}) is taken for ${found[0]!.class}`);
  }
  expect('messages without a marker', messages.length - rows.size, mails.length - marked.length);

  const { uidNext, uidValidity } = await server.status(INBOX_OF_PROOF);
  const [cursor] = await product.query<{ next: number; validity: string }>(
    `select (cursor->>'nextUid')::int as next, cursor->>'uidValidity' as validity from intake.cursors where stream = 'INBOX'`,
  );
  expect('cursor', cursor!.next, uidNext);
  expect('UIDVALIDITY of the cursor', cursor!.validity, uidValidity);

  const [left] = await product.query<{ events: number; dead: number; jobs: number; unserved: number; double: number }>(
    `select (select count(*)::int from intake.events where ingested_at is null) as events,
            (select count(*)::int from jobs.jobs where dead_at is not null) as dead,
            (select count(*)::int from jobs.jobs where dead_at is null) as jobs,
            (select count(*)::int from inbox.messages m join inbox.conversations c on c.id = m.conversation_id
               left join inbox.waits w on w.id = c.wait_id
              where m.direction = 'inbound' and m.class = 'ordinary' and m.covered_by is null
                and (w.id is null or w.state = 'ended')) as unserved,
            (select count(*)::int from (select wait_id from inbox.conversations c join inbox.waits w on w.id = c.wait_id
              where w.state <> 'ended' group by wait_id having bool_and(not exists (
                select 1 from inbox.messages m where m.conversation_id = c.id and m.class = 'ordinary'))) x) as double`,
  );
  expect('events not ingested', left!.events, 0);
  expect('dead jobs', left!.dead, 0);
  expect('jobs left', left!.jobs, 0);
  expect('people who wrote and do not wait', left!.unserved, 0);
  expect('waits of automatic mail', left!.double, 0);

  const shown = await product.api.call<{
    queue: { waiting: number };
    accounts: { nodes: { address: string; status: string; intake: { unreadable: number; toProcess: number } }[] };
  }>('{ queue { waiting } accounts { nodes { address status intake { unreadable toProcess } } } }');
  const [waits] = await product.query<{ n: number }>(
    `select count(*)::int as n from inbox.waits where state = 'queued'`,
  );
  expect('people waiting as the page shows it', shown.queue.waiting, waits!.n);
  const account = shown.accounts.nodes.find(({ address }) => address === INBOX_OF_PROOF);
  expect('state of the mailbox on the page', account?.status, 'CONNECTED');
  expect('deliveries to process on the page', account?.intake.toProcess, 0);
  return faults;
}
