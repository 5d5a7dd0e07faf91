import { randomUUID } from 'node:crypto';
import { MessengerProof } from '../support/messenger-proof';
import { bodyOf, deliver, ToldCustomer } from '../support/messenger-webhook';

/*
 * Two worlds that differ in nothing but how famous the customers are. Seen red: followers that put a message
 * earlier; a badge in its text.
 */

const MINUTE = 60_000;
const CUSTOMERS = 6;
/** As the platform, or anybody who speaks in its name, might tell of fame; where it stands beside what else is told. */
const FAME = [
  { follower_count: 12_000_000, is_verified_user: true },
  { followers_count: 1, verified: false, verified_type: 'none' },
  { followers_count: 900_000, verified: true, verified_type: 'government' },
];

/** What one world shows of itself. */
interface Shown {
  /** Whom the queue gives out, in its order, as the page gets it. */
  readonly offers: string[];
  /** What is written of it for everybody to check. */
  readonly record: string[];
  /** What order is made of. */
  readonly waits: string[];
}

const worlds: MessengerProof[] = [];
afterAll(() => Promise.all(worlds.map((world) => world.stop())));

it('gives out, shows and records the same, whoever the customers are', async () => {
  const at = Math.floor(Date.now() / 1_000) * 1_000 - 30 * MINUTE;
  const [plain, famous] = [await world(at, false), await world(at, true)];

  expect(plain.offers).toHaveLength(CUSTOMERS + 1);
  expect(plain.record.length).toBeGreaterThan(CUSTOMERS);
  expect(famous).toEqual(plain);
}, 120_000);

async function world(at: number, withFame: boolean): Promise<Shown> {
  // the same seed gives the same ids
  const proof = await MessengerProof.start({ simulator: { seed: 7 } });
  worlds.push(proof);
  const { pageId } = proof.page;
  for (let n = 0; n < CUSTOMERS; n++) {
    const who = new ToldCustomer(`44000000000${n}`, pageId);
    // whoever is most famous wrote last
    const fame = withFame ? { ...FAME[n % FAME.length], followers_count: 10 ** n } : {};
    const written = who.message(`m_fame_${n}`, at + n * MINUTE, `Where is order ${n}?`, fame) as { sender: object };
    const update = { ...written, sender: { ...written.sender, ...fame }, ...fame };
    expect(await deliver(proof, bodyOf(pageId, [update]))).toBe(200);
    // one by one, so that each is a step of its own in the record
    await proof.everythingIn();
  }
  const author = { id: '4411111', name: 'Ada L.', ...(withFame ? FAME[2] : {}) };
  const comment = { item: 'comment', verb: 'add', comment_id: '1_2', post_id: `${pageId}_1`, parent_id: `${pageId}_1` };
  const value = { ...comment, from: author, message: 'And mine?', created_time: at / 1_000 + 900 };
  expect(await deliver(proof, bodyOf(pageId, [{ field: 'feed', value }], 'changes'))).toBe(200);
  await proof.everythingIn();
  return { waits: await waits(proof), offers: await offers(proof), record: await record(proof) };
}

async function offers(proof: MessengerProof): Promise<string[]> {
  const shown: string[] = [];
  while (shown.length <= CUSTOMERS) {
    const { offerNext } = await proof.product.api.call<{ offerNext: { offer: object | null } }>(
      `mutation ($key: String!) { offerNext(input: { clientMutationId: $key }) { offer { conversation {
         reference channel visibility subject language
         timeline(last: 10) { nodes { __typename ... on Message {
           actor { __typename } kind text html createdAt direction visibility origin problems reactions newSender version
           attachments { id } } } } } } } }`,
      { key: randomUUID() },
    );
    if (offerNext.offer === null) break;
    shown.push(JSON.stringify(offerNext.offer));
  }
  return shown;
}

async function record(proof: MessengerProof): Promise<string[]> {
  const rows = await proof.product.query<{ kind: string; fields: object }>(
    'select kind, fields from record.entries order by seq',
  );
  return neutral(rows.map((row) => JSON.stringify(row)));
}

async function waits(proof: MessengerProof): Promise<string[]> {
  const rows = await proof.product.query(
    `select channel, waiting_since, key_ms, need, requires, language, state from inbox.waits order by waiting_since, key_ms`,
  );
  return rows.map((row) => JSON.stringify(row));
}

/** Ids by their first appearance, commitments as such, and times of now as such: these differ between any two worlds. */
function neutral(lines: readonly string[]): string[] {
  const ids = new Map<string, string>();
  const now = Date.now() - 10 * MINUTE;
  return lines.map((line) =>
    line
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
        if (!ids.has(id)) ids.set(id, `<id ${ids.size + 1}>`);
        return ids.get(id)!;
      })
      .replace(/\b[0-9a-f]{64}\b/g, '<commitment>')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) => (Date.parse(time) > now ? '<now>' : time)),
  );
}
