import { APP, delivery, PAGE, PERSON } from '../fixtures/fixture';
import { AT, WINDOW, only, read } from '../fixtures/read-fixture';
import { readDelivery } from '../read';

const ECHOED_AT = '2026-11-22T02:00:04.001Z';

describe('a message of a customer', () => {
  it('is read whole', () => {
    expect(only('text')).toEqual({
      kind: 'message',
      externalId: 'm_a1',
      direction: 'inbound',
      visibility: 'private',
      author: { value: PERSON },
      participants: [{ value: PERSON, role: 'from' }],
      at: AT,
      class: 'ordinary',
      history: false,
      text: 'Is the large kettle back?',
      language: 'en',
      attachments: [],
      pendingFiles: [],
      threading: { threadKey: PERSON, references: [] },
      window: WINDOW,
      nativeIds: ['m_a1'],
      problems: [],
      unreadable: false,
      encrypted: false,
      commitments: {},
    });
  });

  it.each<[string, object]>([
    ['text-of-every-kind', { text: 'café 😀 https://shop.example/a مرحبا a\u200bb half \ufffd nul  end' }],
    ['quick-reply', { text: 'Opening hours' }],
    ['quick-reply-without-text', { text: 'OPENING' }],
    ['reply-to', { text: 'That one', threading: { threadKey: PERSON, references: [{ kind: 'native', id: 'm_before', direct: true }] } }], // prettier-ignore
    ['shared-links', { text: 'Look https://shop.example/kettle\n🔗 Kettle 2 l\n🔗 foo.doc\nMy Documents/foo.doc\n🔗 How we pack\nhttps://www.facebook.com/reel/1234/\n🔗 https://www.facebook.com/p/9', problems: [] }], // prettier-ignore
    ['shared-without-anything', { text: '', problems: [expect.stringMatching(/shared without title and address/)] }],
    ['shared-product', { text: '▪ Kettle 2 l – 49 EUR', problems: [] }],
    ['location', { text: '📍 My place · 48.8566, 2.3522 · https://maps.example/1' }],
    ['booking', { text: '📅 requested · 2026-11-22 08:00 – 2026-11-22 08:30 · Europe/Paris' }],
    ['like-heart', { text: '❤️', problems: [] }],
    ['not-passed-on', { text: '', problems: [expect.stringMatching(/does not pass on/)] }],
    ['empty-message', { text: '', problems: [expect.stringMatching(/without content/)] }],
    ['message-without-mid', { text: 'no id', nativeIds: [], externalId: expect.stringMatching(/^message:6210000000000017:1795312800001:[0-9a-f]{16}$/) }], // prettier-ignore
    ['message-by-user-ref', { author: { value: 'user_ref:box-77' }, threading: { threadKey: 'user_ref:box-77', references: [] } }], // prettier-ignore
    ['lead-summary', { at: '2026-11-22T02:00:00.000Z', text: 'My phone is 0600000000' }],
    ['no-time-of-its-own', { at: '2026-11-22T02:00:01.000Z' }],
    ['ids-as-numbers', { author: { value: '92233720368547758073' }, text: 'hi' }],
    ['dashboard-test', { externalId: 'random_mid', author: { value: '12334' }, at: '2026-11-22T02:00:00.000Z' }],
  ])('of the shape %s says what was meant', (name, expected) => {
    expect(only(name)).toMatchObject({ kind: 'message', direction: 'inbound', class: 'ordinary', ...expected });
  });

  it('leaves its files to be fetched, each at its place', () => {
    const { events, files } = read('files');

    expect(events).toMatchObject([
      {
        text: 'Two pictures and the rest\n🔗 Kettle\nhttps://shop.example/kettle',
        pendingFiles: [
          { position: 0, kind: 'image' },
          { position: 1, kind: 'video' },
          { position: 2, kind: 'audio' },
          { position: 3, kind: 'file' },
        ],
        problems: ['Messenger gave no address for a file (image).'],
      },
    ]);
    expect(files).toEqual([
      { target: 'm_a1', position: 0, kind: 'image', url: 'https://scontent.example/a.jpg?oh=1&oe=2' },
      { target: 'm_a1', position: 1, kind: 'video', url: 'https://video.example/b.mp4' },
      { target: 'm_a1', position: 2, kind: 'audio', url: 'https://cdn.example/c.mp4' },
      { target: 'm_a1', position: 3, kind: 'file', url: 'https://cdn.example/d.pdf', name: 'bill.pdf' },
    ]);
  });

  it.each(['sticker', 'sticker-of-old'])('that is a %s has it as a file', (name) => {
    expect(only(name)).toMatchObject({ text: '', pendingFiles: [{ position: 0, kind: 'sticker' }], problems: [] });
  });

  it('says what it holds that nobody knows', () => {
    expect(only('attachment-of-unknown-kind')).toMatchObject({
      text: '🔗 https://cdn.example/h',
      problems: [
        'An attachment of a kind that Evenhand does not know: hologram.',
        'An attachment of a kind that Evenhand does not know: unknown.',
        'An attachment of a kind that Evenhand does not know: unknown.',
      ],
    });
  });

  it.each([
    ['message-by-ad', '📣 Spring sale · spring · ADS · ad 6100 · product 7'],
    ['message-from-shop', '🛒 product 7700'],
  ])('of the shape %s has a notice of where it came from beside it', (name, text) => {
    expect(read(name).events).toMatchObject([
      { externalId: 'm_a1', class: 'ordinary' },
      { externalId: 'referral:m_a1', class: 'notice', text, threading: { threadKey: PERSON }, at: AT },
    ]);
  });

  it('opens the window by what the customer wrote, not by the ad they came by', () => {
    const [message, notice] = read('message-by-ad').events;

    expect(message).toMatchObject({ window: WINDOW });
    expect(notice).not.toHaveProperty('window');
  });

  it('is cut where it is longer than an event may be', () => {
    const text = `${'a'.repeat(999_999)}😀`;
    const body = { entry: [{ id: PAGE, messaging: [{ sender: { id: '1' }, message: { mid: 'm', text } }] }] };

    expect(readDelivery(delivery(body), { address: PAGE }, APP).events).toMatchObject([
      { text: 'a'.repeat(999_999), problems: ['The text is too long; its end is not shown.'] },
    ]);
  });

  it('keeps the first of too many files', () => {
    const attachments = Array.from({ length: 201 }, () => ({ type: 'image', payload: { url: 'https://a.example/' } }));
    const body = { entry: [{ id: PAGE, messaging: [{ sender: { id: '1' }, message: { mid: 'm', attachments } }] }] };
    const { events, files } = readDelivery(delivery(body), { address: PAGE }, APP);

    expect(files).toHaveLength(200);
    expect(events).toMatchObject([{ problems: ['The message has 201 files; the first 200 are kept.'] }]);
  });
});

