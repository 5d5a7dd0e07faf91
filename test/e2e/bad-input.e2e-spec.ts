import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { ApiClient } from '../support/api-client';
import { built } from '../support/built';
import { garbage, say } from '../support/garbage';
import { evenhand } from '../support/operator';
import { ProductProcess, until } from '../support/product';
import { SimulatedProvider } from '../support/simulated-provider';
import { testDatabase, type TestDatabase } from '../support/test-database';

/** A stack trace, or a driver's words, where an operator or a stranger reads. */
const LEAK = /\n {4}at |node_modules|\.js:\d+|ECONN|syntax error at|SELECT /;

let dir: string;
let database: TestDatabase;
let product: ProductProcess;
let lea: ApiClient;
let port: number;
let mail: { imapPort: number; smtpPort: number };

beforeAll(async () => {
  await built();
  dir = mkdtempSync(join(tmpdir(), 'evenhand-bad-input-'));
  database = await testDatabase();
  const env = {
    DATABASE_URL: database.ownerUrl,
    EVENHAND_DATA_DIR: dir,
    EVENHAND_PORT: '0',
    EVENHAND_LOG_LEVEL: 'info',
  };
  product = ProductProcess.start('all-in-one', env);
  lea = new ApiClient((await product.prints(/Evenhand +(http\S+?)\/\n/))[1]!);
  port = Number(new URL(lea.baseUrl).port);
  mail = (await (await fetch(`${lea.baseUrl}/sim/api/state`)).json()) as typeof mail;
  await lea.demoSignIn('ADMIN');
});
afterAll(async () => {
  await product.stop();
  await database.drop();
  rmSync(dir, { recursive: true, force: true });
});
/** @throws when what was said to it has harmed the product. */
async function goesOn(): Promise<void> {
  if (!product.running) throw new Error(`the product ended:\n${product.output}`);
  await lea.call('{ queue { waiting entries(first: 1) { totalCount } } }');
  // ERROR means that a person must act: nobody must because a stranger talks nonsense
  const errors = product.output.split('\n').filter((line) => line.includes('"level":"error"'));
  if (errors.length > 0) throw new Error(`nonsense was logged as an error:\n${errors.join('\n')}`);
}
afterEach(goesOn);

