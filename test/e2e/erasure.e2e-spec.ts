import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MailSimulator } from '../../apps/simulator/src';
import { AnsweringPerson, type Taken } from '../support/answering';
import { built } from '../support/built';
import { filesWith } from '../support/disk-search';
import { AllInOne } from '../support/installed-product';
import { until } from '../support/product';

const MAILBOX = 'help@shop.example';
/** Words of customers who are erased, and of one who is not. */
const BY_COMMAND = 'Qz7KxwV1bN3';
const ON_THE_PAGE = 'Jm4TvyR8cP6';
const STAYS = 'Hd2WfuL5gS9';

let dir: string;
let provider: MailSimulator;
let product: AllInOne;
let person: AnsweringPerson;

beforeAll(async () => {
  await built();
  dir = await mkdtemp(join(tmpdir(), 'evenhand-erasing-'));
  provider = await MailSimulator.start({ dir });
  provider.addMailbox(MAILBOX, { password: 'right', storesSent: true });
  product = await AllInOne.start();
  person = new AnsweringPerson(product);
  const { imapPort, smtpPort } = provider;
  await product.addMailbox({ address: MAILBOX, password: 'right', imapPort, smtpPort });
  for (const word of [BY_COMMAND, ON_THE_PAGE, STAYS]) await converse(word);
  await restFiles();
  await product.query('checkpoint');
});
afterAll(async () => {
  await product?.stop();
  await provider?.stop();
  await rm(dir, { recursive: true, force: true });
});

const addressOf = (word: string): string => `${word.toLowerCase()}@customers.test`;

/** Somebody writes, with their word in all they send; an agent notes, drafts and answers with it, too. */
async function converse(word: string): Promise<void> {
  await provider.writeAs({
    from: { name: `Zoe ${word}`, address: addressOf(word) },
    to: MAILBOX,
    subject: `Order ${word}`,
    // long enough to be stored apart and compressed, short words again and again
    text: `I am ${word}. ${'Where is my lamp? '.repeat(2_000)}`,
    html: `<p>I am <b>${word}</b></p>`,
    attachments: [{ filename: `${word}.txt`, contentType: 'text/plain', content: Buffer.from(`file of ${word}`) }],
  });
  let taken: Taken | undefined;
  await until('the customer waits', async () => (taken = await person.takeNext().catch(() => undefined)));
  const { id } = taken!;
  await product.api.call(
    'mutation ($id: ID!, $text: String!, $key: String!) { noteCreate(input: { conversationId: $id, text: $text, clientMutationId: $key }) { userErrors { message } } }',
    { id, text: `note on ${word}`, key: randomUUID() },
  );
  const messageId = await person.reply(await withNewest(taken!), `Dear ${word}, it is on its way`);
  await until('the answer is sent', async () => (await person.sendOf(messageId)).state === 'SENT');
  await product.query(
    `insert into sealed.reach (id, workspace_id, account_id, channel, external_id, author, values, received_at)
     select gen_random_uuid(), m.workspace_id, m.account_id, 'email', m.external_id, $1, jsonb_build_object('handle', $2::text), now()
       from inbox.messages m where m.conversation_id = $3 and m.direction = 'inbound'`,
    [addressOf(word), word, id],
  );
  // samples of values for the planner hold them, too
  await product.query('analyze');
}

async function withNewest(taken: Taken): Promise<Taken> {
  const { node } = await product.api.call<{ node: { timeline: { nodes: { id: string }[] } } }>(
    'query ($id: ID!) { node(id: $id) { ... on Conversation { timeline(last: 1) { nodes { id } } } } }',
    { id: taken.id },
  );
  return { ...taken, seen: node.timeline.nodes.at(-1)!.id };
}

/** Lets every stored file be as old as if it had come yesterday. */
async function restFiles(): Promise<void> {
  const yesterday = new Date(Date.now() - 86_400_000);
  const blobs = join(product.dataDir, 'blobs');
  for (const entry of await readdir(blobs, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), yesterday, yesterday);
  }
}

