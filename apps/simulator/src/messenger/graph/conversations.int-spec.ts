import { Platform } from '../../../testing/platform';

let platform: Platform;

beforeEach(async () => {
  platform = await Platform.start({ limits: { conversationsPerSecond: 1_000 } });
});

afterEach(() => platform.stop());

interface Row {
  id: string;
  message?: string;
  messages?: { data: Row[] };
  from?: { id: string };
}

/** Follows the links of a list to its end, as a back-fill does. */
async function all(path: string): Promise<{ rows: Row[]; pages: number[] }> {
  const rows: Row[] = [];
  const pages: number[] = [];
  let next: string | undefined = `${platform.graph}/${path}`;
  while (next !== undefined) {
    const headers = { authorization: `Bearer ${platform.pageToken}` };
    const answer = (await (await fetch(next, { headers })).json()) as { data: Row[]; paging?: { next?: string } };
    rows.push(...answer.data);
    pages.push(answer.data.length);
    next = answer.paging?.next;
  }
  return { rows, pages };
}

describe('the Conversations API of the simulated platform', () => {
  it('lists conversations newest first, page by page to the end', async () => {
    const { simulator, pageId } = platform;
    const people = Array.from({ length: 7 }, (_, n) => simulator.person({ name: `Person ${n}` }));
    for (const [n, person] of people.entries()) {
      simulator.writeAs(person, pageId, {
        text: `${n}`,
        at: new Date(platform.clock.now().getTime() - (7 - n) * 1_000),
      });
    }
    const fields = 'id,updated_time,participants,messages.limit(20){id,message,from}';
    const { rows, pages } = await all(`${pageId}/conversations?platform=messenger&limit=3&fields=${fields}`);
    expect(pages).toEqual([3, 3, 1]);
    expect(rows.map(({ messages }) => messages!.data[0]!.message)).toEqual(['6', '5', '4', '3', '2', '1', '0']);
    const newest = people.at(-1)!;
    expect(rows[0]!.messages!.data[0]!.from!.id).toBe(simulator.psid(newest, pageId));
    const one = await all(`${pageId}/conversations?user_id=${simulator.psid(newest, pageId)}`);
    expect(one.rows).toHaveLength(1);
    expect((await all(`${pageId}/conversations?platform=instagram`)).rows).toEqual([]);
  });

  it('gives short and empty pages that go on, and loses nothing by it', async () => {
    const { simulator, pageId } = platform;
    for (let n = 0; n < 9; n += 1) simulator.writeAs(simulator.person({ name: `P ${n}` }), pageId, { text: `${n}` });
    simulator.faults.set({
      graph: [
        { kind: 'empty-page', often: 2 },
        { kind: 'short-page', often: 2 },
      ],
    });
    const { rows, pages } = await all(`${pageId}/conversations?limit=4`);
    expect(pages).toEqual([0, 0, 2, 2, 4, 1]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(9);
  });

  it('tells details of the 20 newest messages only, and ids of all', async () => {
    const { simulator, pageId, person } = platform;
    const mids = Array.from({ length: 25 }, (_, n) => simulator.writeAs(person, pageId, { text: `${n}` }).mid);
    const { rows } = await all(`${pageId}/conversations?fields=messages.limit(25){id,message}`);
    const messages = rows[0]!.messages!.data;
    expect(messages.map(({ id }) => id)).toEqual([...mids].reverse());
    expect(messages.filter(({ message }) => message !== undefined)).toHaveLength(20);
    const old = await platform.call('GET', `${mids[0]}?fields=message`);
    expect(old.body.error).toMatchObject({ code: 9000001 });
    const fresh = await platform.call('GET', `${mids[24]}?fields=id,message,created_time,from,to`);
    expect(fresh.body).toMatchObject({ id: mids[24], message: '24', from: { id: platform.psid } });
    expect(fresh.body['created_time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/);
  });

  it('takes two calls a second', async () => {
    await platform.stop();
    platform = await Platform.start();
    const ask = () => platform.call('GET', `${platform.pageId}/conversations`);
    const answers = [await ask(), await ask(), await ask()];
    expect(answers.map(({ status, body }) => body.error?.code ?? status)).toEqual([200, 200, 613]);
    platform.clock.advance(1_000);
    expect((await ask()).status).toBe(200);
  });
});

describe('the profile of a person', () => {
  it.each([
    ['full', 200, { name: 'Zoé Marchand', first_name: 'Zoé' }],
    ['partial', 200, { first_name: 'Zoé' }],
    ['empty', 200, {}],
    ['refused', 400, { error: expect.objectContaining({ code: 2018218 }) as unknown }],
    ['forbidden', 400, { error: expect.objectContaining({ code: 2018247 }) as unknown }],
  ] as const)('is %s', async (kind, status, expected) => {
    const { simulator, person, pageId, psid } = platform;
    simulator.writeAs(person, pageId, { text: 'Hello' });
    simulator.person({ id: person, profile: kind });
    const answer = await platform.call('GET', `${psid}?fields=first_name,name`);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject(expected);
    if (kind === 'empty') expect(answer.body).toEqual({});
  });

  it('has a picture whose address dies within the hour', async () => {
    const { simulator, person, pageId, psid } = platform;
    simulator.writeAs(person, pageId, { text: 'Hello' });
    const { body } = await platform.call('GET', `${psid}?fields=profile_pic`);
    expect((await fetch(body['profile_pic'] as string)).status).toBe(200);
    platform.clock.advance(3_600_000);
    expect((await fetch(body['profile_pic'] as string)).status).toBe(403);
  });

  it('is not told before the person wrote', async () => {
    platform.simulator.comment(platform.pageId, platform.person, { text: 'Public' });
    const answer = await platform.call('GET', `${platform.psid}?fields=name`);
    expect(answer.body.error).toMatchObject({ code: 100, error_subcode: 33 });
  });
});

describe('files of messages', () => {
  const picture = Buffer.from('\u0089PNG a picture');

  async function address(): Promise<string> {
    const { simulator, person, pageId, receiver } = platform;
    simulator.writeAs(person, pageId, {
      attachments: [{ type: 'image', bytes: picture, name: 'four.png', mime: 'image/png' }],
    });
    await simulator.settled();
    const { message } = receiver.elements.at(-1) as { message: { attachments: { payload: { url: string } }[] } };
    return message.attachments[0]!.payload.url;
  }

  it('can be fetched until their address expires', async () => {
    const url = await address();
    const answer = await fetch(url);
    expect(Buffer.from(await answer.arrayBuffer()).equals(picture)).toBe(true);
    expect((await fetch(url.replace(/oh=./, 'oh=x'))).status).toBe(403);
    platform.clock.advance(8 * 24 * 3_600_000);
    expect((await fetch(url)).status).toBe(403);
  });

  it('redirect, vanish, break off and lie where faults say so', async () => {
    const url = await address();
    const set = (kind: 'redirect' | 'redirect-inside' | 'gone' | 'cut' | 'lie' | 'server-error') =>
      platform.simulator.faults.set({ files: [{ kind }] });
    set('redirect');
    expect(await (await fetch(url)).arrayBuffer()).toHaveProperty('byteLength', picture.length);
    set('redirect-inside');
    const away = await fetch(url, { redirect: 'manual' });
    expect(away.headers.get('location')).toContain('169.254.169.254');
    set('gone');
    expect((await fetch(url)).status).toBe(404);
    set('server-error');
    expect((await fetch(url)).status).toBe(503);
    set('cut');
    await expect(fetch(url).then((answer) => answer.arrayBuffer())).rejects.toThrow();
  });
});
