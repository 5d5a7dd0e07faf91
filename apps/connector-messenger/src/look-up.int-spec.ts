import type { OutboundMessage } from '@app/channel';
import { fingerprint, lookUp } from './look-up';
import { RateLimits } from './rate-limits';
import { GraphWorld, failureOf } from './testing/graph-world';
import { sampleFile, sampleReply } from './testing/messenger-samples';
import { graphFault } from './testing/scripted-graph';

let world: GraphWorld;
beforeAll(async () => {
  world = await GraphWorld.open();
});
afterEach(() => world.graph.reset());
afterAll(() => world.close());

const startedAt = new Date('2026-11-21T10:00:00.700Z');
const NOT_FOUND = { found: false, authoritative: true };
const NOT_SURE = { found: false, authoritative: false };

/** As the platform writes times: whole seconds, and a zone without a colon. */
const after = (seconds: number): string =>
  new Date(startedAt.getTime() + seconds * 1_000).toISOString().replace(/\.\d+Z$/, '+0000');
const ours = (id: string, seconds: number, message: string, files = 0) => ({
  id,
  created_time: after(seconds),
  from: { id: '1001', name: 'Lumen' },
  message,
  ...(files === 0 ? {} : { attachments: { data: Array.from({ length: files }, () => ({ id: 'f' })) } }),
});
const theirs = (id: string, seconds: number) => ({
  id,
  created_time: after(seconds),
  from: { id: '9001' },
  message: 'hi',
});

function conversation(messages: readonly unknown[], next = false): void {
  const paging = next ? { next: 'https://graph.example/next' } : {};
  world.graph.script = () => ({ body: { data: [{ id: 't_1', messages: { data: messages, paging } }] } });
}

function ask(outbound: OutboundMessage, claimed: readonly string[] = []) {
  const parts = { ...world.parts, limits: new RateLimits(world.parts.now) };
  const question = {
    outbound,
    startedAt,
    claimed: async (ids: readonly string[]) => new Set(ids.filter((id) => claimed.includes(id))),
    signal: new AbortController().signal,
  };
  return lookUp(question, world.page, parts);
}

