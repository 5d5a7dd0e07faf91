import { Ids } from '@app/runtime';
import { eraseFromInbox } from '../erasure/erase-from-inbox';
import { readAccess } from '../people/access';
import { readConversations } from '../reads/conversation-facts';
import type { ReplyInput } from '../replies/replies';
import { TestPage } from '../testing/test-page';
import { minuteOf, TestInbox } from '../testing/test-workspace';

let inbox: TestInbox;
let page: TestPage;
let lea: string;
const key = () => new Ids().next();

beforeAll(async () => {
  inbox = await TestInbox.start(8);
});
afterAll(() => inbox.stop());
beforeEach(async () => {
  page = await TestPage.open(inbox);
  lea = await page.agent('Léa');
});

async function take(agentId = lea) {
  const given = await page.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: key() }));
  if ('error' in given) throw new Error(given.error);
  return given.offer;
}
/** Conversation and id of a message by its external id. */
async function find(external: string): Promise<{ conversationId: string; id: string }> {
  const [row] = await page.rows<{ conversationId: string; id: string }>(
    'select conversation_id as "conversationId", id from inbox.messages where account_id = $1 and external_id = $2',
    [page.accountId, external],
  );
  return row!;
}
/** An answer in the conversation of a message, by somebody who had the messages up to another on screen. */
async function answer(below: string, seen = below, more: Partial<ReplyInput> = {}) {
  const [{ conversationId }, { id }] = [await find(below), await find(seen)];
  const input = { agentId: lea, conversationId, text: 'x', attachmentIds: [], replyKind: 'answer' as const };
  const rest = { outsideWindow: true, seenUpTo: id, clientMutationId: key(), ...more };
  return page.api((tx) => inbox.replies.send(tx, { ...input, ...rest }));
}
async function answered(below: string, seen = below, more: Partial<ReplyInput> = {}): Promise<string> {
  const result = await answer(below, seen, more);
  if ('error' in result) throw new Error(result.error);
  return result.message.id;
}
/** Each open wait: its state, minutes since, and what waits in it. */
async function open(): Promise<unknown[]> {
  const rows = await page.rows<{ state: string; since: Date; what: string[] }>(
    /* sql */ `
    select w.state, w.waiting_since as since,
           (select array_agg(m.external_id order by m.at) from inbox.messages m join inbox.conversations c on c.id = m.conversation_id
             where m.wait_id = w.id and c.wait_id = w.id and m.direction = 'inbound' and m.covered_by is null and m.withdrawn_by is null) as what
      from inbox.waits w where w.workspace_id = $1 and w.state <> 'ended' order by w.waiting_since`,
    [page.id],
  );
  return rows.map(({ state, since, what }) => [state, (since.getTime() - Date.parse(minuteOf(0))) / 60_000, ...what]);
}
async function entries(kind: string): Promise<Record<string, unknown>[]> {
  const rows = await page.rows<{ fields: Record<string, unknown> }>(
    'select fields from record.entries where workspace_id = $1 and kind = $2 order by seq',
    [page.id, kind],
  );
  return rows.map(({ fields }) => fields);
}

