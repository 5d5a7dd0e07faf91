import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_MAILBOX, MailSimulator } from '../../apps/simulator/src';
import { ApiClient } from '../support/api-client';
import { built } from '../support/built';
import { evenhand } from '../support/operator';
import { ProductProcess, until } from '../support/product';
import { headerOf, SimulatedProvider } from '../support/simulated-provider';

let dir: string;
let env: Record<string, string>;
let product: ProductProcess | undefined;

beforeAll(async () => {
  await built();
  dir = await mkdtemp(join(tmpdir(), 'evenhand-first-run-'));
  env = { EVENHAND_DATA_DIR: join(dir, '.data'), EVENHAND_PORT: '0', EVENHAND_LOG_LEVEL: 'warn' };
});
afterAll(async () => {
  await product?.stop();
  await rm(dir, { recursive: true, force: true });
});

async function open(more: Record<string, string> = {}): Promise<ApiClient> {
  product = ProductProcess.start('all-in-one', { ...env, ...more });
  await product.prints(/Ctrl-C stops/);
  const { port } = new URL((await product.prints(/Customers +(http\S+)/))[1]!);
  return new ApiClient(`http://127.0.0.1:${port}`);
}

/** Process id of the embedded PostgreSQL. */
function postmaster(): number {
  const cluster = readdirSync(env['EVENHAND_DATA_DIR']!).find((name) => /^pg\d+$/.test(name))!;
  return Number(readFileSync(join(env['EVENHAND_DATA_DIR']!, cluster, 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

const reply = 'Bonjour, votre remboursement part demain. — Léa';
let customer: string;
let subject: string;

it('shows a newcomer a page, an address for it, and a queue that somebody waits in', async () => {
  const started = performance.now();
  const page = await open();
  const answer = await fetch(`${page.baseUrl}/`, { headers: { accept: 'text/html' } });
  const seconds = (performance.now() - started) / 1000;

  expect(await answer.text()).toMatch(/<!doctype html>/i);
  expect(answer.status).toBe(200);
  expect(product!.output).toMatch(/Evenhand +http:\/\/127\.0\.0\.1:\d+\/\n/);
  expect(product!.output).toMatch(/Customers +http:\/\/127\.0\.0\.1:\d+\/sim/);
  expect(product!.output).toContain(`Data is in ${env['EVENHAND_DATA_DIR']}, database included.`);
  const memory = product!.memoryMb();
  console.log(`page after ${seconds.toFixed(1)} s; whole product ${memory.toFixed(0)} MB`);
  // 600 is the aim; where the system does not tell shares, shared pages of PostgreSQL are counted once per process
  expect(memory).toBeLessThan(process.platform === 'linux' ? 600 : 1_200);
});

it('gives the one who signs in by a card the oldest letter, and brings the answer into the customer’s thread', async () => {
  const [, base] = await product!.prints(/Evenhand +(http\S+?)\/\n/);
  const lea = new ApiClient(base!);
  const provider = new SimulatedProvider(base!);
  await provider.silence();
  await lea.demoSignIn('AGENT');
  const [oldest] = await until('every letter is in the queue', async () => {
    const { inbox } = await provider.mailbox(DEMO_MAILBOX);
    const { accounts } = await lea.call<{
      accounts: { nodes: { address: string; intake: { read: number; toProcess: number } }[] };
    }>('{ accounts { nodes { address intake { read toProcess } } } }');
    // of the demo's channels mail has who waits longest
    const { read, toProcess } = accounts.nodes.find(({ address }) => address === DEMO_MAILBOX)!.intake;
    return read >= inbox.length && toProcess === 0 && inbox.length > 0 && inbox;
  });

  const { offerNext } = await lea.call<{
    offerNext: {
      offer: {
        wait: { waitingSince: string };
        conversation: { id: string; subject: string; timeline: { nodes: { id: string }[] } };
      };
    };
  }>(
    'mutation { offerNext(input: { clientMutationId: "1" }) { offer { wait { waitingSince } conversation { id subject timeline(last: 1) { nodes { id } } } } userErrors { message } } }',
  );
  const { wait, conversation } = offerNext.offer;

  expect(wait.waitingSince.slice(0, 19)).toBe(oldest!.internalDate.slice(0, 19));
  expect(conversation.subject).toBe(oldest!.subject);
  ({ subject } = conversation);
  const asked = await provider.raw(DEMO_MAILBOX, 'INBOX', oldest!.uid);
  customer = /[\w.+-]+@customers\.test/.exec(headerOf(asked, 'From')!)![0];
  await lea.call(
    'mutation ($id: ID!, $text: String!, $seen: ID!) { messageSend(input: { conversationId: $id, text: $text, seenUpTo: $seen, clientMutationId: "2" }) { message { id } userErrors { message } } }',
    { id: conversation.id, text: reply, seen: conversation.timeline.nodes[0]!.id },
  );

  const arrived = await until('the answer is in the customer’s mailbox', async () =>
    (await provider.mailbox(customer)).inbox.find((mail) => mail.text?.includes(reply)),
  );
  const raw = await provider.raw(customer, 'INBOX', arrived.uid);
  // the one who waits longest has chased since: the answer is to their newest mail
  const { inbox } = await provider.mailbox(DEMO_MAILBOX);
  const newest = inbox.findLast((mail) => JSON.stringify(mail.from).includes(customer))!;
  expect(headerOf(raw, 'In-Reply-To')).toBe(
    headerOf(await provider.raw(DEMO_MAILBOX, 'INBOX', newest.uid), 'Message-ID'),
  );
  expect(headerOf(raw, 'References')).toContain(headerOf(asked, 'Message-ID'));
  expect(arrived.subject).toMatch(/^Re: /);
  await until('one copy is in Sent, and the page says so', async () => {
    const copies = (await provider.mailbox(DEMO_MAILBOX)).sent.filter((mail) => mail.messageId === arrived.messageId);
    const seen = await lea.call<{ conversations: { nodes: { timeline: { nodes: object[] } }[] } }>(
      '{ conversations(view: DONE, first: 5) { nodes { timeline(last: 1) { nodes { ... on Message { text send { state } } } } } } }',
    );
    const shown = seen.conversations.nodes[0]?.timeline.nodes[0];
    return copies.length === 1 && JSON.stringify(shown) === JSON.stringify({ text: reply, send: { state: 'SENT' } });
  });
});

it('tells a second start in the same folder which process runs there', async () => {
  const second = ProductProcess.start('all-in-one', env);

  expect(await second.exited).toEqual({ code: 1, signal: null });
  expect(second.output).toContain(
    `Evenhand is already running in ${env['EVENHAND_DATA_DIR']}: process ${product!.pid}`,
  );
  expect(second.output).toMatch(/`kill \d+`/);
  expect(second.output).not.toMatch(/\n {4}at /);
});

it('stops with everything it started, and is where it was when it starts again', async () => {
  const database = postmaster();
  expect(alive(database)).toBe(true);

  expect(await product!.stop()).toEqual({ code: 0, signal: null });

  expect(alive(database)).toBe(false);
  const page = await open();
  await page.demoSignIn('AGENT');
  const { conversations } = await page.call<{ conversations: { nodes: unknown[] } }>(
    '{ conversations(view: DONE, first: 1) { nodes { subject timeline(last: 1) { nodes { ... on Message { text send { state } } } } } } }',
  );
  expect(conversations.nodes).toEqual([{ subject, timeline: { nodes: [{ text: reply, send: { state: 'SENT' } }] } }]);
  const { inbox } = await new SimulatedProvider(page.baseUrl).mailbox(customer);
  expect(inbox.filter((mail) => mail.text?.includes(reply))).toHaveLength(1);
});

async function cards(page: ApiClient): Promise<unknown[]> {
  const { installation } = await page.call<{ installation: { demoLogins: { agentId: string }[] } }>(
    '{ installation { demoLogins { agentId } } }',
  );
  return installation.demoLogins;
}

it('lets nobody in by a card once a real mailbox is connected, or people reach it from outside', async () => {
  const page = new ApiClient((await product!.prints(/Evenhand +(http\S+?)\/\n/))[1]!);
  const [card] = (await cards(page)) as { agentId: string }[];
  const real = await MailSimulator.start({ dir: join(dir, 'real') });
  try {
    const { address, password } = real.addMailbox('us@shop.example');
    const person = ['user', 'add', '--email', 'ada@shop.example', '--role', 'admin', '--password-stdin'];
    expect(await evenhand(env, person, 'a long enough password')).toMatchObject({ code: 0 });
    expect(await cards(page)).toHaveLength(3);
    const urls = ['--imap', `imap://127.0.0.1:${real.imapPort}`, '--smtp', `smtp://127.0.0.1:${real.smtpPort}`];
    const mailbox = ['account', 'add', 'email', '--address', address, ...urls, '--password-stdin'];

    expect(await evenhand(env, mailbox, password)).toMatchObject({ code: 0 });

    expect(await cards(page)).toEqual([]);
    const refused = await page.call(
      'mutation ($agentId: ID!) { demoSignIn(input: { agentId: $agentId }) { viewer { email } userErrors { message } } }',
      card,
    );
    expect(refused).toMatchObject({
      demoSignIn: { viewer: null, userErrors: [{ message: expect.any(String) as string }] },
    });
  } finally {
    await real.stop();
  }
});
