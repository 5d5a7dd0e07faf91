import { Pool } from 'pg';
import { next, type Waiting } from '@app/triage';
import { ApiClient } from '../support/api-client';
import { built } from '../support/built';
import { freePort } from '../support/free-port';
import { ProductProcess, until } from '../support/product';
import { minutesAgo, PASSWORD, RunningApi, type Mail, type SeededWorkspace } from '../support/running-api';

const AGENTS = 20;
/** EVENHAND_PROOF=full plays it with as many as the promise names; that takes a minute or two on two cores. */
const WAITS = process.env['EVENHAND_PROOF'] === 'full' ? 2_000 : 300;
/** So many are there before anybody asks; the others arrive while twenty people ask. */
const WAITING_AT_FIRST = WAITS * 0.6;
const LIMIT_MS = 300_000;
const BATCH = 100;

let seeded: RunningApi;
let nord: SeededWorkspace;
let other: ProductProcess;
let owner: Pool;
let apis: string[];

beforeAll(async () => {
  await built();
  seeded = await RunningApi.start();
  nord = await seeded.workspace('Nord');
  owner = new Pool({ connectionString: seeded.ownerUrl, max: 4 });
  const port = await freePort();
  other = ProductProcess.start('api', {
    DATABASE_URL: seeded.ownerUrl,
    EVENHAND_DATA_DIR: seeded.settings['EVENHAND_DATA_DIR']!,
    EVENHAND_PORT: String(port),
  });
  await other.prints(/"msg":"listening"/);
  apis = [seeded.url, `http://127.0.0.1:${port}`];
});
afterAll(async () => {
  await other.stop();
  await owner.end();
  await seeded.stop();
});

/** Customers whose order of arrival has nothing to do with how long they have waited. */
function mails(): Mail[] {
  return Array.from({ length: WAITS }, (_, n) => ({
    from: `customer-${n}@c.example`,
    text: `question ${n}`,
    // 7 has no common divisor with their number: every age once, in no order
    at: minutesAgo(((n * 7) % WAITS) + 10),
  }));
}

interface Offered {
  readonly offer: {
    readonly entry: number;
    readonly wait: { readonly id: string };
    readonly conversation: {
      readonly id: string;
      readonly timeline: { readonly nodes: readonly { readonly id: string }[] };
    };
  } | null;
  readonly userErrors: readonly { readonly __typename: string; readonly message: string }[];
}

/** One agent: takes, ends what was given, takes again, until there is nobody left and nobody will come. */
async function work(agent: ApiClient, name: string, over: () => boolean, take: (offer: Given) => void): Promise<void> {
  for (let turn = 0; ; turn++) {
    const last = over();
    const { offerNext } = await agent.call<{ offerNext: Offered }>(
      'mutation ($key: String!) { offerNext(input: { clientMutationId: $key }) { offer { entry wait { id } conversation { id timeline(last: 1) { nodes { id } } } } userErrors { __typename message } } }',
      { key: `take ${turn}` },
    );
    const { offer, userErrors } = offerNext;
    if (!offer) {
      expect(userErrors.map(({ __typename }) => __typename)).toEqual(['NobodyWaitingError']);
      if (last) return;
      continue;
    }
    // on the answer's heels, on another connection: the entry must have been there before it
    const entry = await owner.query<{ kind: string; wait_id: string }>(
      'select kind, wait_id from record.entries where workspace_id = $1 and seq = $2',
      [nord.id, offer.entry],
    );
    expect(entry.rows).toEqual([{ kind: 'offer.made', wait_id: offer.wait.id }]);
    take({ waitId: offer.wait.id, agent: name });
    const variables = { id: offer.conversation.id, seen: offer.conversation.timeline.nodes[0]!.id, key: `end ${turn}` };
    const ended = await agent.call<{ end: { userErrors: unknown[] } }>(
      turn % 3 === 2
        ? 'mutation ($id: ID!, $seen: ID!, $key: String!) { end: noReplyNeeded(input: { conversationId: $id, reason: THANKS, seenUpTo: $seen, clientMutationId: $key }) { userErrors { message } } }'
        : 'mutation ($id: ID!, $seen: ID!, $key: String!) { end: messageSend(input: { conversationId: $id, text: "Done.", seenUpTo: $seen, clientMutationId: $key }) { userErrors { message } } }',
      variables,
    );
    expect(ended.end.userErrors).toEqual([]);
  }
}

