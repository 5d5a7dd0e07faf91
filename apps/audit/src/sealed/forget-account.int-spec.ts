import { SEALED_ACCOUNT_FORGET } from '@app/channel';
import { Clock, Database, Ids, Jobs, Logger, roleUrl } from '@app/runtime';
import { until } from '../../../../test/support/product';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { ForgetAccount } from './forget-account';

const logger = Logger.create({ app: 'test', level: 'silent' });
const ids = new Ids();
let test: TestDatabase;
let owner: Database;
let audit: Database;
beforeAll(async () => {
  test = await testDatabase();
  const parts = { poolSize: 2, applicationName: 'test', clock: new Clock(), ids, logger };
  owner = await Database.connect({ url: test.ownerUrl, ...parts });
  audit = await Database.connect({ url: roleUrl(test.ownerUrl, 'audit'), ...parts });
});
afterAll(async () => {
  await Promise.all([owner.close(), audit.close()]);
  await test.drop();
});

it('erases what was sealed of one account, however much, and of no other', async () => {
  const [workspaceId, accountId, other] = [ids.next(), ids.next(), ids.next()];
  const jobs = new Jobs({ database: audit, logger, pollMs: 20 });
  new ForgetAccount(audit, jobs).serve();
  await owner.query(
    /* sql */ `
    insert into sealed.reach (id, workspace_id, account_id, channel, external_id, author, values, received_at)
    select gen_random_uuid(), $1, case when n % 3 = 0 then $3 else $2 end::uuid, 'x', n::text, 'a', '{}', now() - n * interval '1 minute'
      from generate_series(1, 12000) n`,
    [workspaceId, accountId, other],
  );
  await audit.transaction('system', (tx) =>
    jobs.enqueue(tx, SEALED_ACCOUNT_FORGET, { workspaceId, accountId, channel: 'x' }, { key: accountId }),
  );
  await jobs.start();
  await until('the job is done', async () => (await owner.query('select 1 from jobs.jobs')).length === 0);
  await jobs.stop(0);
  const left = await owner.query('select account_id as account, count(*) as n from sealed.reach group by 1');
  expect(left).toEqual([{ account: other, n: 4000 }]);
});
