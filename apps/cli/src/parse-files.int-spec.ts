import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dispatch } from './command';
import { parseDelivery } from './parse-delivery';
import { parseMail } from './parse-mail';
import { readInput } from './read-input';

const fixtures = join(__dirname, '../../connector-messenger/src/fixtures');
const fixture = (name: string): string => join(fixtures, `${name}.json`);
const ofX = (name: string): string => join(__dirname, '../../connector-x/src/fixtures', `${name}.json`);

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'evenhand-parse-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

async function call(...argv: string[]): Promise<{ code: number; lines: string[]; json: () => unknown[] }> {
  const lines: string[] = [];
  const code = await dispatch([parseDelivery, parseMail], argv, { line: (text) => void lines.push(text) });
  return { code, lines, json: () => lines.map((line) => JSON.parse(line) as unknown) };
}

const deliveries = (...argv: string[]) => call('parse-delivery', '--channel', 'messenger', '--json', ...argv);

describe('parse-delivery', () => {
  it('says what is read from a message, one object in a line', async () => {
    const { code, json } = await deliveries(fixture('files'), fixture('reply-to'));

    expect(code).toBe(0);
    expect(json()).toEqual([
      {
        file: fixture('files'),
        channel: 'messenger',
        account: '104200000000001',
        events: [
          expect.objectContaining({
            kind: 'message',
            class: 'ordinary',
            externalId: 'm_a1',
            threadKey: '6210000000000017',
            direction: 'inbound',
            visibility: 'private',
            author: { value: '6210000000000017' },
            at: '2026-11-22T02:00:00.001Z',
            text: 'Two pictures and the rest\n🔗 Kettle\nhttps://shop.example/kettle',
            replyTo: null,
            attachments: [
              { kind: 'image', position: 0, url: 'https://scontent.example/a.jpg?oh=1&oe=2' },
              { kind: 'video', position: 1, url: 'https://video.example/b.mp4' },
              { kind: 'audio', position: 2, url: 'https://cdn.example/c.mp4' },
              { kind: 'file', position: 3, url: 'https://cdn.example/d.pdf', name: 'bill.pdf' },
            ],
          }),
        ],
        unsupported: [],
        problems: ['Messenger gave no address for a file (image).'],
      },
      expect.objectContaining({ events: [expect.objectContaining({ replyTo: 'm_before', attachments: [] })] }),
    ]);
  });

  it('has a line for each account in a body', async () => {
    expect((await deliveries(fixture('envelopes'))).json()).toMatchObject([
      { account: '104200000000001', events: [{ text: 'for this one' }] },
      { account: '999', events: [{ text: 'for another Page' }] },
    ]);
  });

  it('tells what was of no use apart from what made no sense', async () => {
    const { code, json } = await deliveries(
      fixture('feed-without-use'),
      fixture('malformed-in-between'),
      fixture('instagram'),
      fixture('policy-block'),
      file('cut.json', '{"object":"page","entry":[{"id":"1'),
    );

    expect(code).toBe(0);
    expect(json()).toMatchObject([
      { events: [], unsupported: expect.arrayContaining(['feed:like', 'changes:mention']), problems: [] },
      {
        events: [{ text: 'still read' }],
        unsupported: [],
        problems: expect.arrayContaining(['malformed:entry[2].messaging[1].message']),
      },
      { account: null, events: [], unsupported: ['object:instagram'], problems: [] },
      { events: [{ kind: 'policy', action: 'blocked' }] },
      { account: null, events: [], unsupported: [], problems: [expect.stringMatching(/are not JSON/)] },
    ]);
  });

  it('knows the own echoes of an app that is named', async () => {
    const echo = fixture('echo-of-ours');

    expect((await deliveries('--app-id', '5120000000000001', echo)).json()).toMatchObject([
      { events: [{ kind: 'send' }] },
    ]);
    expect((await deliveries(echo)).json()).toMatchObject([{ events: [{ kind: 'message', direction: 'outbound' }] }]);
  });

  it('says the same for people', async () => {
    const { lines } = await call(
      'parse-delivery',
      '--channel',
      'messenger',
      fixture('edit'),
      fixture('optin-without-thread'),
    );

    expect(lines[0]).toMatch(/edit\.json: account 104200000000001, 1 events\n {2}\{"kind":"change"/);
    expect(lines[1]).toMatch(/0 events\n {2}not used: optin:without-thread/);
  });

  it.each([
    [['--json', 'x'], /--channel is missing/],
    [['--channel', 'email', 'x'], /got "email", expected messenger or x; mail is read by parse-mail/],
    [['--channel', 'constructor', 'x'], /got "constructor", expected messenger or x$/m],
    [['--channel', 'messenger'], /FILE is missing/],
  ])('refuses %j', async (argv, said) => {
    const { code, lines } = await call('parse-delivery', ...argv);

    expect(code).toBe(2);
    expect(lines.join('\n')).toMatch(said);
  });
});

describe('parse-delivery of X', () => {
  const ofHandle = (...argv: string[]) => call('parse-delivery', '--channel', 'x', '--json', ...argv);

  it('says what is read from posts and messages, and nothing of fame', async () => {
    const { code, json, lines } = await ofHandle(ofX('photos'), ofX('reply'), ofX('chat'), ofX('aaa-dm'));

    expect(code).toBe(0);
    expect(json()).toEqual([
      {
        file: ofX('photos'),
        channel: 'x',
        account: '111',
        events: [
          expect.objectContaining({
            kind: 'message',
            class: 'ordinary',
            externalId: '2124321969271734273',
            threadKey: '2124321969271734273/222',
            direction: 'inbound',
            visibility: 'public',
            author: { value: '222', name: 'Ada' },
            at: '2026-11-22T02:00:00.000Z',
            text: '@shop like this',
            replyTo: null,
            attachments: [
              { kind: 'image', position: 0, url: 'https://pbs.twimg.com/media/a.jpg' },
              { kind: 'image', position: 1, url: 'https://pbs.twimg.com/media/b.jpg' },
            ],
          }),
        ],
        unsupported: [],
        problems: [],
      },
      expect.objectContaining({ events: [expect.objectContaining({ replyTo: '2124080377885622273' })] }),
      expect.objectContaining({ events: [expect.objectContaining({ encrypted: true, threadKey: 'dm:222' })] }),
      expect.objectContaining({ events: [expect.objectContaining({ visibility: 'private', threadKey: 'dm:222' })] }),
    ]);
    expect(lines.join()).not.toMatch(/reach|follower|verified|likes|\b97\b/);
  });

  it('takes pages and lines of the stream, which name no account, as of one that is named', async () => {
    expect((await ofHandle(ofX('page-of-directs'))).json()).toMatchObject([
      { account: null, unsupported: expect.arrayContaining(['direct:not-ours']) },
    ]);
    const [page, stream, other] = (
      await ofHandle('--account', '111', ofX('page-of-directs'), ofX('stream-post'), ofX('event-of-another'))
    ).json();

    expect(page).toMatchObject({ account: '111', unsupported: ['direct:ParticipantsJoin'] });
    expect((page as { events: unknown[] }).events).toHaveLength(5);
    expect(stream).toMatchObject({ account: '111', events: [{ text: '@shop is it open?' }] });
    expect(other).toMatchObject({ account: '999' });
  });

  it('tells what was of no use apart from what made no sense', async () => {
    expect(
      (await ofHandle(ofX('like'), ofX('malformed-in-between'), file('torn.json', '{"data":'))).json(),
    ).toMatchObject([
      { events: [], unsupported: ['activity:like.create'], problems: [] },
      { events: [{ text: 'still read' }], unsupported: [], problems: expect.arrayContaining(['malformed:data[0]']) },
      { account: null, events: [], problems: [expect.stringMatching(/are not JSON/)] },
    ]);
  });
});

describe('parse-mail', () => {
  const MAIL = [
    'Message-ID: <two@shop.example>',
    'In-Reply-To: <one@shop.example>',
    'References: <zero@shop.example> <one@shop.example>',
    'Date: Sun, 22 Nov 2026 10:00:00 +0100',
    'From: =?utf-8?q?L=C3=A9a?= <Lea@Home.example>',
    'To: Help <help@shop.example>, second@shop.example',
    'Cc: third@shop.example',
    'Reply-To: elsewhere@home.example',
    'Subject: Re: The kettle',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'It still drips.',
    '',
    'On Sat, 21 Nov 2026 at 10:00, Help <help@shop.example> wrote:',
    '> Does it drip?',
    '--b',
    'Content-Type: text/plain; name=note.txt',
    'Content-Disposition: attachment; filename=note.txt',
    '',
    'abc',
    '--b--',
    '',
  ].join('\r\n');

  it('says what is read from a mail, one object in a line', async () => {
    const path = file('reply.eml', MAIL);
    const { code, json } = await call('parse-mail', '--json', path);

    expect(code).toBe(0);
    expect(json()).toEqual([
      {
        file: path,
        kind: 'message',
        messageId: 'two@shop.example',
        inReplyTo: 'one@shop.example',
        references: ['zero@shop.example', 'one@shop.example'],
        date: '2026-11-22T09:00:00.000Z',
        subject: 'Re: The kettle',
        from: { address: 'lea@home.example', name: 'Léa' },
        to: [
          { address: 'help@shop.example', name: 'Help' },
          { address: 'second@shop.example', name: null },
        ],
        cc: [{ address: 'third@shop.example', name: null }],
        replyTo: [{ address: 'elsewhere@home.example', name: null }],
        text: expect.stringMatching(/^It still drips\.\n\nOn Sat[\s\S]*> Does it drip\?$/),
        reply: 'It still drips.',
        html: false,
        attachments: [
          {
            name: 'note.txt',
            mime: 'text/plain',
            size: 3,
            md5: '900150983cd24fb0d6963f7d28e17f72',
            sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
            inline: false,
          },
        ],
        problems: [],
      },
    ]);
  });

  it('tells bounces, automatic answers and lists from messages, and keeps the order of the files', async () => {
    const head = 'From: a@b.example\r\nSubject: x\r\n';
    const files = [
      file('list.eml', `${head}List-Id: <l.b.example>\r\n\r\nx`),
      file('auto.eml', `${head}Auto-Submitted: auto-replied\r\n\r\nx`),
      file('bounce.eml', `${head}X-Failed-Recipients: c@d.example\r\n\r\nx`),
      file('html.eml', `${head}Content-Type: text/html\r\n\r\n<p>x</p>`),
      file('empty.eml', ''),
    ];
    const { code, json } = await call('parse-mail', '--json', ...files);

    expect(code).toBe(0);
    expect(json()).toMatchObject([
      { kind: 'list' },
      { kind: 'auto-reply' },
      { kind: 'bounce' },
      { kind: 'message', html: true, text: 'x' },
      { problems: expect.arrayContaining(['The mail is empty.']) },
    ]);
  });

  it('says the same for people', async () => {
    const { lines } = await call('parse-mail', file('reply.eml', MAIL));

    expect(lines.join('\n')).toMatch(
      /reply\.eml: message\n {2}from Léa <lea@home\.example>[\s\S]*file note\.txt[\s\S]*drips/,
    );
  });
});

it('goes on after a file that cannot be opened, and says so in its place', async () => {
  const gone = join(dir, 'gone.json');

  for (const [argv, mine] of [
    [['parse-delivery', '--channel', 'messenger', '--json', gone, dir, fixture('text')], { account: null, events: [] }],
    [
      ['parse-mail', '--json', gone, dir, file('a.eml', 'Subject: a\r\n\r\nx')],
      { kind: null, messageId: null, to: [] },
    ],
  ] as const) {
    const { code, json } = await call(...argv);

    expect(code).toBe(1);
    expect(json()).toMatchObject([
      { file: gone, problems: ['It cannot be opened: ENOENT.'], ...mine },
      { file: dir, problems: ['It cannot be opened: EISDIR.'], ...mine },
      { problems: expect.not.arrayContaining([expect.stringMatching(/cannot be opened/)]) },
    ]);
  }
});

it('reads standard input, up to a limit', async () => {
  async function* chunks(count: number): AsyncGenerator<Buffer> {
    for (let i = 0; i < count; i += 1) yield Buffer.alloc(1024 * 1024, 'x');
  }

  expect(await readInput('-', chunks(2))).toMatchObject({ bytes: { length: 2 * 1024 * 1024 } });
  expect(await readInput('-', chunks(65))).toEqual({ problem: 'It is larger than 64 MB.' });
});