it('refuses what is not HTTP on its port, and goes on', async () => {
  const speeches: (string | Buffer)[] = [
    garbage(1, 4_000),
    garbage(2, 200_000),
    Buffer.alloc(100_000),
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', // a TLS hello
    'GET / HTTP/9.9\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n${'X-Much: y\r\n'.repeat(5_000)}\r\n`,
    'POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    'POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nX-Evenhand: 1\r\nContent-Length: 99999999\r\n\r\n{',
    'GET /%00%ff%fe/../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
    'GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n',
    'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  ];
  const answers = await Promise.all(speeches.map((speech) => say(port, speech)));

  for (const answer of answers) {
    expect(answer).not.toMatch(/^HTTP\/1\.1 5\d\d/);
    expect(answer).not.toMatch(/root:/);
    expect(answer).not.toMatch(LEAK);
  }
});

it('answers nonsense at every address with a clear refusal and no secret of its inside', async () => {
  const json = { 'content-type': 'application/json' };
  const asks: [method: string, path: string, body?: string | Buffer, headers?: Record<string, string>][] = [
    ['POST', '/graphql', 'not json', json],
    ['POST', '/graphql', '[]', json],
    ['POST', '/graphql', 'null', json],
    ['POST', '/graphql', '{"query":42}', json],
    ['POST', '/graphql', '{"query":"{ nothing }"}', json],
    ['POST', '/graphql', '{"query":"{ viewer { email"}', json],
    ['POST', '/graphql', JSON.stringify({ query: `{ ${'a '.repeat(50_000)} }` }), json],
    ['POST', '/graphql', JSON.stringify({ query: `${'{ viewer '.repeat(5_000)}` }), json],
    ['POST', '/graphql', Buffer.alloc(3_000_000, 'x'), json],
    ['POST', '/graphql', garbage(3, 10_000), json],
    ['POST', '/graphql', garbage(4, 1_000), { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
    ['POST', '/graphql', garbage(5, 1_000), { 'content-type': 'multipart/form-data; boundary=x' }],
    ['GET', '/graphql?query={viewer{email}}'],
    ['DELETE', '/graphql'],
    ['POST', '/attachments', garbage(6, 1_000), { 'content-type': 'x/y' }],
    ['POST', '/attachments', '', { 'x-file-name': 'a' }],
    ['POST', '/attachments', 'x', { 'x-file-name': '%ff%00../../x' }],
    ['GET', '/attachments/..%2f..%2fetc%2fpasswd'],
    ['GET', "/attachments/'; drop table inbox.messages; --"],
    ['GET', '/attachments/00000000-0000-0000-0000-000000000000.source'],
    ['GET', `/connect/email/${'x'.repeat(3_000)}`],
    ['POST', '/connect/email/unknown', garbage(7, 20_000), { 'content-type': 'application/x-www-form-urlencoded' }],
    [
      'POST',
      '/connect/email/unknown',
      Buffer.alloc(200_000, 'a=b&'),
      { 'content-type': 'application/x-www-form-urlencoded' },
    ],
    ['POST', '/health/ready'],
    ['GET', '/metrics/../x'],
    ['PUT', '/sim/api/faults', '{"down":"perhaps"}', json],
    ['POST', '/sim/api/mails', '{"from":1}', json],
    ['POST', '/sim/api/mails', garbage(8, 5_000), json],
    ['POST', '/sim/api/mailboxes/nobody@x.test/deliver', garbage(9, 5_000), { 'content-type': 'message/rfc822' }],
    ['GET', '/sim/api/mailboxes/%00/INBOX/-1'],
  ];
  for (const [method, path, body, headers] of asks) {
    const init = { method, headers: headers ?? {}, ...(body === undefined ? {} : { body }) };
    const response = await lea.fetch(path, init);
    const text = await response.text();
    const said = `${method} ${path.slice(0, 60)}: ${response.status} ${text.slice(0, 300)}`;
    expect(said).toMatch(/: 4\d\d |: 200 [\s\S]*(errors|<!doctype)/i);
    expect(said).not.toMatch(LEAK);
    if (!/doctype/i.test(text)) expect(text).toMatch(/error|message/i);
  }
});

it('lets nobody in by a socket that breaks the rules, and keeps those that keep them', async () => {
  const url = `ws://127.0.0.1:${port}`;
  const ends = (socket: WebSocket): Promise<string> =>
    new Promise((resolve) => {
      socket.on('error', () => undefined);
      socket.on('unexpected-response', (_, response) => resolve(`HTTP ${response.statusCode}`));
      socket.on('close', (code) => resolve(`closed ${code}`));
    });
  const headers = { cookie: lea.cookieHeader };
  const opened = (path: string, options: object, speech: (socket: WebSocket) => void): Promise<string> => {
    const socket = new WebSocket(`${url}${path}`, 'graphql-transport-ws', { headers, origin: lea.baseUrl, ...options });
    socket.on('open', () => speech(socket));
    return ends(socket);
  };

  const said = await Promise.all([
    opened('/elsewhere', {}, () => undefined),
    opened('/graphql', { origin: 'https://evil.example' }, () => undefined),
    opened('/graphql', {}, (socket) => socket.send('not json')),
    opened('/graphql', {}, (socket) => socket.send(garbage(10, 5_000))),
    opened('/graphql', {}, (socket) => socket.send(Buffer.alloc(1_000_000))),
    opened('/graphql', {}, (socket) =>
      socket.send('{"type":"subscribe","id":"1","payload":{"query":"subscription { x }"}}'),
    ),
    opened('/graphql', {}, (socket) => {
      // a frame with reserved bits and a control code that does not exist
      (socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(garbage(11, 300));
    }),
    opened('/graphql', { headers: {} }, (socket) => socket.send('{"type":"connection_init"}')),
  ]);

  expect(said.slice(0, 2)).toEqual(['HTTP 404', 'HTTP 403']);
  for (const end of said.slice(2)) expect(end).toMatch(/^closed (1002|1003|1006|1007|1009|44\d\d)$/);
  const upgrade = 'GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
  expect(await say(port, `${upgrade}\r\n`)).toMatch(/^HTTP\/1\.1 4\d\d/);
  expect(await say(port, `${upgrade}Sec-WebSocket-Version: 99\r\nSec-WebSocket-Key: x\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 4\d\d/,
  );
});

interface Account {
  readonly channel: string;
  readonly intake: { readonly read: number; readonly toProcess: number };
}

it('keeps the mail servers of the simulator up, whatever is said to them', async () => {
  const login = 'a LOGIN support@demo.evenhand.test wrong\r\n';
  const imap = [
    garbage(12, 5_000),
    garbage(13, 300_000),
    'A'.repeat(300_000),
    'a1 NOSUCHCOMMAND\r\na2\r\n\r\n\r\na3 FETCH 1:* (((((((((((\r\n',
    'a LOGIN {99999999999}\r\n',
    'a LOGIN "unclosed\r\nb LOGOUT\r\n',
    login.repeat(50),
    `a SEARCH ${'('.repeat(10_000)}\r\n`,
  ];
  const smtp = [
    garbage(14, 5_000),
    garbage(15, 300_000),
    'A'.repeat(300_000),
    'EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n.\r\n',
    'EHLO x\r\nAUTH PLAIN !!!!\r\nAUTH LOGIN\r\n\x00\x01\x02\r\n',
    `EHLO ${'x'.repeat(100_000)}\r\n`,
    'DATA\r\nBDAT 9\r\nSTARTTLS\r\nRSET\r\nQUIT\r\n',
  ];
  await Promise.all([...imap.map((what) => say(mail.imapPort, what)), ...smtp.map((what) => say(mail.smtpPort, what))]);

  // its own customers still write, and the product still reads
  const words = `after the noise ${randomBytes(4).toString('hex')}`;
  const provider = new SimulatedProvider(lea.baseUrl);
  await provider.write({
    from: { address: 'zoe@customers.test' },
    to: 'support@demo.evenhand.test',
    subject: words,
    text: words,
  });
  await until('the mail was taken in', async () => {
    const { inbox } = await provider.mailbox('support@demo.evenhand.test');
    const { accounts } = await lea.call<{ accounts: { nodes: Account[] } }>(
      '{ accounts { nodes { channel intake { read toProcess } } } }',
    );
    const { read, toProcess } = accounts.nodes.find(({ channel }) => channel === 'EMAIL')!.intake;
    return read >= inbox.length && toProcess === 0;
  });
});

describe('a wrong configuration', () => {
  const wrong = {
    DATABASE_URL: 'mysql://x',
    REDIS_URL: 'nonsense',
    EVENHAND_PORT: '70000',
    EVENHAND_PUBLIC_URL: 'inbox.example.org',
    EVENHAND_LOG_LEVEL: 'loud',
    DATABASE_PASSWORD_FILE: '/nowhere/secret',
  };
  const own: Record<string, Record<string, string>> = {
    'all-in-one': {
      EVENHAND_DEMO: 'maybe',
      EVENHAND_CONNECTOR_KEY: 'short',
      EVENHAND_MAIL_WORKERS: '0',
      EVENHAND_INTROSPECTION: '1',
    },
    api: { EVENHAND_INTROSPECTION: '1', EVENHAND_TRUSTED_PROXIES: '?' },
    triage: {},
    'connector-email': { EVENHAND_CONNECTOR_KEY: 'short', EVENHAND_MAIL_WORKERS: '0' },
    'connector-messenger': { EVENHAND_CONNECTOR_KEY: 'short', EVENHAND_ALLOW_PRIVATE_HOSTS: 'maybe' },
    simulator: { EVENHAND_SIMULATOR_LIFE: 'perhaps', EVENHAND_SIMULATOR_IMAP_PORT: 'x' },
  };

  it.each(Object.keys(own))('of %s is told whole, with what was expected, before anything starts', async (app) => {
    const env = { ...wrong, ...own[app], EVENHAND_DATA_DIR: join(dir, 'never') };
    const started = ProductProcess.start(app, env);

    expect(await started.exited).toEqual({ code: 1, signal: null });

    const names = [...Object.keys(wrong), ...Object.keys(own[app]!)];
    expect(started.output).toContain(`The configuration has ${names.length} faults:`);
    for (const name of names) expect(started.output).toMatch(new RegExp(`^ {2}${name}: got .+; expected .+$`, 'm'));
    expect(started.output).not.toContain('short; ');
    expect(started.output).not.toMatch(LEAK);
  });

  it('says what to do when the database is away, unknown, or not made yet', async () => {
    const unmade = await testDatabase({ migrated: false });
    const elsewhere = new URL(database.ownerUrl);
    elsewhere.pathname = '/evenhand_nowhere';
    const starts: [string, Record<string, string>, RegExp][] = [
      [
        'all-in-one',
        { DATABASE_URL: 'postgres://owner:secret@127.0.0.1:1/x' },
        /^PostgreSQL cannot be reached \(.*\)\. Start it, or correct DATABASE_URL\.$/m,
      ],
      ['triage', { DATABASE_URL: 'postgres://owner:secret@127.0.0.1:1/x' }, /^PostgreSQL cannot be reached \(/m],
      [
        'api',
        { DATABASE_URL: elsewhere.href },
        /^The database does not exist \(.*\)\. Create it, or correct DATABASE_URL\.$/m,
      ],
      [
        'api',
        { DATABASE_URL: unmade.ownerUrl },
        /The database lacks .*Run `npm run migrate` with the owner's DATABASE_URL first\./,
      ],
      ['api', {}, /^DATABASE_URL is not set\. Give it the URL of a PostgreSQL 15 or newer/m],
      [
        'all-in-one',
        { EVENHAND_PORT: String(port), DATABASE_URL: unmade.ownerUrl },
        /^port \d+ is taken; set EVENHAND_PORT to another/m,
      ],
    ];
    const ended = await Promise.all(
      starts.map(async ([app, env, said], i) => {
        const data = join(dir, `start-${i}`);
        const started = ProductProcess.start(app, {
          EVENHAND_PORT: '0',
          EVENHAND_DEMO: 'off',
          ...env,
          EVENHAND_DATA_DIR: data,
        });
        const { code } = await started.exited;
        return { code, output: started.output, said };
      }),
    );
    for (const { code, output, said } of ended) {
      expect(output).toMatch(said);
      expect(output).not.toMatch(/\n {4}at |secret/);
      expect(code).toBe(1);
    }
    const migrate = await evenhand({ DATABASE_URL: 'postgres://owner@127.0.0.1:1/x' }, ['migrate']);
    expect(migrate).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^PostgreSQL cannot be reached/) as string,
    });
    await unmade.drop();
  });
});
