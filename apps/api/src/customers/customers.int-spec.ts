import type { ApiClient } from '../../../../test/support/api-client';
import { connectPage, privateMessage } from '../../../../test/support/page-events';
import { minutesAgo, RunningApi, type SeededWorkspace } from '../../../../test/support/running-api';

let api: RunningApi;
let nord: SeededWorkspace;
let calls = 0;
const clients = {} as Record<'agent' | 'supervisor' | 'admin', ApiClient>;

beforeAll(async () => {
  api = await RunningApi.start();
  nord = await api.workspace('Nord');
  for (const role of ['agent', 'supervisor', 'admin'] as const) {
    await nord.agent(`${role}@nord.example`, role);
    clients[role] = await api.signedIn(`${role}@nord.example`);
  }
  await nord.arrive([
    { from: 'dora@example.org', name: 'Dora Canary', text: 'canary words', at: minutesAgo(9) },
    { from: 'ed@example.org', text: 'another', at: minutesAgo(8) },
  ]);
  const page = await connectPage(nord);
  await page.hear(privateMessage('7000000000000042', 'm1', minutesAgo(5)));
});
afterAll(() => api.stop());

interface Found {
  readonly customer: {
    readonly id: string;
    readonly pseudonym: string;
    readonly displayName: string;
    readonly identities: readonly { readonly id: string; readonly channel: string; readonly masked: string }[];
  } | null;
  readonly entry: number | null;
  readonly userErrors: readonly { readonly __typename: string }[];
}
const FIND = `mutation ($address: String!, $key: String!) { customerFind(input: { address: $address, reason: LEGAL_DUTY, clientMutationId: $key }) {
  customer { id pseudonym displayName identities { id channel masked } } entry userErrors { __typename } } }`;
async function find(address: string): Promise<Found> {
  const variables = { address, key: `find ${++calls}` };
  return (await clients.supervisor.call<{ customerFind: Found }>(FIND, variables)).customerFind;
}
const ERASE = `mutation ($customerId: ID!, $confirm: String!, $reason: String!, $key: String!) {
  customerErase(input: { customerId: $customerId, confirm: $confirm, reason: $reason, clientMutationId: $key }) {
    erasure { id pseudonym state requestedBy { displayName } messages } userErrors { __typename field message } } }`;
const EXPORT = `mutation ($customerId: ID!, $identity: ID!, $key: String!) {
  customerExport(input: { customerId: $customerId, deliverToIdentityId: $identity, reason: "asked by mail", clientMutationId: $key }) {
    customerExport { id state customer { pseudonym } deliveredTo { masked } deliveredAt linkExpiresAt } userErrors { __typename field } } }`;

describe('looking a person up', () => {
  it('finds whom the whole address belongs to, by pseudonym alone, and is an entry of the record', async () => {
    const first = await find('Dora@example.org');
    expect(first).toMatchObject({
      customer: { identities: [{ channel: 'EMAIL', masked: 'd…@e….org' }] },
      userErrors: [],
    });
    expect(first.customer!.displayName).toBe(first.customer!.pseudonym);
    const second = await find('7000000000000042');
    expect(second.customer!.identities).toMatchObject([{ channel: 'MESSENGER', masked: '7…42' }]);
    expect(second.entry).toBe(first.entry! + 1);
    expect(JSON.stringify([first, second])).not.toMatch(/dora|canary|7000000000000042/i);
  });

  it('guesses nothing, and records that somebody looked', async () => {
    const before = await find('dora@example.org');
    const part = await find('dora');
    expect(part).toMatchObject({ customer: null, userErrors: [{ __typename: 'NotFoundError' }] });
    expect(part.entry).toBe(before.entry! + 1);
  });

  it('is for supervisors, and identities are not shown to agents', async () => {
    const refused = await clients.agent.raw({ query: FIND, variables: { address: 'dora@example.org', key: 'k' } });
    expect(refused.body).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN', role: 'SUPERVISOR' } }] });
    const taken = await clients.agent.raw({
      query:
        'mutation { offerNext(input: { clientMutationId: "take" }) { offer { conversation { customer { identities { masked } } } } } }',
    });
    expect(taken.body).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN', role: 'SUPERVISOR' } }] });
    expect(JSON.stringify(taken.body)).not.toContain('e….org');
  });
});

