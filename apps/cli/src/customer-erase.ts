import { createInterface } from 'node:readline/promises';
import { defineErase, Erasures } from '@app/inbox';
import { Jobs } from '@app/runtime';
import { required, type Command } from './command';
import { customerOf, type NamedCustomer } from './customer-of';
import { openInstallation, type Installation } from './installation';
import { scrubErased } from './scrub';
import { serveErasures } from './serve-erasures';
import { withDatabase } from './with-database';

const LOOK_MS = 200;
/** Files that somebody has just put wait two minutes; everything else is quick. */
const MOST_MS = 15 * 60_000;

export const customerErase: Command = {
  words: ['customer', 'erase'],
  summary:
    'Erases a person everywhere, for good. Asks for the pseudonym unless --yes. With the embedded database its files are written anew as well; on a server of your own that is --scrub.',
  usage: 'customer erase --customer PSEUDONYM|ID|ADDRESS [--reason WORDS] [--yes] [--scrub]',
  options: {
    customer: { type: 'string' },
    reason: { type: 'string' },
    yes: { type: 'boolean' },
    scrub: { type: 'boolean' },
  },
  async run(options, out) {
    const name = required(options, 'customer');
    const reason = typeof options['reason'] === 'string' ? options['reason'] : 'operator';
    const installation = await openInstallation();
    try {
      const customer = await customerOf(installation, name);
      const confirm = options['yes'] === true ? customer.pseudonym : await typed(customer.pseudonym);
      const erasureId = await request(installation, customer, confirm, reason);
      if (erasureId === undefined) {
        out.line(`That is not "${customer.pseudonym}". Nothing was erased.`);
        return 1;
      }
      const done = await serveErasures(installation, () => ended(installation, erasureId));
      if (!done) {
        out.line(
          'Not everything is erased yet; it goes on while Evenhand runs. `evenhand doctor` says what is in the way.',
        );
        return 1;
      }
      out.line(
        `${customer.pseudonym} is erased: ${done.messages} messages, ${done.attachments} files, ${done.sealed} sealed values.`,
      );
      if (installation.embedded || options['scrub'] === true) {
        const whole = await scrubErased(installation);
        out.line(whole ? 'Nothing of it is left in the files of the database.' : OWN_SERVER);
      } else out.line(`${OWN_SERVER} --scrub writes the tables anew now; nobody can work meanwhile.`);
      return 0;
    } finally {
      await installation.close();
    }
  },
};

const OWN_SERVER =
  'In the files of your own server deleted rows stay until it vacuums, and in its write-ahead log, archives, replicas and backups until those are over.';

async function typed(pseudonym: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await terminal.question(`This cannot be undone. Type the pseudonym (${pseudonym}) to erase: `);
  } finally {
    terminal.close();
  }
}

async function request(
  installation: Installation,
  { id: customerId, workspaceId }: NamedCustomer,
  confirm: string,
  reason: string,
): Promise<string | undefined> {
  return withDatabase(installation, 'api', async ({ database, logger }) => {
    const jobs = new Jobs({ database, logger });
    defineErase(jobs);
    const answer = await database.transaction({ workspaceId }, (tx) =>
      new Erasures(jobs).request(tx, { agentId: null, customerId, confirm, reason }),
    );
    return 'error' in answer ? undefined : answer.erasureId;
  });
}

interface Counts {
  readonly messages: number;
  readonly attachments: number;
  readonly sealed: number;
}

/** Waits for the end of an erasure. @returns undefined when it takes too long. */
async function ended(installation: Installation, erasureId: string): Promise<Counts | undefined> {
  return withDatabase(installation, 'owner', async ({ database }) => {
    for (const deadline = Date.now() + MOST_MS; Date.now() < deadline;) {
      const [row] = await database.query<Counts & { state: string }>(
        'select state, messages, attachments, sealed_values as sealed from inbox.erasures where id = $1',
        [erasureId],
      );
      if (row?.state === 'done') return row;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return undefined;
  });
}
