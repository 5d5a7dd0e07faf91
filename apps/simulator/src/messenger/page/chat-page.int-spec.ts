import { Platform } from '../../../testing/platform';
import { pictureOfACard } from '../../customers/picture';

let platform: Platform;

beforeEach(async () => {
  platform = await Platform.start({ receipts: 'delivered' });
});

afterEach(() => platform.stop());

async function page(path: string): Promise<string> {
  const response = await fetch(`${platform.origin}/sim/messenger${path}`);
  expect([path, response.status]).toEqual([path, 200]);
  return response.text();
}

/** Sends a form as a browser without scripts does. */
async function submit(path: string, fields: Record<string, string>, picture?: Buffer): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  if (picture) form.set('picture', new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'four.png');
  return fetch(`${platform.origin}/sim/messenger${path}`, {
    method: 'POST',
    body: form,
    headers: { origin: platform.origin },
    redirect: 'manual',
  });
}

function chat(): string {
  return `/chat/${platform.pageId}/${platform.person}`;
}

describe('the page on which one plays people on Messenger', () => {
  it('lets somebody new write, and leads to their chat', async () => {
    const { pageId, simulator } = platform;
    const answer = await submit('/write?lang=en', { name: 'Ben <b>', page: pageId, text: 'Is it open?' });
    const target = answer.headers.get('location')!;
    expect([answer.status, target]).toEqual([303, expect.stringContaining(`/sim/messenger/chat/${pageId}/`)]);
    const shown = await (await fetch(platform.origin + target)).text();
    expect(shown).toContain('Is it open?');
    expect(shown).toContain('Ben &lt;b&gt;');
    await simulator.settled();
    expect(platform.receiver.of('message')).toHaveLength(1);
  });

  it('writes, edits, unsends, reacts and sends pictures as a person', async () => {
    const { simulator, pageId } = platform;
    await submit(`${chat()}/write`, { text: 'Bonjour', quickReply: '' }, pictureOfACard());
    const [first] = simulator.truth(pageId);
    expect(first).toMatchObject({ text: 'Bonjour', attachments: 1 });
    const shown = await page(chat());
    const source = /<img\s+src="([^"]+)"/.exec(shown)![1]!.replaceAll('&amp;', '&');
    expect((await fetch(platform.origin + source)).headers.get('content-type')).toBe('image/png');
    await submit(`${chat()}/edit`, { mid: first!.id, text: 'Bonsoir' });
    expect(await page(chat())).toContain('Bonsoir');
    const { mid } = simulator.pageInboxReply(pageId, platform.person, 'Oui ?');
    await submit(`${chat()}/react`, { mid, reaction: 'love' });
    expect(simulator.truth(pageId).at(-1)!.reaction).toBe('❤️');
    await submit(`${chat()}/react`, { mid, reaction: '' });
    expect(simulator.truth(pageId).at(-1)!.reaction).toBeNull();
    await submit(`${chat()}/unsend`, { mid: first!.id });
    expect(await page(`${chat()}?lang=fr`)).toContain('Message retiré');
  });

  it('shows that an answer was delivered, and reads it when the chat is opened', async () => {
    const { simulator, person, pageId } = platform;
    simulator.writeAs(person, pageId, { text: 'Bonjour' });
    await platform.say('Nous arrivons');
    const thread = simulator.world.findThread(pageId, platform.psid)!;
    expect(thread.readUpTo).toBe(0);
    expect(await page('?lang=en')).toContain('<span class="badge">1</span>');
    expect(await page(`${chat()}?lang=en`)).toMatch(/Nous arrivons[\s\S]*✓✓ read/);
    await simulator.settled();
    expect(platform.receiver.of('read')).toHaveLength(1);
    await page(chat());
    await simulator.settled();
    expect(platform.receiver.of('read')).toHaveLength(1);
  });

  it('shows comments with what became of them, and comments as anybody', async () => {
    const { simulator, person, pageId } = platform;
    const { postId } = simulator.post(pageId, 'Une offre');
    await submit(`/feed/${pageId}/comment`, { under: postId, text: 'Combien ?', person });
    const { id } = simulator.truth(pageId)[0]!;
    simulator.hideComment(id);
    await submit(`/feed/${pageId}/comment`, { under: id, text: '300 €', person: '' });
    const shown = await page(`/feed/${pageId}?lang=en`);
    expect(shown).toContain('Combien ?');
    expect(shown).toContain('hidden: only its author sees it');
    expect(simulator.truth(pageId)[1]).toMatchObject({ direction: 'outbound', replyTo: id });
    await submit(`/feed/${pageId}/remove`, { comment: id });
    expect(await page(`/feed/${pageId}?lang=en`)).toContain('Comment removed');
  });

  it('has switches that make the platform fail and heal', async () => {
    const { simulator, pageId } = platform;
    const act = (name: string) => submit('/act', { page: pageId, act: name });
    await act('break-webhooks');
    await act('policy-block');
    expect(await page('?lang=en')).toMatch(/Webhooks fail\.[\s\S]*The Page is blocked\./);
    await act('heal-webhooks');
    await act('policy-unblock');
    await act('expire-token');
    expect((await platform.call('GET', 'me')).body.error).toMatchObject({ code: 190, error_subcode: 463 });
    await act('unsubscribe');
    expect(await page('?lang=en')).toContain('No app hears of this Page');
    const before = platform.clock.now().getTime();
    await act('advance-day');
    expect(platform.clock.now().getTime() - before).toBeGreaterThan(86_400_000);
    expect((await act('__proto__')).status).toBe(422);
    expect(simulator.faults.get()).toEqual({ webhooks: [] });
  });

  it('tells open pages that something has changed, and nothing of what', async () => {
    const stopped = new AbortController();
    const events = await fetch(`${platform.origin}/sim/messenger/events`, { signal: stopped.signal });
    const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
    await reader.read();
    platform.simulator.writeAs(platform.person, platform.pageId, { text: 'Geheim' });
    expect((await reader.read()).value).toBe('event: change\ndata: 1\n\n');
    stopped.abort();
  });

  it('says what is wrong with a form, and is closed to other web sites', async () => {
    expect((await submit(`${chat()}/write`, { text: ' ' })).status).toBe(422);
    expect((await submit(`${chat()}/nonsense`, {})).status).toBe(422);
    expect((await fetch(`${platform.origin}/sim/messenger/chat/1/2`)).status).toBe(404);
    const foreign = await fetch(`${platform.origin}/sim/messenger${chat()}/write`, {
      method: 'POST',
      headers: { origin: 'http://evil.example' },
      body: new URLSearchParams({ text: 'x' }),
    });
    expect(foreign.status).toBe(403);
  });
});
