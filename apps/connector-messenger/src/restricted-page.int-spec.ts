import { PageWorld } from './testing/page-world';

let world: PageWorld;
beforeEach(async () => {
  world = await PageWorld.open();
});
afterEach(() => world.close());

it('a reply waits while the Page is restricted, which no webhook tells, and goes out once afterwards', async () => {
  const { simulator } = world;
  const running = await world.host();
  const page = await world.page();
  const accountId = await world.connect(running, page);
  const marie = simulator.person({ name: 'Marie' });
  simulator.writeAs(marie, page.pageId, { text: 'Hello' });
  simulator.restrict(page.pageId);

  const to = { to: [{ value: simulator.psid(marie, page.pageId) }] };
  const reply = world.outbound(accountId, running.connector, { ...to, text: 'Hello Marie' });
  await world.send(running.jobs, reply);
  expect((await world.state(reply, 'queued')).failure).toMatchObject({
    code: 'REFUSED',
    detail: expect.stringMatching(/restricted the Page.*support inbox/),
  });
  await world.until(
    async () => (await world.events('account')).at(-1)?.detail.includes('restricted'),
    'the account to say so',
  );

  simulator.restrict(page.pageId, false);
  await world.state(reply, 'sent');
  expect(simulator.visibleTo(marie, page.pageId).map(({ text }) => text)).toEqual(['Hello Marie']);
  expect((await world.events('account')).at(-1)).toMatchObject({ detail: '', status: 'connected' });
});
