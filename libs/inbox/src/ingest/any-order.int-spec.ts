import type { InboundEvent } from '@app/channel';
import * as fc from 'fast-check';
import { TestInbox, type TestWorkspace } from '../testing/test-workspace';

let inbox: TestInbox;
beforeAll(async () => {
  inbox = await TestInbox.start();
});
afterAll(() => inbox.stop());

/** One mail of a thread: who writes, what it answers, and how well its program says so. */
interface Step {
  readonly by: 'customer' | 'colleague' | 'stranger' | 'robot';
  /** Which earlier mail of the thread it answers. */
  readonly parent: number;
  readonly says: 'parent' | 'chain' | 'nothing';
  readonly subject: 'same' | 'other';
}
const step: fc.Arbitrary<Step> = fc.record({
  by: fc.constantFrom('customer', 'customer', 'customer', 'colleague', 'stranger', 'robot'),
  parent: fc.nat(20),
  says: fc.constantFrom('parent', 'parent', 'chain', 'nothing'),
  subject: fc.constantFrom('same', 'same', 'same', 'other'),
});
const scripts = fc.array(fc.array(step, { minLength: 1, maxLength: 7 }), { minLength: 1, maxLength: 3 });

/** The mails of some threads, as programs write them: everybody of a thread is on every mail of it. */
function write(ws: TestWorkspace, threads: readonly (readonly Step[])[]): InboundEvent[] {
  return threads.flatMap((steps, t) => {
    const customer = `customer${t}@x.org`;
    const names: string[] = [];
    return steps.map((each, i) => {
      const minute = t * 3 + i * 10;
      const parent = names[each.parent % Math.max(1, names.length)];
      const refs =
        parent === undefined || each.says === 'nothing'
          ? {}
          : each.says === 'parent'
            ? { refs: [parent] }
            : { refs: [parent], recycled: names.filter((name) => name !== parent) };
      const subject = each.subject === 'same' ? `Thread ${t}` : `Other ${t}.${i}`;
      const name = `t${t}/m${i}`;
      names.push(name);
      const more = { ...refs, externalId: name, subject };
      if (each.by === 'colleague') return ws.elsewhere(minute, customer, more);
      if (each.by === 'stranger') return ws.mail(minute, `stranger${t}.${i}@evil.org`, more);
      return ws.mail(minute, customer, { ...more, ...(each.by === 'robot' ? { class: 'auto-reply' as const } : {}) });
    });
  });
}

/** Everything in the inbox that is not history: no ids, no numbers, no record, no waits that are over. */
async function dump(ws: TestWorkspace): Promise<unknown> {
  const conversations = await ws.rows(
    /* sql */ `
    select c.subject, c.last_message_at as last, i.value as customer, c.channel, c.visibility,
           w.waiting_since as since, w.key_ms as key, w.state, wi.value as waits_for,
           (select array_agg(concat_ws('|', m.external_id, m.direction, m.origin, m.class, m.at, m.text, mi.value,
                             m.covered_by is not null, m.wait_id = c.wait_id and m.covered_by is null) order by m.external_id)
              from inbox.messages m left join inbox.identities mi on mi.id = m.identity_id where m.conversation_id = c.id) as messages,
           (select array_agg(concat_ws('|', p.value, p.role, p.since, pi.value) order by p.value)
              from inbox.participants p left join inbox.identities pi on pi.id = p.identity_id where p.conversation_id = c.id) as people,
           (select array_agg(concat_ws('|', r.ref, m.external_id, r.direct, array(select unnest(r.subjects) order by 1), array(select unnest(r.parties) order by 1)) order by r.ref)
              from inbox.refs r left join inbox.messages m on m.id = r.message_id where r.conversation_id = c.id) as refs
      from inbox.conversations c
      join inbox.identities i on i.customer_id = c.customer_id
      left join inbox.waits w on w.id = c.wait_id
      left join inbox.identities wi on wi.customer_id = w.customer_id
     where c.workspace_id = $1`,
    [ws.id],
  );
  const others = await ws.rows(
    /* sql */ `
    select (select count(*) from inbox.waits where workspace_id = $1 and state <> 'ended') as open,
           (select array_agg(value order by value) from inbox.identities where workspace_id = $1) as people,
           (select array_agg(concat_ws('|', name, updated_at) order by name) from inbox.profiles where workspace_id = $1) as names`,
    [ws.id],
  );
  return { conversations: conversations.map((row) => JSON.stringify(row)).sort(), others };
}

/** Batches of these sizes, the last one whatever is left. */
function split<T>(items: readonly T[], sizes: readonly number[]): T[][] {
  const batches: T[][] = [];
  let from = 0;
  for (const size of [...sizes, items.length]) {
    if (from >= items.length) break;
    batches.push(items.slice(from, from + size));
    from += size;
  }
  return batches;
}

it('comes out the same in whatever order events arrive, split into batches anyhow, some of them twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      scripts.chain((threads) => {
        const count = threads.flat().length;
        const order = fc.shuffledSubarray([...Array(count).keys()], { minLength: count });
        return fc.tuple(
          fc.constant(threads),
          order,
          fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 20 }),
          fc.array(fc.nat(count - 1), { maxLength: 4 }),
        );
      }),
      async ([threads, order, sizes, repeated]) => {
        const straight = await inbox.workspace();
        for (const event of write(straight, threads)) await straight.ingest([event]);
        const shuffled = await inbox.workspace();
        const events = write(shuffled, threads);
        const mixed = [...order, ...repeated].map((i) => events[i]!);
        for (const batch of split(mixed, sizes)) await shuffled.ingest(batch);
        expect(await dump(shuffled)).toEqual(await dump(straight));
      },
    ),
    // the same scripts on every run; FC_SEED and FC_RUNS look further
    { seed: Number(process.env['FC_SEED'] ?? 20_260_105), numRuns: Number(process.env['FC_RUNS'] ?? 25) },
  );
}, 300_000);
