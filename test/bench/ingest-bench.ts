import { randomBytes } from 'node:crypto';
import { ImapFlow } from 'imapflow';
import { simpleParser } from 'mailparser';
import type { Client } from 'pg';
import { Vault, type Accounts } from '@app/connector-host';
import { Workspaces } from '@app/inbox';
import { emailAccounts } from '../../apps/connector-email/src';
import { ProductProcess, until } from '../support/product';
import type { Bench, BenchContext } from './bench';
import { silent, type BenchDatabase } from './bench-server';
import { cpuMsOf } from './cpu-time';
import { openMailboxes, type FullMailbox } from './mailboxes';
import { compare, interleave, timed, type Comparison } from './measure';
import { letterMail, smallMail } from './typical-mails';

const LEAN = { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true, skipTextLinks: true };

/**
 * Mail from an IMAP server into conversations that wait, by the product as `npm start` runs it, beside fetching the same
 * mails and parsing them with bare mailparser, keeping nothing.
 */
export const ingestBench: Bench = { name: 'ingest', run };

async function run(context: BenchContext): Promise<readonly Comparison[]> {
  const { quick, dir, server, onEnd } = context;
  const mailboxes = await openMailboxes(dir);
  onEnd(() => mailboxes.stop());
  const database = await server.database('ingest');
  onEnd(() => database.close());
  const product = await Product.start(database, dir, onEnd);
  const lines: Comparison[] = [];
  for (const [kind, make, count] of [
    ['20 KB, text and HTML', letterMail, quick ? 200 : 1_000],
    ['1.6 KB, text', smallMail, quick ? 200 : 2_000],
  ] as const) {
    const mails = Array.from({ length: count }, (_, n) => make(n).raw);
    const what = `${count.toLocaleString('en')} mails of ${kind}, from ${mailboxes.name}`;
    const cpu = { ours: [] as number[], bare: [] as number[] };
    const measured = async (into: number[], cpuMs: () => number | undefined, work: () => Promise<number>) => {
      const before = cpuMs();
      const ms = await work();
      if (before !== undefined) into.push((cpuMs()! - before) / count);
      return (count / ms) * 1_000;
    };
    const ours = async (): Promise<number> => {
      const box = await mailboxes.fill(mails);
      return measured(
        cpu.ours,
        () => cpuMsOf([product.pid, ...server.pids]),
        () => product.takesIn(box, count),
      );
    };
    const beside = async (): Promise<number> => {
      const box = await mailboxes.fill(mails);
      return measured(cpu.bare, ownCpuMs, () => bare(box, count));
    };
    const contestants = [
      { name: 'Evenhand', round: ours },
      { name: 'fetch + mailparser', round: beside },
    ];
    await interleave(1, contestants);
    cpu.ours.length = cpu.bare.length = 0;
    const figures = await interleave(quick ? 1 : 5, contestants);
    const line = { bench: 'ingest', what, unit: 'mails/s', aim: { atLeast: 0.5 } };
    lines.push(compare(figures, 'Evenhand', 'fetch + mailparser', line));
    if (cpu.ours.length > 0) {
      const times = new Map([
        ['Evenhand', cpu.ours],
        ['fetch + mailparser', cpu.bare],
      ]);
      const note = 'product and database beside the one process; without the IMAP server';
      const spent = { bench: 'ingest', what: 'processor time for each of them', unit: 'ms', note };
      lines.push(compare(times, 'Evenhand', 'fetch + mailparser', spent));
    }
  }
  return lines;
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Log in, fetch everything in ranges of 100, parse each mail. */
async function bare(box: FullMailbox, count: number): Promise<number> {
  return timed(async () => {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: box.imapPort,
      secure: false,
      doSTARTTLS: false,
      auth: { user: box.address, pass: box.password },
      logger: false,
    });
    await client.connect();
    await client.mailboxOpen('INBOX', { readOnly: true });
    let parsed = 0;
    for (let from = 1; from <= count; from += 100) {
      const mails = await client.fetchAll(`${from}:${Math.min(count, from + 99)}`, { uid: true, source: true });
      for (const { source } of mails) {
        await simpleParser(source!, LEAN);
        parsed += 1;
      }
    }
    client.close();
    if (parsed !== count) throw new Error(`${parsed} of ${count} mails were fetched`);
  });
}

/** The whole product in one process of its own, on the bench's database. */
class Product {
  private constructor(
    private readonly process: ProductProcess,
    private readonly accounts: Accounts,
    private readonly client: Client,
    private readonly workspaceId: string,
  ) {}

  static async start(database: BenchDatabase, dir: string, onEnd: BenchContext['onEnd']): Promise<Product> {
    const key = randomBytes(32);
    const process = ProductProcess.start('all-in-one', {
      DATABASE_URL: database.ownerUrl,
      EVENHAND_CONNECTOR_KEY: key.toString('hex'),
      EVENHAND_DATA_DIR: `${dir}/product`,
      EVENHAND_DEMO: 'off',
      EVENHAND_PORT: '0',
      EVENHAND_LOG_LEVEL: 'warn',
    });
    onEnd(() => process.stop());
    await process.prints(/Ctrl-C stops/);
    const connector = await database.pool('connector', 2);
    const api = await database.pool('api', 1);
    const { workspaceId } = await api.transaction('system', (tx) => new Workspaces().create(tx, { name: 'Bench' }));
    const accounts = emailAccounts({ database: connector, vault: new Vault(key), logger: silent });
    const client = await database.client();
    onEnd(() => client.end());
    return new Product(process, accounts, client, workspaceId);
  }

  get pid(): number {
    return this.process.pid;
  }

  /** Milliseconds from the moment at which the product turns to the mailbox until the last mail is a message. */
  async takesIn(box: FullMailbox, count: number): Promise<number> {
    const server = { host: '127.0.0.1', port: box.imapPort, tls: 'none', user: box.address };
    const id = await this.accounts.add(
      {
        workspaceId: this.workspaceId,
        address: box.address,
        name: 'Bench',
        settings: { imap: server, smtp: server, history: 'all-as-new' },
        credentials: { imapPassword: box.password, smtpPassword: box.password },
      },
      { check: false },
    );
    const counted = async (sql: string): Promise<number> =>
      Number((await this.client.query<{ n: string }>(sql, [id])).rows[0]!.n);
    await until(
      'the product turns to the mailbox',
      async () => (await counted('select lease_number as n from intake.accounts where id = $1')) > 0,
    );
    const ms = await timed(() =>
      until(
        `${count} messages`,
        async () => (await counted('select count(*) as n from inbox.messages where account_id = $1')) >= count,
        120_000,
      ),
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.process.output.slice(-3_000)}`);
    });
    await this.accounts.disconnect(id);
    return ms;
  }
}
