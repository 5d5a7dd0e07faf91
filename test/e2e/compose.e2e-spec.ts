import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MailSimulator } from '../../apps/simulator/src';
import { ApiClient } from '../support/api-client';
import { built } from '../support/built';
import { Composed } from '../support/composed';
import { until } from '../support/product';

const MAILBOX = 'help@shop.example';
const PASSWORD = 'a long enough password';

let dir: string;
let provider: MailSimulator;
let composed: Composed;
let lea: ApiClient;

beforeAll(async () => {
  await built();
  dir = await mkdtemp(join(tmpdir(), 'evenhand-compose-provider-'));
  provider = await MailSimulator.start({ dir });
  provider.addMailbox(MAILBOX, { password: 'right', storesSent: true });
  composed = await Composed.start();
});
afterAll(async () => {
  await composed.down();
  await provider.stop();
  await rm(dir, { recursive: true, force: true });
});

/** A customer's mail. @returns the words that name it. */
async function write(name: string): Promise<string> {
  const text = `Where is the order of ${name}?`;
  await provider.writeAs({
    from: { address: `${name}@customers.test` },
    to: MAILBOX,
    subject: `Order of ${name}`,
    text,
  });
  return text;
}

async function waiting(): Promise<number> {
  return (await lea.call<{ queue: { waiting: number } }>('{ queue { waiting } }')).queue.waiting;
}

/** Takes the head of the queue and answers it. @returns the answer's words. */
async function answerNext(key: string): Promise<string> {
  const { offerNext } = await lea.call<{
    offerNext: { offer: { conversation: { id: string; subject: string; timeline: { nodes: { id: string }[] } } } };
  }>(
    'mutation ($key: String!) { offerNext(input: { clientMutationId: $key }) { offer { conversation { id subject timeline(last: 1) { nodes { id } } } } userErrors { message } } }',
    { key },
  );
  const { id, subject, timeline } = offerNext.offer.conversation;
  const text = `About the ${subject}: it is on its way.`;
  const sent = await lea.call<{ messageSend: { userErrors: unknown[] } }>(
    'mutation ($id: ID!, $text: String!, $seen: ID!, $key: String!) { messageSend(input: { conversationId: $id, text: $text, seenUpTo: $seen, clientMutationId: $key }) { userErrors { message } } }',
    { id, text, seen: timeline.nodes[0]!.id, key: `${key} answer` },
  );
  expect(sent.messageSend.userErrors).toEqual([]);
  return text;
}

async function received(name: string): Promise<string[]> {
  const mails = await Promise.all(provider.mailbox(`${name}@customers.test`).inbox.map((mail) => mail.read()));
  return mails.map(({ text }) => text ?? '');
}

it('gives the connector key to connectors alone, and to each app a login and secrets of its own', () => {
  for (const { name, environment, secrets } of composed.services.values()) {
    const holdsKey = secrets.includes('connector-key') || 'EVENHAND_CONNECTOR_KEY' in environment;
    // the operator's command is no process of the product: it runs by hand and is gone
    expect([name, holdsKey]).toEqual([name, name.startsWith('connector-') || name === 'operator']);
    expect(Object.keys(environment).filter((key) => /PASSWORD$|_KEY$/.test(key))).toEqual([]);
    for (const file of Object.values(environment).filter((value) => value.startsWith('/run/secrets/'))) {
      expect(secrets).toContain(file.slice('/run/secrets/'.length));
    }
  }
  const roles = {
    api: 'api',
    triage: 'triage',
    audit: 'audit',
    'connector-email': 'connector',
    'connector-messenger': 'connector',
    'connector-x': 'connector',
  };
  expect(composed.apps.map(({ name }) => name).sort()).toEqual(Object.keys(roles).sort());
  for (const [name, role] of Object.entries(roles)) {
    const { environment, secrets } = composed.services.get(name)!;
    expect(environment['DATABASE_URL']).toBe(`postgres://evenhand_${role}@postgres:5432/evenhand`);
    expect(environment['DATABASE_PASSWORD_FILE']).toBe(`/run/secrets/${role}`);
    expect(secrets.filter((secret) => secret !== 'connector-key')).toEqual([role]);
  }
});

