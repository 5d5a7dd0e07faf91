import { Refused, Transient, type ModerationAction } from '@app/channel';
import { moderate } from './moderate';
import { problem } from './testing/scripted-x';
import { QUESTION_ID } from './testing/x-samples';
import { failureOf, XWorld } from './testing/x-world';

let world: XWorld;
beforeAll(async () => {
  world = await XWorld.open();
});
afterEach(() => world.reset());
afterAll(async () => world.close());

const act = async (action: ModerationAction): Promise<void> =>
  moderate(QUESTION_ID, action, world.handle(), world.client, new AbortController().signal);

describe('moderating on X', () => {
  it.each([
    ['hide', true],
    ['show', false],
  ] as const)('can %s an answer under our posts', async (action, hidden) => {
    world.x.script = () => ({ body: { data: { hidden } } });
    await act(action);
    expect(world.x.asked[0]).toMatchObject({ method: 'PUT', path: `/2/tweets/${QUESTION_ID}/hidden` });
    expect(JSON.parse(world.x.asked[0]!.body.toString())).toEqual({ hidden });
  });

  it('cannot delete what others wrote, and says what can be done', async () => {
    const error = (await failureOf(act('delete'))) as Refused;
    expect(error).toBeInstanceOf(Refused);
    expect(error.message).toContain('Hide it');
    expect(world.x.asked).toHaveLength(0);
  });

  it('has nothing to hide where the post is gone', async () => {
    world.x.script = () => ({ status: 404, body: { title: 'Not Found Error', detail: 'Could not find tweet' } });
    await act('hide');
    expect(await failureOf(act('show'))).toMatchObject({ code: 'TARGET_GONE' });
  });

  it('says when X refuses, or does not say what it did', async () => {
    world.x.script = () => problem(403, 'You may only hide replies in your own conversations.');
    expect(await failureOf(act('hide'))).toBeInstanceOf(Refused);
    world.x.script = () => ({ body: { data: { hidden: false } } });
    expect(await failureOf(act('hide'))).toBeInstanceOf(Transient);
  });
});
