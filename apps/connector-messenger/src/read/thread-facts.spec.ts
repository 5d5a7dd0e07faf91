import { APP, delivery, PAGE, PERSON } from '../fixtures/fixture';
import { AT, WINDOW, only, read } from '../fixtures/read-fixture';
import { readDelivery } from '../read';

describe('what a customer does besides', () => {
  it.each<[string, object]>([
    ['postback', { externalId: 'm_pb', nativeIds: ['m_pb'], text: 'Get Started', at: AT, window: WINDOW }],
    ['postback-without-title', { externalId: 'm_pb', text: 'DELIVERY_7' }],
    ['postback-without-mid', { externalId: expect.stringMatching(/^postback:6210000000000017:1795312800001:/), nativeIds: [], text: 'Delivery' }], // prettier-ignore
    ['dashboard-test-postback', { text: 'Test' }],
  ])('%s is a message', (name, expected) => {
    expect(read(name).events[0]).toMatchObject({
      kind: 'message',
      class: 'ordinary',
      direction: 'inbound',
      ...expected,
    });
  });

  it('a link in a postback is a notice that opens the window', () => {
    expect(read('postback').events[1]).toMatchObject({
      externalId: 'referral:m_pb',
      class: 'notice',
      text: '↪ qr7 · SHORTLINK',
      window: WINDOW,
    });
  });

  it.each<[string, object]>([
    ['referral', { text: '↪ poster · SHORTLINK', window: WINDOW }],
    ['optin', { text: '🔕 News of the shop · notification_messages · STOP NOTIFICATIONS', at: AT }],
    ['account-linked', { text: '🔑 linked' }],
    ['referral-of-lead', { text: '📣 ADS · ad 6100\nWhich size?: 2 l\nPhone?: 0600000000', at: '2026-11-22T02:00:00.000Z' }], // prettier-ignore
  ])('%s is a notice', (name, expected) => {
    const event = only(name);

    expect(event).toMatchObject({
      class: 'notice',
      direction: 'inbound',
      threading: { threadKey: PERSON },
      ...expected,
    });
    if (!('window' in expected)) expect(event).not.toHaveProperty('window');
  });

  it('a reaction changes the message and opens the window', () => {
    const externalId = `reaction:m_out:${PERSON}:react:love:1795312800001`;

    expect(read('reaction').events).toEqual([
      { kind: 'change', externalId, target: 'm_out', at: AT, change: { type: 'reaction', by: PERSON, emoji: '❤️' } },
      { kind: 'thread', externalId, threadKey: PERSON, at: AT, window: WINDOW },
    ]);
    expect(read('reaction-by-name').events[0]).toMatchObject({ change: { emoji: '😮' } });
  });

  it('a reaction that is taken back, or is the Page’s, opens nothing', () => {
    expect(only('reaction-taken-back')).toMatchObject({ change: { type: 'reaction', by: PERSON, emoji: null } });
    expect(only('reaction-by-page')).toMatchObject({ target: 'm_a1', change: { by: PAGE, emoji: '👍' } });
  });

  it.each<[string, object]>([
    ['edit', { externalId: 'edit:m_a1:2', change: { type: 'edited', text: 'Is the small kettle back?', number: 2 } }],
    ['unsend', { externalId: 'unsend:m_a1', change: { type: 'withdrawn', by: 'author' } }],
  ])('%s changes the message', (name, expected) => {
    expect(only(name)).toEqual({ kind: 'change', target: 'm_a1', at: AT, ...expected });
  });

  it.each<[string, object]>([
    ['delivered', { externalId: `delivery:${PERSON}:1795312806001`, deliveredUpTo: '2026-11-22T02:00:06.001Z', at: '2026-11-22T02:00:06.001Z' }], // prettier-ignore
    ['delivered-without-mids', { externalId: `delivery:${PERSON}:1795312806001`, deliveredUpTo: '2026-11-22T02:00:06.001Z', at: '2026-11-22T02:00:06.101Z' }], // prettier-ignore
    ['read', { externalId: `read:${PERSON}:1795312807001`, readUpTo: '2026-11-22T02:00:07.001Z', at: '2026-11-22T02:00:07.101Z' }], // prettier-ignore
    ['read-by-mid', { externalId: `read:${PERSON}:1795312807101`, readUpTo: '2026-11-22T02:00:07.101Z', at: '2026-11-22T02:00:07.101Z' }], // prettier-ignore
  ])('%s is known of the thread', (name, expected) => {
    expect(only(name)).toEqual({ kind: 'thread', threadKey: PERSON, ...expected });
  });
});

describe('who answers in a thread', () => {
  it.each<[string, object]>([
    ['thread-passed-to-us', { who: 'us', app: APP.appId }],
    ['thread-taken-from-us', { who: 'other', app: 'page-inbox' }],
    ['thread-idle', { who: 'nobody', app: '' }],
  ])('is told by %s', (name, handledBy) => {
    expect(only(name)).toMatchObject({ kind: 'thread', threadKey: PERSON, at: AT, handledBy });
  });

  it.each<[string, object]>([
    ['standby', { externalId: 'm_a1', text: 'While the bot had it', class: 'ordinary' }],
    ['standby-postback', { externalId: 'm_pb', text: 'Menu', class: 'ordinary' }],
  ])('is another program when it comes as %s', (name, message) => {
    expect(read(name).events).toMatchObject([
      { kind: 'message', ...message },
      { kind: 'thread', threadKey: PERSON, at: AT, handledBy: { who: 'other', app: '' } },
    ]);
  });

  it('does not double a message that comes both ways', () => {
    expect(read('message-on-both-lists').events.filter(({ kind }) => kind === 'message')).toHaveLength(1);
  });
});

it.each([
  ['policy-warning', 'warned', 'Too many people blocked this Page.'],
  ['policy-block', 'blocked', 'Too many people blocked this Page.'],
  ['policy-unblock', 'allowed', ''],
])('%s is a notice of the platform to us', (name, action, reason) => {
  expect(read(name)).toMatchObject({ events: [], policy: [{ at: new Date(AT), action, reason }], unsupported: [] });
});

it('takes no note of what the Page has read', () => {
  const element = { sender: { id: PAGE }, recipient: { id: PERSON }, timestamp: 1795312807101, read: { watermark: 1795312807001 } }; // prettier-ignore
  const body = { entry: [{ id: PAGE, messaging: [element] }] };

  expect(readDelivery(delivery(body), { address: PAGE }, APP)).toMatchObject({ events: [], unsupported: [] });
});
