import { CANARY_WORDS, fameIn } from '../support/blind-canary';
import { allRows } from '../support/blind-rows';
import { historyOf } from '../support/blind-history';
import { BEN, BlindHouse, NINA } from '../support/blind-house';
import { WatchedPerson } from '../support/blind-person';
import { filesWith } from '../support/disk-search';
import { until } from '../support/product';
import { unzip } from '../support/unzip';

/*
 * A customer whose fame would be recognised wherever it stood writes on every channel; people answer, are refused, look, export.
 * Then everything that the product wrote, stored, logged, counted or said is searched for it. Seen red: the count in a line of the
 * log; sealed as it was told; in a column of events.
 */

let house: BlindHouse;
let lea: WatchedPerson;
/** Texts that went to a person by mail, and what was in the files they name. */
const exported = new Map<'ben' | 'canary', string>();

beforeAll(async () => {
  house = await BlindHouse.start('canary');
  lea = await WatchedPerson.of(house.product.api);
  lea.listen();
  const { viewer } = (await lea.ask('viewer', '{ viewer { syncId } }')) as { viewer: { syncId: string } };
  await house.tell();
  await work();
  await look(viewer.syncId);
}, 300_000);
afterAll(async () => {
  await lea?.leave();
  await house?.stop();
});

/** What people do with what came. */
async function work(): Promise<void> {
  const taken = await lea.takeAll();
  expect(new Set(taken.map(({ channel }) => channel))).toEqual(new Set(['X', 'MESSENGER', 'EMAIL']));
  for (const [n, { id, timeline }] of taken.entries()) {
    const text = `Answer ${n}`;
    await lea.act('draftSave', 'DraftSavePayload', {
      conversationId: id,
      text,
      revision: n + 1,
      clientMutationId: undefined,
    });
    await lea.act('noteCreate', 'NoteCreatePayload', { conversationId: id, text: `Note ${n}` });
    const seen = await newest(id);
    if (n === 1) house.shutOut();
    await lea.act('messageSend', 'MessageSendPayload', { conversationId: id, text, seenUpTo: seen });
    const asked = timeline.nodes.find(({ direction }) => direction === 'INBOUND');
    if (asked) await lea.act('messageModerate', 'MessageModeratePayload', { messageId: asked.id, action: 'HIDE' });
  }
  await house.quiet();
  const failed = await house.product.query(`select from inbox.messages where send_state = 'failed'`);
  expect(failed.length).toBeGreaterThan(0);
  for (const [key, address] of [
    ['ben', BEN],
    ['canary', NINA],
  ] as const) {
    const { customerId, id: identity } = await identityOf(address);
    await lea.act('customerFind', 'CustomerFindPayload', { address, reason: 'LEGAL_DUTY' });
    await lea.act('customerExport', 'CustomerExportPayload', {
      customerId,
      deliverToIdentityId: identity,
      reason: 'asked',
    });
    exported.set(key, await fetchExport(address));
  }
}

async function newest(conversationId: string): Promise<string> {
  const query = `query ($id: ID!) { node(id: $id) { ... on Conversation { timeline(last: 1) { nodes { id } } } } }`;
  const data = (await lea.ask('newest', query, { id: conversationId })) as {
    node: { timeline: { nodes: { id: string }[] } };
  };
  return data.node.timeline.nodes.at(-1)!.id;
}

/** Follows the link that came by mail. @returns everything in the file. */
async function fetchExport(address: string): Promise<string> {
  const link = await until('the link comes', () => {
    const mails = house.mail.mailbox(address).inbox.map(({ raw }) => raw.toString('utf8').replace(/=\r?\n/g, ''));
    return mails
      .map((mail) => /http:\/\/127\.0\.0\.1:\d+\/\S*export\S+/.exec(mail)?.[0])
      .find((found) => found !== undefined);
  });
  const path = new URL(link).pathname;
  await lea.page(path);
  const { bytes } = await lea.page(path, { method: 'POST' });
  return [...unzip(bytes)].map(([name, text]) => `${name}\n${text}`).join('\n');
}

async function identityOf(address: string): Promise<{ readonly id: string; readonly customerId: string }> {
  const sql = `select id, customer_id as "customerId" from inbox.identities where value = $1`;
  const [row] = await house.product.query<{ id: string; customerId: string }>(sql, [address]);
  return row!;
}