it('comes up in the order of the file, and carries a mail to the api and the answer to the customer', async () => {
  expect(composed.apps.every(({ dependsOn }) => dependsOn.includes('migrate'))).toBe(true);
  expect(await composed.run('migrate', [])).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^Applied/) as string,
  });
  // what an operator sets whose mail server is on the same machine
  for (const { environment } of [composed.services.get('connector-email')!]) {
    Object.assign(environment, { EVENHAND_ALLOW_PRIVATE_HOSTS: 'on' });
  }
  await Promise.all(composed.apps.map(({ name }) => composed.up(name)));
  const person = ['user', 'add', '--email', 'lea@shop.example', '--role', 'admin', '--password-stdin'];
  expect(await composed.run('operator', person, PASSWORD)).toMatchObject({ code: 0 });
  const urls = ['--imap', `imap://127.0.0.1:${provider.imapPort}`, '--smtp', `smtp://127.0.0.1:${provider.smtpPort}`];
  const mailbox = ['account', 'add', 'email', '--address', MAILBOX, ...urls, '--password-stdin'];
  expect(await composed.run('operator', mailbox, 'right')).toMatchObject({ code: 0 });
  lea = new ApiClient(composed.urlOf('api'));
  await lea.signIn('lea@shop.example', PASSWORD);

  await write('ana');
  await until('the mail waits in the queue', async () => (await waiting()) === 1);
  const answer = await answerNext('ana');

  await until('the answer is in the customer’s mailbox', async () => (await received('ana')).join().includes(answer));
});

it.each(['api', 'triage', 'connector-email'])(
  'goes on without %s when that is killed, says so, and has lost nothing when it is back',
  async (killed) => {
    const others = composed.apps.map(({ name }) => name).filter((name) => name !== killed);
    await write(`before-${killed}`);
    await until('the mail waits in the queue', async () => (await waiting()) === 1);
    // without the connector an answer is given while it is away; without another, at the moment at which that is killed
    const answer = killed === 'connector-email' ? undefined : await answerNext(`before-${killed}`);

    await composed.process(killed).kill();

    expect(await composed.ready(killed)).toBeUndefined();
    await write(`while-${killed}-is-away`);
    for (const name of others) {
      expect(composed.process(name).running).toBe(true);
      expect(await composed.ready(name)).toMatchObject({ status: 200 });
    }
    const given = answer ?? (await answerNext(`before-${killed}`));
    if (killed !== 'api') expect(await waiting()).toBe(0);
    await composed.up(killed);
    await until('the mail of meanwhile waits in the queue', async () => (await waiting()) === 1);
    const after = await answerNext(`after-${killed}`);
    await until('both answers arrived', async () => {
      const mails = [...(await received(`before-${killed}`)), ...(await received(`while-${killed}-is-away`))];
      return mails.some((text) => text.includes(given)) && mails.some((text) => text.includes(after));
    });
    expect(await received(`before-${killed}`)).toHaveLength(1);
    expect(await received(`while-${killed}-is-away`)).toHaveLength(1);
    for (const name of others) expect(await composed.ready(name)).toMatchObject({ status: 200 });
  },
);

it('carries mail as before while connector-messenger is away', async () => {
  await composed.process('connector-messenger').kill();

  expect(await composed.ready('connector-messenger')).toBeUndefined();
  await write('no-messenger');
  await until('the mail waits in the queue', async () => (await waiting()) === 1);
  const answer = await answerNext('no-messenger');
  await until('the answer arrived', async () => (await received('no-messenger')).join().includes(answer));
  await composed.up('connector-messenger');
});

it('goes on without Redis and says so', async () => {
  if (!composed.redis) return; // said aloud where Redis is looked for
  await composed.redis.stop();
  try {
    for (const name of ['api', 'triage', 'connector-email', 'connector-messenger']) {
      const report = await until(`${name} tells that Redis is away`, async () => {
        const ready = await composed.ready(name);
        return ready?.body.status === 'degraded' ? ready : undefined;
      });
      expect(report.status).toBe(200);
      expect(report.body.checks['redis']).toMatchObject({ status: 'degraded', detail: /PostgreSQL does its work/ });
    }
    await write('redis');
    await until('the mail waits in the queue', async () => (await waiting()) === 1);
    const answer = await answerNext('redis');
    await until('the answer arrived', async () => (await received('redis')).join().includes(answer));
  } finally {
    await composed.redis.start();
  }
});

it('stops every app in order when told to', async () => {
  for (const { name } of composed.apps) expect(await composed.process(name).stop()).toEqual({ code: 0, signal: null });
});
