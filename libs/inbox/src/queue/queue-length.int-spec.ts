import { Ids } from '@app/runtime';
import { TestInbox, type TestWorkspace } from '../testing/test-workspace';

let inbox: TestInbox;
beforeAll(async () => {
  inbox = await TestInbox.start(8);
});
afterAll(() => inbox.stop());

async function told(ws: TestWorkspace): Promise<number> {
  return (await ws.api((tx) => inbox.queue.state(tx))).waiting;
}
async function counted(ws: TestWorkspace): Promise<number> {
  const [row] = await ws.rows<{ n: number }>(
    `select count(*) as n from inbox.waits where workspace_id = $1 and state = 'queued'`,
    [ws.id],
  );
  return row!.n;
}

describe('the number of those who wait', () => {
  it('is 0 where nobody has ever waited', async () => {
    expect(await told(await inbox.workspace())).toBe(0);
  });

  it('is the number of waits in the queue after all that happens to it at once, for each workspace by itself', async () => {
    const [ws, other] = [await inbox.workspace('One'), await inbox.workspace('Other')];
    const agents = await Promise.all(Array.from({ length: 4 }, (_, i) => ws.agent(`a${i}`, 100)));
    await other.ingest([other.mail(0, 'zed@x.org')]);
    await ws.ingest(Array.from({ length: 40 }, (_, i) => ws.mail(i, `c${i}@x.org`)));
    const arrivals = ws.ingest(Array.from({ length: 20 }, (_, i) => ws.mail(100 + i, `d${i}@x.org`)));
    const work = agents.map(async (agentId) => {
      for (let i = 0; i < 6; i++) {
        const call = { agentId, clientMutationId: new Ids().next() };
        const given = await ws.api((tx) => inbox.queue.offerNext(tx, call));
        if ('error' in given) throw new Error(given.error);
        const { id: offerId } = given.offer;
        if (i % 2 === 0) await ws.api((tx) => inbox.queue.decline(tx, { agentId, offerId, reason: 'leaving' }));
      }
    });
    // answered elsewhere while it waits
    const answer = ws.ingest([ws.elsewhere(200, 'c39@x.org', { refs: ['c39@x.org/39'] })]);
    await Promise.all([arrivals, answer, ...work]);
    const waiting = await counted(ws);
    expect(waiting).toBe(60 - 12 - 1);
    expect(await told(ws)).toBe(waiting);
    expect(await told(other)).toBe(1);
  });

  it('cannot be changed by a process', async () => {
    const ws = await inbox.workspace();
    await ws.ingest([ws.mail(0, 'ann@x.org')]);
    const change = 'update inbox.queue_lengths set waiting = 0';
    await expect(ws.api((tx) => tx.query(change))).rejects.toThrow('permission denied');
    await expect(ws.triage((tx) => tx.query(change))).rejects.toThrow('permission denied');
    expect(await told(ws)).toBe(1);
  });
});
