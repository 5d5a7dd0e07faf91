import { personNameJob, personNameJobName, type Connector, type NamesPeople, type PersonNameJob } from '@app/channel';
import type { Tx } from '@app/runtime';
import type { News } from '../intake';
import { ERRAND_ATTEMPTS, errandId, runErrand, type ErrandParts } from './errand';

/** What people call themselves, asked once for each who writes in private and whom the platform did not name. */
export class PersonNames {
  private readonly name: string;

  constructor(private readonly parts: ErrandParts & { readonly connector: Connector & NamesPeople }) {
    const { jobs, connector, database } = parts;
    this.name = personNameJobName(connector.channel);
    jobs.define(this.name, { payload: personNameJob, maxAttempts: ERRAND_ATTEMPTS, concurrency: 2 });
    jobs.handle<PersonNameJob>(this.name, (job) =>
      runErrand(parts, job, {
        about: job.payload.about,
        ask: async (account, signal) => {
          const { value, about } = job.payload;
          const name = (await connector.nameOf(value, account, signal))?.trim().slice(0, 500);
          const at = database.clock.now().toISOString();
          const told = { kind: 'person', externalId: errandId('name', value), at, about } as const;
          return name ? [{ ...told, person: { value, name } }] : [];
        },
        // without a name they are shown by their pseudonym, as before
        failed: () => [],
      }),
    );
  }

  /** Asks for the names of whoever wrote for the first time, in the transaction that stores what they wrote. */
  async request(tx: Tx, news: readonly News[]): Promise<void> {
    const writers = news.flatMap(({ account, brought }) => {
      const nameless = brought.messages.filter(
        ({ direction, visibility, author }) => direction === 'inbound' && visibility === 'private' && !author.name,
      );
      return nameless.map(({ author, externalId }) => ({ account, value: author.value, about: externalId }));
    });
    if (writers.length === 0) return;
    const asked = await tx.query<{ account: string; value: string }>(
      `insert into intake.people (account_id, value, asked_at)
       select account, value, $3 from (select distinct * from unnest($1::uuid[], $2::text[]) as p(account, value)) people
        order by account, value
       on conflict do nothing returning account_id as account, value`,
      [writers.map(({ account }) => account.id), writers.map(({ value }) => value), tx.now],
    );
    if (asked.length === 0) return;
    const workspaces = new Map(news.map(({ account }) => [account.id, account.workspaceId]));
    const jobs = asked.map(({ account: accountId, value }) => {
      const { about } = writers.find((writer) => writer.account.id === accountId && writer.value === value)!;
      const payload = { workspaceId: workspaces.get(accountId)!, accountId, value, about };
      return { payload, key: `${accountId}:${value}` };
    });
    await this.parts.jobs.enqueueAll(tx, this.name, jobs);
  }
}
