import { fixtureBody, fixtures, SHOP } from '../../apps/connector-x/src/fixtures/fixture';
import { comparable, Everything, takeAll, unlike, type Answer } from '../support/blind-answers';
import { Crowd, FAMES, type Fame } from '../support/blind-fame';
import type { Rows } from '../support/blind-rows';
import { BlindWorld } from '../support/blind-world';

/*
 * Worlds that are told the same on every channel, but for how known people are. What one stores, ever stored, answers, counts
 * and asks for is the same in each. Seen red: the count in a column of events, or among the notes of a delivery; the size of a
 * delivery; the count added to a metric; a picture fetched of who is known; a message that fame puts earlier; events of one
 * delivery in the order of fame.
 */

const AT = new Date('2026-11-22T02:02:00.000Z');
const MINUTES = 60_000;

/** What one world shows of itself. */
interface Shown {
  readonly now: Rows;
  readonly ever: Rows;
  readonly answers: readonly Answer[];
  readonly metrics: string;
  /** What the platforms were asked for. */
  readonly asked: readonly string[];
  /** What is known of fame, where it may be known. */
  readonly sealed: readonly string[];
}

async function show(fame: Fame, tell: (world: BlindWorld) => Promise<void>): Promise<Shown> {
  const world = await BlindWorld.start(fame, { handle: SHOP, at: AT });
  try {
    await tell(world);
    await expectNamesOfBytes(world);
    const metrics = numbersIn(await world.page('/metrics'));
    const answers = comparable(await read(world), world.aliases);
    const asked = [...new Set(world.platforms.asked.map(({ method, path }) => `${method} ${path}`))].toSorted();
    return { ...(await world.rows()), answers, metrics, asked, sealed: await sealedIn(world) };
  } finally {
    await world.stop();
  }
}

/** Everything we know that a platform may say, in every shape. */
async function tellAll(world: BlindWorld): Promise<void> {
  for (const name of fixtures()) await world.pushX(fixtureBody(name));
  // one after the other: what comes at once may be taken in together, or not
  await world.listX({ mentions: fixtureBody('page-of-mentions') });
  await world.listX({ dm_events: fixtureBody('page-of-directs') });
  await world.pushMessenger(world.platforms.message('m_1', '44000000000001', 'Where is my order?'));
  await world.pushMessenger(world.platforms.comment('1_2', { id: '4411111', name: 'Ada L.' }, 'And mine?'));
  await world.arrive('Ada <ada@customers.example>', 'My kettle', 'It whistles no more.');
}

/** Everything that agents, supervisors and admins are answered; one agent takes what the queue gives. */
async function read(world: BlindWorld): Promise<Answer[]> {
  const all: Answer[] = [];
  for (const person of ['lea', 'karim', 'ada'] as const) {
    const client = await world.signedIn(person);
    const everything = await Everything.of(client);
    if (person === 'lea') {
      all.push(...(await everything.read(client, { ...(await world.known()), ids: [] })));
      all.push(...(await takeAll(client, everything)));
    }
    all.push(...(await everything.read(client, await world.known())));
  }
  return all;
}

/** Numbers of the product; how long things took and how much memory there is differs each time. */
function numbersIn(metrics: string): string {
  const ours = (line: string): boolean => line.startsWith('evenhand_') && !/_seconds|_ms\b/.test(line);
  return metrics.split('\n').filter(ours).toSorted().join('\n');
}

async function sealedIn(world: BlindWorld): Promise<string[]> {
  const rows = await world.query<{ told: string }>(
    `select r.external_id || ' ' || f.key || ' ' || (f.value ->> 'value') as told
       from sealed.reach r, jsonb_each(r.values) f order by r.external_id, f.key`,
  );
  return rows.map(({ told }) => told);
}

/**
 * Of mail and Messenger the number of bytes is kept, and a hash of them: so much and no more may differ there (see
 * `MAY_DIFFER.plainChannels`). Of what X says neither is.
 */
async function expectNamesOfBytes(world: BlindWorld): Promise<void> {
  const rows = await world.query<{ channel: string | null; source: string; size: number | null }>(
    `select a.channel, d.source, d.size from intake.deliveries d left join intake.accounts a on a.id = d.account_id`,
  );
  const { sent } = world.platforms;
  const sizes = [...sent.values()];
  for (const { channel, source, size } of rows) {
    if (channel === 'messenger') expect([source, size]).toEqual([source, sent.get(source)]);
    else if (channel === 'email') expect(sizes).toContain(size);
    else expect([source, size]).toEqual([expect.not.stringMatching(/^[0-9a-f]{64}$/), null]);
  }
}

describe('worlds of nobody, of a star, and of one of whom nothing is told', () => {
  const shown = new Map<Fame, Shown>();
  beforeAll(async () => {
    for (const fame of FAMES) shown.set(fame, await show(fame, tellAll));
  }, 600_000);
  const nobody = (): Shown => shown.get('nobody')!;

  it('know of fame where it may be known', () => {
    const values = (fame: Fame) => shown.get(fame)!.sealed.map((line) => line.split(' ').slice(1).join(' '));
    expect(new Set(values('nobody'))).toContain('followers 0.0');
    expect(new Set(values('star'))).toContain('followers 6.7');
    expect(new Set(values('star'))).toContain('verified true');
    expect(new Set(values('untold'))).toContain('followers ');
    expect(values('star')).toHaveLength(values('nobody').length);
  });

  describe.each(['star', 'untold'] as const)('that of nobody and that of %s', (fame) => {
    it('hold the same rows', () => {
      expect(nobody().now.size).toBeGreaterThan(300);
      expect(nobody().now.differences(shown.get(fame)!.now)).toEqual([]);
    });

    it('have written the same rows, also those that are gone', () => {
      expect(nobody().ever.size).toBeGreaterThan(nobody().now.size);
      expect(nobody().ever.differences(shown.get(fame)!.ever)).toEqual([]);
    });

    it('answer the same, each field of each type to everybody', () => {
      expect(nobody().answers.length).toBeGreaterThan(100);
      expect(unlike(nobody().answers, shown.get(fame)!.answers)).toEqual([]);
    });

    it('count the same', () => {
      expect(nobody().metrics).toContain('evenhand_intake_deliveries_total');
      expect(shown.get(fame)!.metrics).toBe(nobody().metrics);
    });

    it('ask the platforms for the same, and never for a picture of somebody', () => {
      expect(shown.get(fame)!.asked).toEqual(nobody().asked);
      expect(nobody().asked.filter((line) => /profile/.test(line))).toEqual([]);
    });
  });
});

describe('a crowd in which who writes last is known best, and one in which nobody knows them', () => {
  const SIZE = 8;
  const crowd = (at: Date, followers: (n: number) => number): Crowd => new Crowd(SHOP, at, SIZE, followers);
  const told = (followers: (n: number) => number) =>
    show('given', async (world) => {
      await world.pushX(crowd(AT, followers).pushed);
      await world.listX({ mentions: crowd(new Date(AT.getTime() + 5 * MINUTES), followers).listed });
    });

  it('are taken in, given out and recorded alike', async () => {
    const rising = await told((n) => 10 ** n);
    const falling = await told((n) => 10 ** (SIZE - n));

    expect(rising.sealed).not.toEqual(falling.sealed);
    expect(rising.answers.filter(({ asked }) => asked === 'offerNext')).toHaveLength(2 * SIZE + 1);
    expect(rising.now.differences(falling.now)).toEqual([]);
    expect(rising.ever.differences(falling.ever)).toEqual([]);
    expect(unlike(rising.answers, falling.answers)).toEqual([]);
  }, 300_000);
});