describe('looking a message up', () => {
  const reply = sampleReply({ text: 'Oui,  jusqu’à 18 h\n' });

  it('finds it in the conversation of the person, with white space as Facebook leaves it', async () => {
    conversation([theirs('m_3', 60), ours('m_2', 1, 'Oui, jusqu’à 18 h'), theirs('m_1', -300)]);
    expect(await ask(reply)).toEqual({ found: true, nativeIds: ['m_2'] });
    const { path, query } = world.graph.asked[0]!;
    expect(path).toBe('/v25.0/1001/conversations');
    expect(Object.fromEntries(query)).toMatchObject({ platform: 'messenger', user_id: '9001' });
  });

  it('is sure that it is not there where all since the attempt was shown', async () => {
    conversation([theirs('m_3', 60), ours('m_2', 5, 'Something else')]);
    expect(await ask(reply)).toEqual(NOT_FOUND);
    const older = Array.from({ length: 20 }, (_, index) => theirs(`m_${index}`, 10 - index * 10));
    conversation(older, true);
    expect(await ask(reply)).toEqual(NOT_FOUND);
  });

  it('is not sure where the newest 20 do not reach back to the attempt', async () => {
    conversation(
      Array.from({ length: 20 }, (_, index) => theirs(`m_${index}`, 60 - index)),
      true,
    );
    expect(await ask(reply)).toEqual(NOT_SURE);
  });

  it('is not sure where no conversation is shown, or no details of what the Page wrote', async () => {
    world.graph.script = () => ({ body: { data: [] } });
    expect(await ask(reply)).toEqual(NOT_SURE);
    conversation([{ id: 'm_2', created_time: after(1) }]);
    expect(await ask(reply)).toEqual(NOT_SURE);
    conversation([{ id: 'm_2', created_time: after(1), from: { id: '1001' } }]);
    expect(await ask(reply)).toEqual(NOT_SURE);
    conversation([{ id: 'm_2', from: { id: '1001' }, message: 'x' }]);
    expect(await ask(reply)).toEqual(NOT_SURE);
  });

  it('does not take the same text for it that was sent before, and is not sure then', async () => {
    conversation([ours('m_2', -30, reply.text), theirs('m_1', -300)]);
    expect(await ask(reply)).toEqual(NOT_SURE);
    conversation([ours('m_2', -600, reply.text)]);
    expect(await ask(reply)).toEqual(NOT_FOUND);
  });

  it('tells two messages that look the same apart by which of them is known', async () => {
    const file = sampleReply({ text: '', attachments: [sampleFile()] });
    conversation([ours('m_2', 2, '', 1), ours('m_1', 0, '', 1)]);
    expect(await ask(file, ['m_1'])).toEqual({ found: true, nativeIds: ['m_2'] });
    conversation([ours('m_1', 0, '', 1)]);
    expect(await ask(file, ['m_1'])).toEqual(NOT_FOUND);
    expect(await ask(file)).toEqual({ found: true, nativeIds: ['m_1'] });
  });

  it('finds a comment of the Page, also where Facebook put it under the first one', async () => {
    const comment = sampleReply({ visibility: 'public', inReplyTo: '55_78', text: 'Merci !' });
    world.graph.script = ({ path }) => {
      if (path === '/v25.0/55_78') return { body: { id: '55_78', parent: { id: '55_77' } } };
      return { body: { data: path.includes('55_77') ? [ours('55_99', 1, 'Merci !'), theirs('55_78', -50)] : [] } };
    };
    expect(await ask(comment)).toEqual({ found: true, nativeIds: ['55_99', 'comment:55_99'] });
    expect(world.graph.asked.map(({ path }) => path)).toEqual([
      '/v25.0/55_78',
      '/v25.0/55_78/comments',
      '/v25.0/55_77/comments',
    ]);
  });

  it('reads on where a page of comments does not reach back to the attempt', async () => {
    const comment = sampleReply({ visibility: 'public', inReplyTo: '55_77', text: 'Merci !' });
    const paging = { cursors: { after: 'CURSOR' }, next: 'https://graph.example/next' };
    world.graph.script = ({ path, query }) => {
      if (path === '/v25.0/55_77') return { body: { id: '55_77' } };
      if (query.get('after') === 'CURSOR') return { body: { data: [theirs('55_1', -600)] } };
      return { body: { data: [theirs('55_98', 5)], paging } };
    };
    expect(await ask(comment)).toEqual(NOT_FOUND);
    world.graph.script = ({ path }) => (path === '/v25.0/55_77' ? { body: {} } : { body: { data: [], paging } });
    expect(await ask(comment)).toEqual(NOT_SURE);
  });

  it('is not sure of a comment where the same text stands there already', async () => {
    const comment = sampleReply({ visibility: 'public', inReplyTo: '55_77', text: 'Merci !' });
    world.graph.script = ({ path }) =>
      path === '/v25.0/55_77' ? { body: {} } : { body: { data: [ours('55_90', -6_000, 'Merci !')] } };
    expect(await ask(comment)).toEqual(NOT_SURE);
  });

  it('is not sure of what stood under something that is gone, nor of a private answer to a comment', async () => {
    world.graph.script = () => graphFault(100, 33);
    expect(await ask(sampleReply({ visibility: 'public', inReplyTo: '55_77' }))).toEqual(NOT_SURE);
    expect(await ask(sampleReply({ privateReplyTo: '55_77' }))).toEqual(NOT_SURE);
  });

  it('fails where Meta cannot be asked, so that it is asked again', async () => {
    world.graph.script = () => 'cut';
    expect(await failureOf(ask(reply))).toMatchObject({ name: 'Transient' });
  });
});

describe('fingerprint', () => {
  it('is of the comment that is answered and the text', () => {
    const comment = sampleReply({ visibility: 'public', inReplyTo: '55_77', text: ' Merci ! ' });
    expect(fingerprint(comment)).toBe('comment:55_77:034921157e90fa56e494c1f9c01b8b4ecdf28f69032a0034602e02f27562f797');
    expect(fingerprint({ ...comment, text: 'Merci' })).not.toBe(fingerprint(comment));
  });

  it('is of the person, the text whatever its white space, and the files of a message', () => {
    const reply = sampleReply({ text: 'Oui,  jusqu’à 18 h\n' });
    expect(fingerprint(reply)).toBe(fingerprint({ ...reply, text: 'Oui, jusqu’à 18 h' }));
    for (const other of [{ text: 'Oui' }, { to: [{ value: '9002' }] }, { attachments: [sampleFile()] }]) {
      expect(fingerprint({ ...reply, ...other })).not.toBe(fingerprint(reply));
    }
  });

  it('is of no private reply to a comment: who gets it is not known', () => {
    expect(fingerprint(sampleReply({ privateReplyTo: '55_77' }))).toBeUndefined();
  });
});
