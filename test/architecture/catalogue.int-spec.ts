import { testDatabase, type TestDatabase } from '../support/test-database';
import { catalogueOf } from '../support/house/catalogue';

describe('the database that the migrations make', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await testDatabase();
  });

  afterAll(() => database.drop());

  // A line per thing, so that the difference names what came, went or was opened. `npx jest catalogue -u` after a look at it.
  it('has the tables, keys, grants, policies and functions that were reviewed', async () => {
    expect(await catalogueOf(database.ownerUrl)).toMatchSnapshot();
  });
});