/** Where a word stands among everything of the product on disk; files of the database by the name of their table. */
async function onDisk(word: string): Promise<string[]> {
  const files = await filesWith(product.dataDir, word);
  const names = await product.query<{ node: string; name: string }>(
    `select pg_relation_filenode(oid)::text as node, oid::regclass::text as name from pg_class where pg_relation_filenode(oid) is not null`,
  );
  const tables = new Map(names.map(({ node, name }) => [node, name]));
  return files.map((file) => {
    const node = /\/base\/\d+\/(\d+)/.exec(file)?.[1];
    return node === undefined ? file : `table ${tables.get(node) ?? file}`;
  });
}

it('finds each word on disk before: in tables, in the log of the database, and among the files', async () => {
  for (const word of [BY_COMMAND, ON_THE_PAGE, STAYS]) {
    const files = await onDisk(word);
    expect(files.filter((file) => file.startsWith('table ')).length).toBeGreaterThan(3);
    expect(files.filter((file) => file.includes('/pg_wal/')).length).toBeGreaterThan(0);
    expect(files.filter((file) => file.startsWith('blobs/'))).toHaveLength(1);
  }
});

it('leaves nothing on disk of a customer erased by command while the product runs', async () => {
  const output = await product.command(['customer', 'erase', '--customer', addressOf(BY_COMMAND), '--yes']);

  expect(output).toMatch(/Customer [0-9A-F]{3} is erased: 3 messages, 1 files, 1 sealed values\./);
  expect(output).toMatch(/Nothing of it is left/);
  expect(await onDisk(BY_COMMAND)).toEqual([]);
  expect((await onDisk(STAYS)).length).toBeGreaterThan(3);
});

it('goes on with an erasure asked for on the page although the product is killed, and leaves nothing on disk', async () => {
  const { customerFind } = await product.api.call<{ customerFind: { customer: { id: string; pseudonym: string } } }>(
    'mutation ($address: String!) { customerFind(input: { address: $address, reason: LEGAL_DUTY, clientMutationId: "find" }) { customer { id pseudonym } } }',
    { address: addressOf(ON_THE_PAGE) },
  );
  const { id, pseudonym } = customerFind.customer;
  const { customerErase } = await product.api.call<{ customerErase: { erasure: { id: string } } }>(
    `mutation ($id: ID!, $confirm: String!) { customerErase(input: { customerId: $id, confirm: $confirm, reason: "asked", clientMutationId: "erase" }) {
       erasure { id } userErrors { message } } }`,
    { id, confirm: pseudonym },
  );
  await product.killMain();
  await product.restart();

  await until(
    'it is erased and the files are written anew',
    async () => {
      const [row] = await product.query<{ state: string; scrubbed: boolean }>(
        'select state, scrubbed_at is not null as scrubbed from inbox.erasures where id = $1',
        [customerErase.erasure.id],
      );
      return row?.state === 'done' && row.scrubbed;
    },
    120_000,
  );

  expect(await onDisk(ON_THE_PAGE)).toEqual([]);
  expect((await onDisk(STAYS)).length).toBeGreaterThan(3);
  expect(product.output).not.toMatch(new RegExp(`${BY_COMMAND}|${ON_THE_PAGE}`, 'i'));
});

it('gives another customer everything in one file, by command', async () => {
  const out = join(dir, 'export.zip');
  const output = await product.command(['customer', 'export', '--customer', addressOf(STAYS), '--out', out]);

  expect(output).toContain(out);
  expect((await stat(out)).mode & 0o077).toBe(0);
  expect(await product.command(['customer', 'find', '--address', addressOf(STAYS)])).toMatch(
    /^Customer [0-9A-F]{3} {2}\S+\n$/,
  );
});

it('erases by command while the product is stopped, and nothing comes back from the mailbox when it starts again', async () => {
  await product.killMain();
  const output = await product.command(['customer', 'erase', '--customer', addressOf(STAYS), '--yes']);
  expect(output).toMatch(/Nothing of it is left/);

  await product.restart();
  await provider.writeAs({ from: { address: 'new@customers.test' }, to: MAILBOX, subject: 'After all', text: 'Hello' });
  await until(
    'what comes later is taken in',
    async () => (await person.takeNext().catch(() => undefined)) !== undefined,
  );

  expect(await onDisk(STAYS)).toEqual([]);
});
