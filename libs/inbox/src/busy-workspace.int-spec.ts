import { Ids } from '@app/runtime';
import type { InboundEvent, SendEvent } from '@app/channel';
import { TestPage } from './testing/test-page';
import { TestInbox, type TestWorkspace } from './testing/test-workspace';

let inbox: TestInbox;
let ws: TestWorkspace;
beforeAll(async () => {
  inbox = await TestInbox.start(10);
});
afterAll(() => inbox.stop());

const key = () => new Ids().next();
/** The same numbers on every run. */
let seed = 20_260_105;
function random(below: number): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((seed / 2_147_483_648) * below);
}

const CUSTOMERS = 60;
const ROUNDS = 40;
let minute = 0;

/** What one of the customers does, or a colleague for them. */
type Happening = (customer: number) => InboundEvent;

/** Mail: newcomers, chasers, answers from elsewhere. */
const mail: Happening = (customer) => {
  const [at, first] = [++minute, `c${customer}@x.org/first`];
  if (random(10) === 0) return ws.elsewhere(at, `c${customer}@x.org`, { refs: [first] });
  return ws.mail(at, `c${customer}@x.org`, { refs: [first] });
};

/** A page: the same people in private and in public, some of whom take back what they wrote. */
function onPage(page: TestPage): Happening {
  const names = new Map<number, string[]>();
  return (customer) => {
    const [at, person] = [++minute, `c${customer}`];
    const theirs = names.get(customer) ?? names.set(customer, []).get(customer)!;
    const wrote = (name: string, event: InboundEvent): InboundEvent => {
      theirs.push(name);
      return event;
    };
    switch (random(10)) {
      case 0:
        return page.answer(at, person, `a${at}`);
      case 1:
        return page.change(at, theirs[random(theirs.length)] ?? 'never', { type: 'withdrawn', by: 'author' });
      case 2:
      case 3:
      case 4:
        return wrote(
          `comment:q${at}`,
          page.comment(at, person, `q${at}`, random(3) === 0 ? undefined : `root${random(2)}`),
        );
      default:
        return wrote(`d${at}`, page.dm(at, person, `d${at}`));
    }
  };
}

/** What happens, and news that a reply did or did not go out. */
async function arrives(happening: Happening): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const batch = Array.from({ length: 10 }, () => happening(random(CUSTOMERS)));
    const sent = await ws.rows<{ id: string }>(
      `select id from inbox.messages where workspace_id = $1 and send_state = 'queued' order by number limit 5`,
      [ws.id],
    );
    const news = ({ id }: { id: string }): SendEvent => ws.sendNews(id, random(3) === 0 ? 'failed' : 'sent');
    await ws.ingest([...batch, ...sent.map(news)]);
  }
}

async function agentWorks(name: string): Promise<void> {
  const agentId = await ws.agent(name, 3);
  for (let round = 0; round < ROUNDS; round++) {
    const next = await ws.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: key() }));
    const offers = 'offer' in next ? [next.offer] : next.error === 'at-capacity' ? next.offers : [];
    for (const offer of offers) await finish(agentId, offer.id, offer.waitId, offer.conversationId);
  }
}

async function finish(agentId: string, offerId: string, waitId: string, conversationId: string): Promise<void> {
  switch (random(6)) {
    case 0:
      await ws.api((tx) => inbox.queue.decline(tx, { agentId, offerId, reason: 'leaving' }));
      return;
    case 1:
      await ws.api((tx) => inbox.waits.dismiss(tx, { agentId, waitId, reason: 'thanks' }));
      if (random(2) === 0) await ws.api((tx) => inbox.waits.undoDismiss(tx, { agentId, waitId }));
      return;
    case 2:
      await ws.api((tx) =>
        inbox.drafts.save(tx, { agentId, conversationId, text: 'x', attachmentIds: [], revision: Date.now() }),
      );
      return;
    default: {
      const [seen] = await ws.rows<{ id: string }>(
        'select id from inbox.messages where conversation_id = $1 order by number desc limit 1',
        [conversationId],
      );
      const replyKind = random(4) === 0 ? ('holding' as const) : ('answer' as const);
      const reply = { agentId, conversationId, text: 'x', attachmentIds: [], replyKind, clientMutationId: key() };
      await ws.api((tx) =>
        inbox.replies.send(tx, { ...reply, outsideWindow: true, seenUpTo: seen!.id, sendAnyway: random(2) === 0 }),
      );
    }
  }
}

