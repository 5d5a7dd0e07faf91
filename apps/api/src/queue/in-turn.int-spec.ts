import { Client } from 'pg';
import type { ApiClient } from '../../../../test/support/api-client';
import { minutesAgo, RunningApi } from '../../../../test/support/running-api';

const AGENTS = 20;
const WAITS = 200;

let api: RunningApi;
let owner: Client;

beforeAll(async () => {
  api = await RunningApi.start();
  owner = new Client({ connectionString: api.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await api.stop();
});

interface Taken {
  readonly offerNext: {
    readonly offer: { id: string; entry: number; wait: { id: string; waitingSince: string } } | null;
    readonly userErrors: { __typename: string }[];
  };
}

it('gives every wait once and the oldest first to twenty agents at once, each in the record before the answer', async () => {
  const nord = await api.workspace('Nord');
  const agents: ApiClient[] = [];
  for (let i = 0; i < AGENTS; i++) {
    await nord.agent(`agent${i}@nord.example`, 'agent', WAITS);
    agents.push(await api.signedIn(`agent${i}@nord.example`));
  }
  await nord.arrive(
    Array.from({ length: WAITS }, (_, i) => ({
      from: `c${i}@c.example`,
      text: 'please',
      at: minutesAgo(1 + ((i * 7) % WAITS)),
    })),
  );
  const given: { entry: number; wait: { id: string; waitingSince: string } }[] = [];
  const unrecorded: string[] = [];

  const work = async (agent: ApiClient, name: number): Promise<void> => {
    for (let n = 0; ; n++) {
      const { offerNext } = await agent.call<Taken>(
        'mutation ($key: String!) { offerNext(input: { clientMutationId: $key }) { offer { id entry wait { id waitingSince } } userErrors { __typename } } }',
        { key: `${name}-${n}` },
      );
      const { offer } = offerNext;
      if (!offer) {
        expect(offerNext.userErrors).toEqual([{ __typename: 'NobodyWaitingError' }]);
        return;
      }
      given.push(offer);
      const { rowCount } = await owner.query(
        `select 1 from record.entries where workspace_id = $1 and seq = $2 and kind = 'offer.made' and wait_id = $3 and fields->>'offer' = $4`,
        [nord.id, offer.entry, offer.wait.id, offer.id],
      );
      if (rowCount !== 1) unrecorded.push(offer.id);
    }
  };
  await Promise.all(agents.map(work));

  expect(unrecorded).toEqual([]);
  expect(new Set(given.map(({ wait }) => wait.id)).size).toBe(WAITS);
  const inOrder = given.toSorted((a, b) => a.entry - b.entry).map(({ wait }) => wait.waitingSince);
  expect(inOrder).toEqual(inOrder.toSorted((a, b) => a.localeCompare(b)));
});
