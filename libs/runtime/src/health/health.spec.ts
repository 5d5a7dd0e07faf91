import { Logger } from '../logging/logger';
import { Health, type HealthResult } from './health';

const lines: { msg: string; check: string }[] = [];
const logger = Logger.create({
  level: 'info',
  app: 'test',
  destination: { write: (line: string) => void lines.push(JSON.parse(line) as { msg: string; check: string }) },
});
beforeEach(() => void lines.splice(0));

const OK = async (): Promise<HealthResult> => ({ status: 'ok' });

it('is as well as the worst of its parts', async () => {
  const health = new Health({ logger, keptMs: 0 });
  expect((await health.ready()).status).toBe('ok');
  health.register('well', OK);
  expect((await health.ready()).status).toBe('ok');
  health.register('so-so', async () => ({ status: 'degraded', detail: 'slow' }));
  expect(await health.ready()).toMatchObject({
    status: 'degraded',
    checks: { 'so-so': { detail: 'slow' }, well: { status: 'ok' } },
  });
  health.register('ill', async () => ({ status: 'down' }));
  expect((await health.ready()).status).toBe('down');
});

it('takes a part that throws or hangs for down, and tells no message of a driver', async () => {
  const health = new Health({ logger, keptMs: 0, limitMs: 10 });
  health.register('throws', () =>
    Promise.reject(Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:5432'), { code: 'ECONNREFUSED' })),
  );
  health.register('hangs', () => new Promise(() => undefined));

  const report = await health.ready();

  expect(report).toMatchObject({
    status: 'down',
    checks: {
      throws: { status: 'down', detail: 'ECONNREFUSED' },
      hangs: { status: 'down', detail: 'no answer within 10 ms' },
    },
  });
});

it('says since when a part is as it is, and logs a change once', async () => {
  let result: HealthResult = { status: 'ok' };
  const health = new Health({ logger, keptMs: 0 });
  health.register('part', async () => result);
  await health.ready();
  result = { status: 'down', detail: 'gone' };
  const first = await health.ready();
  const second = await health.ready();
  result = { status: 'ok' };
  await health.ready();

  expect(second.checks['part']!.since).toBe(first.checks['part']!.since);
  expect(lines.map((line) => line.msg)).toEqual(['a part does not work as it should', 'a part works again']);
});

it('asks its parts at most once in the time an answer is kept, however many want to know', async () => {
  let asked = 0;
  const health = new Health({ logger, keptMs: 60_000 });
  health.register('part', async () => {
    asked++;
    return { status: 'ok' };
  });

  await Promise.all([health.ready(), health.ready()]);
  await health.ready();

  expect(asked).toBe(1);
});
