import { CredentialsRejected, Transient } from '@app/channel';
import { moderate } from './moderate';
import { nameOf } from './names';
import { GraphWorld, failureOf } from './testing/graph-world';
import { graphFault, type Reply } from './testing/scripted-graph';

let world: GraphWorld;
beforeAll(async () => {
  world = await GraphWorld.open();
});
afterEach(() => world.graph.reset());
afterAll(() => world.close());

const { signal } = new AbortController();
const ask = (value = '9001') => nameOf(value, world.page, world.parts, signal);
const doTo = (action: 'hide' | 'show' | 'delete') => moderate('55_77', action, world.page, world.parts, signal);
const asked = (): string[] => world.graph.asked.map(({ method, path }) => `${method} ${path}`);

describe('asking what somebody calls themselves', () => {
  it('asks for the name and for nothing else', async () => {
    world.graph.script = () => ({ body: { name: 'Ada\n Lovelace', first_name: 'Ada', id: '9001' } });
    expect(await ask()).toBe('Ada Lovelace');
    expect(asked()).toEqual(['GET /v25.0/9001']);
    expect(world.graph.asked[0]!.query.get('fields')).toBe('name,first_name,last_name');
  });

  it('puts it together where only its halves are told', async () => {
    world.graph.script = () => ({ body: { first_name: 'Ada', last_name: 'Lovelace' } });
    expect(await ask()).toBe('Ada Lovelace');
  });

  it.each<Reply>([
    { body: {} },
    graphFault(2018218),
    graphFault(2018247),
    graphFault(100, 33),
    graphFault(100, 2018218),
  ])('knows no name where Facebook tells none (%#)', async (reply) => {
    world.graph.script = () => reply;
    expect(await ask()).toBeUndefined();
  });

  it('asks nothing about whoever is no person of the Page', async () => {
    expect(await ask('comment:55_77')).toBeUndefined();
    expect(await ask('../me')).toBeUndefined();
    expect(world.graph.asked).toHaveLength(0);
  });

  it('fails where the answer may come another time, or never without a new permission', async () => {
    world.graph.script = () => ({ status: 503, body: '<html>' });
    expect(await failureOf(ask())).toBeInstanceOf(Transient);
    world.graph.script = () => graphFault(190);
    expect(await failureOf(ask())).toBeInstanceOf(CredentialsRejected);
  });
});

describe('moderating a comment', () => {
  it('hides, shows and deletes it', async () => {
    world.graph.script = () => ({ body: { success: true } });
    for (const action of ['hide', 'show', 'delete'] as const) await doTo(action);
    expect(asked()).toEqual(['POST /v25.0/55_77', 'POST /v25.0/55_77', 'DELETE /v25.0/55_77']);
    expect(world.graph.asked.map(({ body }) => body.toString())).toEqual([
      '{"is_hidden":true}',
      '{"is_hidden":false}',
      '',
    ]);
  });

  it('is done with what is gone already, but cannot show it', async () => {
    world.graph.script = () => graphFault(100, 33);
    await doTo('delete');
    await doTo('hide');
    expect(await failureOf(doTo('show'))).toMatchObject({ code: 'REFUSED' });
  });

  it('is not done where the comment is there and the permission is missing', async () => {
    world.graph.script = ({ method }) => (method === 'GET' ? { body: { id: '55_77' } } : graphFault(100, 33));
    expect(await failureOf(doTo('delete'))).toMatchObject({ code: 'REFUSED' });
  });

  it('may be repeated after an answer that was lost', async () => {
    world.graph.inTurn('cut', graphFault(100, 33));
    expect(await failureOf(doTo('delete'))).toBeInstanceOf(Transient);
    await doTo('delete');
  });
});