/** Everything that anybody is shown, wherever they look. */
async function look(since: string): Promise<void> {
  const rows = await house.product.query<{ number: number }>('select number from inbox.conversations order by number');
  const ids = await house.product.query<{ id: string }>(
    `select id from inbox.customers union all select id from inbox.messages union all select id from inbox.waits`,
  );
  await lea.readAll(
    ids.map(({ id }) => id),
    rows.map(({ number }) => `C-${number}`),
    since,
  );
  const { accountConnect } = (await lea.act('accountConnect', 'AccountConnectPayload', { channel: 'X' })) as {
    accountConnect: { connectUrl: string };
  };
  const paths = [
    '/',
    '/queue',
    '/health/live',
    '/health/ready',
    '/metrics',
    '/nowhere',
    '/graphql',
    '/webhooks/x/none',
    '/webhooks/messenger/none',
    '/connect/x/none',
  ];
  for (const path of [...paths, new URL(accountConnect.connectUrl, house.url).pathname]) await lea.page(path);
  const page = (await lea.page('/')).bytes.toString('utf8');
  const assets = new Set(Array.from(page.matchAll(/(?:src|href)="(\/[^"]+)"/g), ([, path]) => path!));
  for (const path of assets) {
    const { bytes } = await lea.page(path);
    for (const [, name] of bytes.toString('utf8').matchAll(/["'`/](assets\/[\w.-]+\.(?:js|css))["'`]/g))
      assets.add(`/${name!}`);
  }
  for (const query of ['{', '{ nothing }', '{ node(id: "no") { id } }', '{ conversation(reference: "C-0") { id } }'])
    await lea.ask(query, query);
  await house.quiet();
}

/** Places in which something tells of the canary. */
function tellingOf(texts: readonly { readonly where: string; readonly text: string }[]): string[] {
  return texts.flatMap(({ where, text }) => {
    const found = fameIn(text);
    return found === undefined ? [] : [`${where}: ${found}`];
  });
}

it('knows it where it may be known, rounded, never as the number', async () => {
  const rows = await house.product.query<{ followers: string; band: string; type: string }>(
    `select values -> 'followers' ->> 'value' as followers, values -> 'followers' ->> 'band' as band,
            values -> 'verifiedType' ->> 'value' as type from sealed.reach where author = (
       select value from inbox.identities where channel = 'x' limit 1)`,
  );
  expect(rows.length).toBeGreaterThan(3);
  expect(rows).toContainEqual({ followers: '9.0', band: '10000+', type: 'government' });
});

it('keeps it in no table of any schema, now or ever', async () => {
  const owner = house.product.ownerUrl();
  const now = (await allRows(owner)).filter(({ table }) => !table.startsWith('history.'));
  const ever = await historyOf(owner);
  expect(now.length).toBeGreaterThan(100);
  expect(ever.length).toBeGreaterThan(now.length);
  const schemas = new Set([...now, ...ever].map(({ table }) => table.split('.')[0]));
  expect(schemas).toEqual(new Set(['inbox', 'intake', 'jobs', 'public', 'record', 'sealed']));
  expect(tellingOf([...now, ...ever].map(({ table, row }) => ({ where: table, text: JSON.stringify(row) })))).toEqual(
    [],
  );
});

it('keeps it in no file, those of PostgreSQL and its log of changes among them', async () => {
  for (const word of CANARY_WORDS) expect([word, await filesWith(house.product.dataDir, word)]).toEqual([word, []]);
});

it('says it in no answer, live event or page', () => {
  const asked = new Set(lea.answers.map((answer) => answer.asked.split(' ')[0]));
  for (const what of ['offerNext', 'messageSend', 'customerFind', 'inboxEvents', 'nodes', 'changesSince', 'accounts']) {
    expect(asked).toContain(what);
  }
  for (const said of [
    'my kettle whistles no more',
    'Where is order 7?',
    'It whistles no more.',
    '"displayName":"Nina"',
  ]) {
    expect([said, lea.answers.some(({ text }) => text.includes(said))]).toEqual([said, true]);
  }
  expect(tellingOf(lea.answers.map(({ asked: where, text }) => ({ where, text })))).toEqual([]);
});

it('says it in no line of the log, down to the least', () => {
  const { output } = house.product;
  // whole, and there is something in it
  expect(output).toContain('Ctrl-C stops');
  expect(output.match(/^\{"level":/gm)?.length ?? 0).toBeGreaterThan(5);
  expect(tellingOf([{ where: 'log', text: output }])).toEqual([]);
});

it('tells it to nobody else, and to themselves only rounded', () => {
  expect(exported.get('ben')).toContain('It is dark.');
  expect(exported.get('ben')).not.toMatch(/follower|10000\+|government/i);
  expect(tellingOf([...exported].map(([where, text]) => ({ where, text })))).toEqual([]);
});

it('has asked no platform for a picture of anybody', () => {
  const asked = house.x
    .journal()
    .flatMap((entry) => (entry.kind === 'call' ? [`${entry.method} ${entry.endpoint}`] : []));
  expect(asked.length).toBeGreaterThan(3);
  expect(asked.filter((line) => /profile|picture|photo/i.test(line))).toEqual([]);
});