describe('what the Page writes', () => {
  it('through us is a send that is settled', () => {
    expect(only('echo-of-ours')).toEqual({
      kind: 'send',
      externalId: '01989d2b-1c55-7f00-8a00-0123456789ab:seen',
      outboundId: '01989d2b-1c55-7f00-8a00-0123456789ab',
      part: 0,
      parts: 1,
      attempt: 0,
      state: 'sent',
      at: ECHOED_AT,
      nativeIds: ['m_out'],
      platformAt: ECHOED_AT,
    });
  });

  it.each<[string, object]>([
    ['echo-of-ours-without-mark', { class: 'ordinary', text: 'Yes, until 18:00' }],
    ['echo-with-a-mark-of-others', { class: 'ordinary', text: 'Yes' }],
    ['echo-of-page-inbox', { class: 'ordinary', text: 'Written in the inbox', threading: { threadKey: PERSON, references: [{ kind: 'native', id: 'm_a1', direct: true }] } }], // prettier-ignore
    ['echo-without-app', { class: 'ordinary', text: 'Written somewhere' }],
    ['echo-with-template', { class: 'ordinary', text: '▪ Kettle 1 l – 39 EUR\n[Buy https://shop.example/1]\n▪ Kettle 2 l' }], // prettier-ignore
    ['echo-of-a-bot', { class: 'auto-reply', text: 'How can I help?\nMenu\n[Shop https://shop.example]\n[Talk to us]' }], // prettier-ignore
  ])('%s is a message of the Page, by a person unless another program wrote it', (name, expected) => {
    const event = only(name);

    expect(event).toMatchObject({
      kind: 'message',
      externalId: 'm_out',
      direction: 'outbound',
      visibility: 'private',
      author: { value: PAGE },
      participants: [
        { value: PAGE, role: 'from' },
        { value: PERSON, role: 'to' },
      ],
      at: ECHOED_AT,
      threading: { threadKey: PERSON },
      nativeIds: ['m_out'],
      ...expected,
    });
    expect(event).not.toHaveProperty('window');
  });

  it('and takes back is withdrawn by us', () => {
    expect(only('echo-taken-back')).toMatchObject({ target: 'm_out', change: { type: 'withdrawn', by: 'us' } });
  });
});