describe('a customer who waits in public and in private', () => {
  it('waits once, since the earlier of both, and whoever takes it may open and answer both', async () => {
    await page.ingest([page.dm(2, 'ann', 'd1')]);
    await page.ingest([page.comment(1, 'ann', 'c1')]);
    expect(await open()).toEqual([['queued', 1, 'comment:c1', 'd1']]);
    const max = await page.agent('Max');
    const ids = [(await find('d1')).conversationId, (await find('comment:c1')).conversationId];
    const access = async (agentId: string) =>
      [...(await page.api((tx) => readAccess(tx, agentId, ids))).values()].map(({ offered }) => offered);
    expect(await access(max)).toEqual([false, false]);
    await take();
    expect(await access(lea)).toEqual([true, true]);
    expect(await access(max)).toEqual([false, false]);
    const facts = await page.api((tx) => readConversations(tx, lea, ids));
    expect(facts.map(({ matter, heldBy, offerId }) => [matter, heldBy, offerId !== null])).toEqual([
      [[ids[1]], lea, true],
      [[ids[0]], lea, true],
    ]);
    expect(await answer('d1', 'd1', { agentId: max })).toEqual({ error: 'not-held' });
    await answered('d1', 'comment:c1');
    expect(await open()).toEqual([]);
  });

  it('waits once whichever came first, and each customer by themselves', async () => {
    await page.ingest([page.dm(2, 'ann', 'd1'), page.dm(3, 'bob', 'd2')]);
    await page.ingest([page.comment(4, 'bob', 'x1')]);
    await page.ingest([page.comment(1, 'ann', 'c1')]);
    expect(await open()).toEqual([
      ['queued', 1, 'comment:c1', 'd1'],
      ['queued', 3, 'd2', 'comment:x1'],
    ]);
    expect(await entries('wait.joined')).toEqual([]);
    expect(await entries('wait.opened')).toHaveLength(2);
  });

  it('keeps two matters where two public threads wait, or a mail more', async () => {
    await page.ingest([page.comment(1, 'ann', 'c1'), page.comment(2, 'ann', 'c2'), page.dm(3, 'ann', 'd1')]);
    expect(await open()).toEqual([
      ['queued', 1, 'comment:c1'],
      ['queued', 2, 'comment:c2', 'd1'],
    ]);
    const ws = await inbox.workspace();
    await ws.ingest([ws.mail(1, 'ann@x.org'), ws.mail(2, 'ann@x.org')]);
    const waits = await ws.rows('select count(*) as n from inbox.waits where workspace_id = $1', [ws.id]);
    expect(waits).toEqual([{ n: 2 }]);
  });
});

describe('an answer in one of the two conversations of a matter', () => {
  it('covers in the other what had arrived before the newest its writer saw, and nothing newer', async () => {
    await page.ingest([page.comment(1, 'ann', 'c1')]);
    await page.ingest([page.dm(2, 'ann', 'd1')]);
    await take();
    await page.ingest([page.comment(3, 'ann', 'c2', 'c1')]);
    await answered('d1');
    expect(await open()).toEqual([['taken', 3, 'comment:c2']]);
  });

  it('covers nothing there that came while it was written, also where a holding reply of ours is the newest on screen', async () => {
    await page.ingest([page.dm(2, 'ann', 'd1')]);
    await take();
    const holding = await answered('d1', 'd1', { replyKind: 'holding' });
    await page.ingest([page.comment(3, 'ann', 'c1')]);
    const again = await answered('d1', 'd1', { replyKind: 'holding', sendAnyway: true });
    expect(again).not.toBe(holding);
    const { conversationId } = await find('d1');
    const input = { agentId: lea, conversationId, text: 'x', attachmentIds: [], replyKind: 'answer' as const };
    await page.api((tx) =>
      inbox.replies.send(tx, { ...input, outsideWindow: true, seenUpTo: again, clientMutationId: key() }),
    );
    expect(await open()).toEqual([['taken', 3, 'comment:c1']]);
  });

  it('uncovers both when it fails, at the old place, and covers both again when it is tried once more', async () => {
    await page.ingest([page.comment(1, 'ann', 'c1')]);
    await page.ingest([page.dm(2, 'ann', 'd1')]);
    await take();
    const id = await answered('d1');
    expect(await open()).toEqual([]);
    await page.ingest([page.sendNews(id, 'failed')]);
    expect(await open()).toEqual([['queued', 1, 'comment:c1', 'd1']]);
    expect(await entries('wait.opened')).toHaveLength(1);
    await page.api((tx) => inbox.replies.retry(tx, { agentId: lea, messageId: id }));
    expect(await open()).toEqual([]);
  });

  it('given elsewhere answers only where it stands: nobody knows what else its writer had seen', async () => {
    await page.ingest([page.comment(1, 'ann', 'c1'), page.dm(2, 'ann', 'd1')]);
    await page.ingest([page.answer(3, 'ann', 'a1')]);
    expect(await open()).toEqual([['queued', 1, 'comment:c1']]);
    await page.ingest([page.ownComment(4, 'o1', 'c1')]);
    expect(await open()).toEqual([]);
  });

  it('leaves what is in hand in the conversation that still waits', async () => {
    await page.ingest([page.comment(1, 'ann', 'c1'), page.dm(2, 'ann', 'd1')]);
    const { conversationId } = await take();
    const elsewhere = conversationId === (await find('d1')).conversationId;
    await page.ingest([elsewhere ? page.answer(3, 'ann', 'a1') : page.ownComment(3, 'o1', 'c1')]);
    const left = elsewhere ? 'comment:c1' : 'd1';
    const offers = await page.rows('select conversation_id as id, state from inbox.offers where workspace_id = $1', [
      page.id,
    ]);
    expect(offers).toEqual([{ id: (await find(left)).conversationId, state: 'open' }]);
    await answered(left);
    expect(await open()).toEqual([]);
  });
});