async function timePasses(until: Promise<unknown>): Promise<void> {
  let over = false;
  void until.finally(() => (over = true));
  while (!over) {
    inbox.clock.advance(5 * 60_000);
    await ws.triage((tx) => inbox.queue.expireLeases(tx));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Wrong rows, by the rule they break. */
const RULES: Readonly<Record<string, string>> = {
  'a message that nothing covers belongs to the open wait of its conversation': `
    select m.id from inbox.messages m join inbox.conversations c on c.id = m.conversation_id
     where m.workspace_id = $1 and m.direction = 'inbound' and m.class = 'ordinary' and m.covered_by is null and m.withdrawn_by is null
       and (c.wait_id is null or m.wait_id is distinct from c.wait_id)`,
  'an open wait waits since its earliest message that nothing covers': `
    select w.id from inbox.waits w where w.workspace_id = $1 and w.state <> 'ended' and w.waiting_since is distinct from
      (select min(m.at) from inbox.messages m where m.wait_id = w.id and m.direction = 'inbound' and m.covered_by is null
          and (m.withdrawn_by is null or m.at = w.waiting_since))`,
  'a wait stands in one conversation, or in a private and a public one of its customer': `
    select c.wait_id from inbox.conversations c where c.workspace_id = $1 and c.wait_id is not null group by 1
    having count(*) > 2 or (count(*) = 2 and count(distinct c.visibility) < 2) or count(distinct c.customer_id) > 1`,
  'nobody waits in private and in public for two turns, where one of each is free': `
    select p.id from inbox.conversations p join inbox.conversations q on q.customer_id = p.customer_id and q.wait_id <> p.wait_id
     where p.workspace_id = $1 and p.visibility = 'private' and q.visibility = 'public'
       and not exists (select 1 from inbox.conversations o where o.wait_id = p.wait_id and o.id <> p.id)`,
  'what is in hand stands where its customer waits': `
    select o.id from inbox.offers o where o.workspace_id = $1 and o.state in ('open', 'taken')
       and not exists (select 1 from inbox.conversations c where c.id = o.conversation_id and c.wait_id = o.wait_id)`,
  'an answer covers nothing that its writer cannot have seen': `
    select m.id from inbox.messages m join inbox.messages a on a.id = m.covered_by join inbox.messages s on s.id = a.seen_up_to
     where m.workspace_id = $1 and a.origin = 'evenhand' and s.number < m.number`,
  'a wait that is over has no conversation and no offer in hand': `
    select w.id from inbox.waits w where w.workspace_id = $1 and w.state = 'ended'
       and (exists (select 1 from inbox.conversations c where c.wait_id = w.id)
         or exists (select 1 from inbox.offers o where o.wait_id = w.id and o.state in ('open', 'taken')))`,
  'a wait is offered or taken exactly when somebody has its offer': `
    select w.id from inbox.waits w where w.workspace_id = $1 and w.state <> 'ended' and (w.state <> 'queued') is distinct from
      exists (select 1 from inbox.offers o where o.wait_id = w.id and o.state = case w.state when 'offered' then 'open' else 'taken' end)`,
  'an offer has its entry in the record': `
    select o.id from inbox.offers o where o.workspace_id = $1 and not exists (
      select 1 from record.entries e where e.workspace_id = $1 and e.seq = o.entry and e.kind = 'offer.made'
         and e.fields->>'offer' = o.id::text)`,
  'nobody is offered a wait they gave back': `
    select o.id from inbox.offers o join inbox.offers d on d.wait_id = o.wait_id and d.agent_id = o.agent_id
     where o.workspace_id = $1 and d.state = 'declined' and o.entry > d.entry
       and not exists (select 1 from record.entries j where j.workspace_id = $1 and j.kind = 'wait.joined' and j.seq > o.entry
                          and j.fields->>'into' = o.wait_id::text)`,
};

/** The queue as the record alone tells it: replay of its entries in order. */
async function replay(): Promise<Map<string, number>> {
  const entries = await ws.rows<{ kind: string; wait: string; fields: { key: number; how?: string; into?: string } }>(
    'select kind, wait_id as wait, fields from record.entries where workspace_id = $1 and wait_id is not null order by seq',
    [ws.id],
  );
  const open = new Map<string, number>();
  for (const { kind, wait, fields } of entries) {
    if (kind === 'wait.opened' || kind === 'wait.moved' || kind === 'wait.reopened') open.set(wait, fields.key);
    else if (kind === 'wait.ended' || kind === 'wait.joined') open.delete(wait);
    else if (kind === 'offer.made' && open.get(wait) !== fields.key)
      throw new Error(`offer of ${wait} with another key`);
  }
  return open;
}

async function keepsEveryRule(happening: Happening): Promise<void> {
  const deadlocks = async () =>
    (await ws.rows<{ n: number }>('select deadlocks as n from pg_stat_database where datname = current_database()'))[0]!
      .n;
  const agents = Array.from({ length: 8 }, (_, i) => agentWorks(`agent${i}`));
  const work = Promise.all([arrives(happening), ...agents]);
  await Promise.all([work, timePasses(work)]);
  for (const [rule, sql] of Object.entries(RULES)) expect([rule, await ws.rows(sql, [ws.id])]).toEqual([rule, []]);
  const open = await ws.rows<{ id: string; key: number }>(
    `select id, key_ms as key from inbox.waits where workspace_id = $1 and state <> 'ended'`,
    [ws.id],
  );
  expect(await replay()).toEqual(new Map(open.map(({ id, key: place }) => [id, place])));
  expect(await deadlocks()).toBe(0);
}

it('keeps every rule while mail arrives, eight agents work, sends fail, leases run out, all at once', async () => {
  ws = await inbox.workspace();
  await ws.ingest(
    Array.from({ length: CUSTOMERS }, (_, i) => ws.mail(++minute, `c${i}@x.org`, { externalId: `c${i}@x.org/first` })),
  );
  await keepsEveryRule(mail);
}, 180_000);

it('keeps every rule where the same people write in private and in public', async () => {
  const page = await TestPage.open(inbox);
  ws = page;
  await ws.ingest(Array.from({ length: CUSTOMERS }, (_, i) => page.dm(++minute, `c${i}`, `first${i}`)));
  await keepsEveryRule(onPage(page));
  const joined = await ws.rows(`select 1 from record.entries where workspace_id = $1 and kind = 'wait.joined'`, [
    ws.id,
  ]);
  expect(joined.length).toBeGreaterThan(0);
}, 180_000);