describe('erasing', () => {
  const erase = async (customerId: string, confirm: string, key: string) =>
    (
      await clients.admin.call<{ customerErase: { erasure: { id: string } | null; userErrors: unknown[] } }>(ERASE, {
        customerId,
        confirm,
        reason: 'asked by mail',
        key,
      })
    ).customerErase;

  it('asks for the pseudonym, typed, and erases nothing without it', async () => {
    const { customer } = await find('dora@example.org');
    expect(await erase(customer!.id, 'Customer', 'wrong')).toMatchObject({
      erasure: null,
      userErrors: [{ __typename: 'ConfirmationWrongError', field: ['input', 'confirm'] }],
    });
    expect(await find('dora@example.org')).toMatchObject({ userErrors: [] });
  });

  it('is begun once, however often it is asked for, and can be looked at', async () => {
    const { customer } = await find('ed@example.org');
    const { id, pseudonym } = customer!;
    const first = await erase(id, pseudonym, 'once');
    expect(first).toMatchObject({
      erasure: { pseudonym, state: 'QUEUED', requestedBy: { displayName: 'admin' }, messages: null },
      userErrors: [],
    });
    expect(await erase(id, pseudonym, 'once')).toEqual(first);
    expect(await erase(id, pseudonym, 'twice')).toEqual(first);
    const read = await clients.admin.call(
      'query ($id: ID!) { customerErasure(id: $id) { state } node(id: $id) { __typename } }',
      { id: first.erasure!.id },
    );
    expect(read).toEqual({ customerErasure: { state: 'QUEUED' }, node: { __typename: 'CustomerErasure' } });
  });

  it('is for admins, as is what became of it', async () => {
    const { customer } = await find('ed@example.org');
    const { erasure } = await erase(customer!.id, customer!.pseudonym, 'again');
    for (const role of ['agent', 'supervisor'] as const) {
      const variables = { customerId: customer!.id, confirm: customer!.pseudonym, reason: 'r', key: 'k' };
      const asked = await clients[role].raw({ query: ERASE, variables });
      expect(asked.body).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN', role: 'ADMIN' } }] });
      const read = await clients[role].raw({
        query: 'query ($id: ID!) { node(id: $id) { id } customerErasure(id: $id) { state } }',
        variables: { id: erasure!.id },
      });
      expect(read.body).toMatchObject({ data: { node: null, customerErasure: null }, errors: [{}] });
    }
  });
});

describe('sending a person their data', () => {
  it('names to whom the link goes, and gives nobody here a way to open it', async () => {
    const { customer } = await find('dora@example.org');
    const { customerExport } = await clients.admin.call<{ customerExport: Record<string, unknown> }>(EXPORT, {
      customerId: customer!.id,
      identity: customer!.identities[0]!.id,
      key: 'export',
    });
    expect(customerExport).toMatchObject({
      customerExport: { state: 'QUEUED', deliveredTo: { masked: 'd…@e….org' }, deliveredAt: null },
      userErrors: [],
    });
  });

  it('goes to an identity of that very customer only', async () => {
    const [dora, other] = [await find('dora@example.org'), await find('7000000000000042')];
    const asked = await clients.admin.call(EXPORT, {
      customerId: dora.customer!.id,
      identity: other.customer!.identities[0]!.id,
      key: 'elsewhere',
    });
    expect(asked).toMatchObject({
      customerExport: { customerExport: null, userErrors: [{ field: ['input', 'deliverToIdentityId'] }] },
    });
  });
});
