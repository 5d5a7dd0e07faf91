import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { built } from '../support/built';
import { evenhand } from '../support/operator';

const fixtures = join(__dirname, '../../apps/connector-x/src/fixtures');
const files = readdirSync(fixtures)
  .filter((name) => name.endsWith('.json'))
  .map((name) => join(fixtures, name));

beforeAll(() => built());

it('shows what is read from everything that X is known to send, and nothing of fame', async () => {
  const { code, output } = await evenhand({}, [
    'parse-delivery',
    '--channel',
    'x',
    '--account',
    '111',
    '--json',
    ...files,
  ]);
  expect(code).toBe(0);
  const told = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { file: string; events: object[]; unsupported: string[]; problems: string[] });
  expect(new Set(told.map(({ file }) => file))).toEqual(new Set(files));
  const silent = told.filter(
    ({ events, unsupported, problems }) => events.length + unsupported.length + problems.length === 0,
  );
  expect(silent.map(({ file }) => file.slice(fixtures.length + 1))).toEqual(['page-empty.json']);
  expect(output).not.toMatch(/follower|verified|profile_image|public_metrics|Bio of|"Lyon"|_count/);
});
