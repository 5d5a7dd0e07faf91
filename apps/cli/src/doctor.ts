import { statfs } from 'node:fs/promises';
import { ConfigError, explain, readConfig, RedisLink, runtimeSettings, Logger } from '@app/runtime';
import { Vault } from '@app/connector-host';
import { emailAccounts } from '../../connector-email/src';
import type { Command, Output } from './command';
import type { Finding } from './finding';
import { lookAtHandles } from './handles';
import { openInstallation, type Installation } from './installation';
import { lookAtPages } from './pages';
import { withDatabase } from './with-database';

const LOW_DISK_BYTES = 1024 ** 3;

export const doctor: Command = {
  words: ['doctor'],
  summary: 'Looks at everything Evenhand needs and says what is wrong and how to mend it.',
  usage: 'doctor',
  options: {},
  async run(_options, out) {
    const faults = { count: 0 };
    const tell = (finding: Finding): void => {
      if (finding.state === 'fault') faults.count += 1;
      write(out, finding);
    };
    tell(node());
    let installation: Installation;
    try {
      installation = await openInstallation();
    } catch (error) {
      const what = error instanceof ConfigError ? 'configuration' : 'database';
      tell({ what, state: 'fault', detail: explain(error), mend: 'mend this first; the rest needs it' });
      return 1;
    }
    try {
      for await (const finding of look(installation)) tell(finding);
    } finally {
      await installation.close();
    }
    out.line(faults.count === 0 ? '\nNothing is wrong.' : `\n${faults.count} to mend.`);
    return faults.count === 0 ? 0 : 1;
  },
};

async function* look(installation: Installation): AsyncGenerator<Finding> {
  yield await disk(installation);
  yield await database(installation);
  yield await redis();
  yield* await work(installation);
  yield* await mailboxes(installation);
  yield* await lookAtPages(installation);
  yield* await lookAtHandles(installation);
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = (major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major >= 24;
  const detail = `Node ${process.versions.node}`;
  return ok
    ? { what: 'node', state: 'ok', detail }
    : { what: 'node', state: 'fault', detail, mend: 'install Node 20.19, 22.13, 24 or newer' };
}

async function disk(installation: Installation): Promise<Finding> {
  const { bavail, bsize } = await statfs(installation.dataDir);
  const free = bavail * bsize;
  const detail = `${(free / 1024 ** 3).toFixed(1)} GiB free in ${installation.dataDir}`;
  if (free > LOW_DISK_BYTES) return { what: 'disk', state: 'ok', detail };
  return { what: 'disk', state: 'fault', detail, mend: 'make room, or move the directory and set EVENHAND_DATA_DIR' };
}

async function database(installation: Installation): Promise<Finding> {
  return withDatabase(installation, 'triage', async ({ database }) => {
    const [row] = await database.query<{ version: string; sealed: boolean }>(
      `select current_setting('server_version') as version, has_table_privilege('sealed.reach', 'select') as sealed`,
    );
    const where = installation.embedded ? 'embedded' : new URL(installation.ownerUrl).host;
    const detail = `PostgreSQL ${row?.version} (${where}), schema up to date`;
    if (row?.sealed)
      return {
        what: 'database',
        state: 'fault',
        detail: `${detail}; triage may read sealed values`,
        mend: 'run npm run migrate; do not let processes log in as the owner',
      };
    return { what: 'database', state: 'ok', detail: `${detail}; sealed values are refused to triage` };
  });
}

async function redis(): Promise<Finding> {
  const { REDIS_URL: url } = readConfig(runtimeSettings);
  if (url === undefined) return { what: 'redis', state: 'ok', detail: 'none; PostgreSQL does its work' };
  const link = new RedisLink(url, Logger.create({ level: 'silent', app: 'cli' }));
  try {
    for (let waited = 0; waited < 3_000 && !link.answering; waited += 50)
      await new Promise((resolve) => setTimeout(resolve, 50));
    if (link.answering) return { what: 'redis', state: 'ok', detail: new URL(url).host };
    return {
      what: 'redis',
      state: 'note',
      detail: `${new URL(url).host} does not answer; nothing is lost, jobs take up to 5 s longer`,
      mend: 'start it, correct REDIS_URL, or leave it out',
    };
  } finally {
    await link.close();
  }
}

async function work(installation: Installation): Promise<Finding[]> {
  return withDatabase(installation, 'owner', async ({ database }) => {
    const [row] = await database.query<{ dead: number; late: number; events: number; troubled: number }>(/* sql */ `
      select (select count(*) from jobs.jobs where dead_at is not null) as dead,
             (select count(*) from jobs.jobs where dead_at is null and run_at < now() - interval '5 minutes') as late,
             (select count(*) from intake.events where ingested_at is null and received_at < now() - interval '1 minute') as events,
             (select count(*) from inbox.messages where send_state in ('failed', 'uncertain')) as troubled`);
    if (!row) return [];
    const findings: Finding[] = [];
    const add = (count: number, what: string, detail: string, mend: string): void => {
      findings.push(
        count === 0
          ? { what, state: 'ok', detail: `no ${detail}` }
          : { what, state: 'fault', detail: `${count} ${detail}`, mend },
      );
    };
    add(
      row.events,
      'intake',
      'events wait for more than a minute',
      'is triage running? its log names an event it cannot take in',
    );
    add(
      row.dead + row.late,
      'jobs',
      'jobs given up or more than 5 minutes late',
      'see /metrics and the log for the name of the job; a stopped process is the usual reason',
    );
    add(row.troubled, 'sending', 'messages failed or uncertain', 'people see them under "Failed" and decide there');
    return findings;
  });
}

async function mailboxes(installation: Installation): Promise<Finding[]> {
  return withDatabase(installation, 'connector', async ({ database, logger }) => {
    const accounts = emailAccounts({
      database,
      vault: new Vault(Buffer.from(installation.connectorKey, 'hex')),
      logger,
    });
    const rows = await accounts.list();
    if (rows.length === 0) {
      return [
        {
          what: 'mailboxes',
          state: 'note',
          detail: 'none is connected',
          mend: 'connect one on the page, or: npm run evenhand -- account add email --help',
        },
      ];
    }
    return Promise.all(
      rows.map(async (row): Promise<Finding> => {
        const what = `mailbox ${row.address}`;
        if (row.simulated) return { what, state: 'ok', detail: 'simulated; lives while `npm start` runs' };
        try {
          await accounts.try(row.id);
          return { what, state: 'ok', detail: 'both servers let us in' };
        } catch (error) {
          return {
            what,
            state: 'fault',
            detail: (error as Error).message,
            mend: 'mend the server or the password, then connect it again on the page',
          };
        }
      }),
    );
  });
}

function write(out: Output, { what, state, detail, mend }: Finding): void {
  const mark = { ok: 'ok   ', note: 'note ', fault: 'FAULT' }[state];
  out.line(`${mark}  ${what}: ${detail}${mend === undefined ? '' : `\n       → ${mend}`}`);
}