describe('two waits that meet in hands', () => {
  /** Somebody who is two customers here, until the platform says otherwise; each in somebody's hands. */
  async function held(): Promise<{ max: string; first: string; second: string }> {
    const max = await page.agent('Max');
    await page.ingest([page.comment(1, 'ann', 'c1')]);
    await page.ingest([page.dm(2, '9001', 'd1')]);
    const first = (await take(max)).id;
    inbox.clock.advance(1_000);
    const second = (await take(lea)).id;
    return { max, first, second };
  }

  it('stay with whoever was given the first; the other is told that theirs went back', async () => {
    const { max, first, second } = await held();
    await page.ingest([page.person(3, 'ann', { alsoKnownAs: '9001' })]);
    expect(await open()).toEqual([['offered', 1, 'comment:c1', 'd1']]);
    const offers = await page.rows('select id, state from inbox.offers where workspace_id = $1 order by offered_at', [
      page.id,
    ]);
    expect(offers).toEqual([
      { id: first, state: 'open' },
      { id: second, state: 'returned' },
    ]);
    const told = await page.rows(
      `select count(*) as n from inbox.changes where workspace_id = $1 and kind = 'offer' and id = $2 and agent_id = $3`,
      [page.id, second, lea],
    );
    expect(told).toEqual([{ n: 2 }]);
    expect(await entries('wait.joined')).toEqual([expect.objectContaining({ offer: second, agent: lea })]);
    await answered('d1', 'd1', { agentId: max });
    expect(await open()).toEqual([]);
  });

  it('stay with the one who has one of them in hand, whichever waits longer', async () => {
    await page.ingest([page.comment(1, 'ann', 'c1'), page.dm(2, '9001', 'd1')]);
    const max = await page.agent('Max');
    const { id } = await take(max);
    const other = await take();
    await page.api((tx) => inbox.queue.decline(tx, { agentId: max, offerId: id, reason: 'leaving' }));
    await page.ingest([page.person(3, 'ann', { alsoKnownAs: '9001' })]);
    expect(await open()).toEqual([['offered', 1, 'comment:c1', 'd1']]);
    const facts = await page.rows(
      'select offer_count as offers, decline_count as declines from inbox.waits where workspace_id = $1',
      [page.id],
    );
    expect(facts).toEqual([{ offers: 2, declines: 1 }]);
    await page.api((tx) => inbox.queue.decline(tx, { agentId: lea, offerId: other.id, reason: 'leaving' }));
    expect(await open()).toEqual([['queued', 1, 'comment:c1', 'd1']]);
  });
});

describe('what people decide about a matter', () => {
  beforeEach(async () => {
    await page.ingest([page.comment(1, 'ann', 'c1'), page.dm(2, 'ann', 'd1')]);
  });

  it('dismissed, ends it in both conversations, and undone, brings both back to the old place', async () => {
    const { waitId } = await take();
    const done = await page.api((tx) => inbox.waits.dismiss(tx, { agentId: lea, waitId, reason: 'thanks' }));
    expect(done).toMatchObject({ wait: { endKind: 'dismissed' } });
    expect(await open()).toEqual([]);
    await page.ingest([page.comment(5, 'ann', 'c2')]);
    await page.api((tx) => inbox.waits.undoDismiss(tx, { agentId: lea, waitId }));
    expect(await open()).toEqual([
      ['taken', 1, 'comment:c1', 'd1'],
      ['queued', 5, 'comment:c2'],
    ]);
  });

  it('dismissed and undone after they wrote again in one of the two, waits together from the earlier time', async () => {
    const { waitId } = await take();
    await page.api((tx) => inbox.waits.dismiss(tx, { agentId: lea, waitId, reason: 'thanks' }));
    await page.ingest([page.dm(5, 'ann', 'd2')]);
    await page.api((tx) => inbox.waits.undoDismiss(tx, { agentId: lea, waitId }));
    expect(await open()).toEqual([['queued', 1, 'comment:c1', 'd1', 'd2']]);
  });

  it('given back, or left until the lease is over, stands where it stood, whole', async () => {
    const { id } = await take();
    await page.api((tx) => inbox.queue.decline(tx, { agentId: lea, offerId: id, reason: 'leaving' }));
    expect(await open()).toEqual([['queued', 1, 'comment:c1', 'd1']]);
    await take(await page.agent('Max'));
    inbox.clock.advance(31 * 60_000);
    await page.triage((tx) => inbox.queue.expireLeases(tx));
    expect(await open()).toEqual([['queued', 1, 'comment:c1', 'd1']]);
  });

  it('goes on in the conversation that is left when what waits in the other is taken back', async () => {
    await page.ingest([page.change(3, 'comment:c1', { type: 'withdrawn', by: 'author' })]);
    expect(await open()).toEqual([['queued', 2, 'd1']]);
    await page.ingest([page.change(4, 'd1', { type: 'withdrawn', by: 'author' })]);
    expect(await open()).toEqual([]);
    expect(await entries('wait.ended')).toEqual([expect.objectContaining({ how: 'withdrawn' })]);
  });
});