interface Given {
  readonly waitId: string;
  readonly agent: string;
}

/** Goes through the record as anybody may, and says for each offer who was at the head at that moment. */
async function replay(): Promise<{ given: string; head: string | null }[]> {
  const { rows } = await owner.query<{
    seq: string;
    kind: string;
    wait: string;
    since: string;
    key: string;
    need: string;
  }>(
    `select seq, kind, wait_id as wait, fields->>'since' as since, fields->>'key' as key, fields->>'need' as need
       from record.entries where workspace_id = $1 order by seq`,
    [nord.id],
  );
  expect(rows.map(({ seq }) => Number(seq))).toEqual(rows.map((_, i) => i + 1));
  const queue = new Map<string, Waiting>();
  const offers: { given: string; head: string | null }[] = [];
  for (const { kind, wait, since, key, need } of rows) {
    if (kind === 'wait.opened' || kind === 'wait.moved') {
      const place = { waitingSinceMs: Number(since), keyMs: Number(key), need: need as Waiting['need'] };
      queue.set(wait, { id: wait, ...place, requires: [] });
    } else if (kind === 'offer.made') {
      offers.push({ given: wait, head: next(queue.values(), { skills: new Set(), declined: new Set() }) });
      queue.delete(wait);
    } else if (!['message.received', 'message.replied', 'offer.taken', 'wait.ended'].includes(kind)) {
      throw new Error(`an entry that nothing in this test makes: ${kind}`);
    }
  }
  return offers;
}

it(
  `gives ${WAITS} waits to ${AGENTS} agents who ask at once, each once and always the oldest, while mail goes on arriving`,
  async () => {
    const all = mails();
    const arrive = async (from: number, to: number): Promise<void> => {
      for (let n = from; n < to; n += BATCH) await nord.arrive(all.slice(n, Math.min(n + BATCH, to)));
    };
    const names = Array.from({ length: AGENTS }, (_, n) => `agent-${n}@nord.example`);
    for (const name of names) await nord.agent(name);
    await arrive(0, WAITING_AT_FIRST);
    const agents: ApiClient[] = [];
    for (const [n, name] of names.entries()) {
      const agent = new ApiClient(apis[n % apis.length]!);
      await agent.signIn(name, PASSWORD);
      agents.push(agent);
    }

    const given: Given[] = [];
    let arrived = false;
    const started = performance.now();
    await Promise.all([
      until('some of those who waited at first are served', () => given.length > WAITING_AT_FIRST / 4, LIMIT_MS)
        .then(() => arrive(WAITING_AT_FIRST, WAITS))
        .then(() => (arrived = true)),
      ...agents.map((agent, n) =>
        work(
          agent,
          names[n]!,
          () => arrived,
          (offer) => void given.push(offer),
        ),
      ),
    ]);
    const seconds = (performance.now() - started) / 1_000;
    console.log(
      `${given.length} offers made and ended in ${seconds.toFixed(1)} s by ${AGENTS} agents over 2 processes`,
    );

    expect(given).toHaveLength(WAITS);
    expect(new Set(given.map(({ waitId }) => waitId)).size).toBe(WAITS);
    expect(new Set(given.map(({ agent }) => agent)).size).toBe(AGENTS);
    const offers = await replay();
    expect(offers).toHaveLength(WAITS);
    expect(offers.filter(({ given: wait, head }) => wait !== head)).toEqual([]);
    const left = await owner.query(
      "select count(*)::int as n from inbox.waits where workspace_id = $1 and state <> 'ended'",
      [nord.id],
    );
    expect(left.rows).toEqual([{ n: 0 }]);
    // a deadlock that was repeated would be no fault, one that surfaced would have thrown above; neither is logged as one
    expect(other.output).not.toMatch(/"level":"error"/);
  },
  LIMIT_MS,
);