it('stands whole at the end however many answer, write and look at the same time', async () => {
  const people = Array.from({ length: 8 }, (_, i) => `person${i}`);
  const writing = people.flatMap((person, i) => [
    page.ingest([page.dm(10 + i, person, `${person}/d`)]),
    page.ingest([page.comment(30 + i, person, `${person}/c`)]),
  ]);
  const agents = await Promise.all(['a', 'b', 'c'].map((name) => page.agent(name)));
  const working = agents.map(async (agentId) => {
    for (let round = 0; round < 12; round++) {
      const given = await page.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: key() }));
      if ('error' in given) continue;
      const { conversationId } = given.offer;
      const [seen] = await page.rows<{ id: string }>(
        'select id from inbox.messages where conversation_id = $1 order by number desc limit 1',
        [conversationId],
      );
      const input = { agentId, conversationId, text: 'x', attachmentIds: [], replyKind: 'answer' as const };
      await page.api((tx) =>
        inbox.replies.send(tx, { ...input, outsideWindow: true, seenUpTo: seen!.id, clientMutationId: key() }),
      );
    }
  });
  await Promise.all([...writing, ...working]);
  const wrong = await page.rows(
    /* sql */ `
    select m.external_id from inbox.messages m join inbox.conversations c on c.id = m.conversation_id
     where m.workspace_id = $1 and m.direction = 'inbound' and (
       (m.covered_by is null and (c.wait_id is null or m.wait_id is distinct from c.wait_id))
       or (m.covered_by is not null and not exists (
            select 1 from inbox.messages a join inbox.messages s on s.id = a.seen_up_to where a.id = m.covered_by and s.number >= m.number)))
    union all
    select w.id::text from inbox.waits w where w.workspace_id = $1 and w.state <> 'ended' and w.waiting_since is distinct from
      (select min(m.at) from inbox.messages m where m.wait_id = w.id and m.direction = 'inbound' and m.covered_by is null)
    union all
    select i.value from inbox.identities i join inbox.conversations c on c.customer_id = i.customer_id
     where i.workspace_id = $1 and c.wait_id is not null group by i.value having count(distinct c.wait_id) > 1`,
    [page.id],
  );
  expect(wrong).toEqual([]);
});

it('goes on with who is left when one of two customers whom the platform says to be one is erased', async () => {
  await page.ingest([page.comment(1, 'ann', 'c1'), page.dm(2, '9001', 'd1')]);
  await page.ingest([page.person(3, 'ann', { alsoKnownAs: '9001' })]);
  await take();
  const [ann] = await page.rows<{ id: string }>(
    `select customer_id as id from inbox.identities where workspace_id = $1 and value = 'ann'`,
    [page.id],
  );
  const left = await find('d1');
  const { entries: written } = await page.triage((tx) => eraseFromInbox(tx, ann!.id));
  expect(written.map(({ kind }) => kind)).toEqual(['wait.moved']);
  expect(await open()).toEqual([['offered', 2, 'd1']]);
  expect(await page.rows('select conversation_id as id from inbox.offers where workspace_id = $1', [page.id])).toEqual([
    { id: left.conversationId },
  ]);
});
