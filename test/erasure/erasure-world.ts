import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileRef, InboundEvent, MessageEvent, Reach } from '@app/channel';
import { Forget, Intake, Vault } from '@app/connector-host';
import { defineErase, ErasureSteps, Erasures } from '@app/inbox';
import { DiskBlobs, Jobs, Logger, type DatabaseRole } from '@app/runtime';
import { ForgetSealed } from '../../apps/audit/src';
import { TestInbox, type TestWorkspace } from '../../libs/inbox/src/testing/test-workspace';
import { until } from '../support/product';

const FILES_REST_MS = 1_000;

/** The processes that take part in an erasure, with a database, files and a mailbox. No protocol: deliveries are handed in. */
export class ErasureWorld {
  readonly vault = new Vault(randomBytes(32));
  readonly blobs: DiskBlobs;
  private readonly logger = Logger.create({ app: 'test', level: 'silent' });
  private running: Jobs[] = [];

  private constructor(
    readonly inbox: TestInbox,
    readonly ws: TestWorkspace,
    readonly dir: string,
  ) {
    this.blobs = new DiskBlobs(join(dir, 'blobs'));
  }

  static async start(): Promise<ErasureWorld> {
    const inbox = await TestInbox.start(8);
    const ws = await inbox.workspace();
    await inbox.pool('owner').query(
      `insert into intake.accounts (id, workspace_id, channel, address, name, settings, credentials, connected_at)
       values ($1, $2, 'email', 'support@example.org', 'Support', '{}', '', now())`,
      [ws.accountId, ws.id],
    );
    return new ErasureWorld(inbox, ws, await mkdtemp(join(tmpdir(), 'evenhand-erasure-')));
  }

  async stop(): Promise<void> {
    await this.kill();
    await this.inbox.stop();
    await rm(this.dir, { recursive: true, force: true });
  }

  /** A mail as the connector stores it, under this name; taken in at once unless `later`. */
  async arrives(
    mail: MessageEvent,
    options: {
      readonly source?: string;
      readonly raw?: string;
      readonly reach?: Reach['values'];
      readonly later?: boolean;
      /** What the same delivery tells beside the message. */
      readonly also?: readonly InboundEvent[];
    } = {},
  ): Promise<void> {
    const { source = `INBOX;${mail.at}`, raw = mail.text, reach, also = [] } = options;
    const delivery = { source, raw: Buffer.from(raw), arrivedAt: new Date(), context: { folder: 'INBOX' } };
    const sealed: Reach[] = reach
      ? [{ channel: 'email', externalId: mail.externalId, author: mail.author.value, values: reach }]
      : [];
    const result = { events: [mail, ...also], reach: sealed, unsupported: [] };
    const owner = { id: this.ws.accountId, workspaceId: this.ws.id, channel: 'email' } as const;
    const pool = this.inbox.pool('connector');
    const intake = new Intake(pool, this.vault, () => undefined, undefined, Object.keys(reach ?? {}));
    await intake.commit(owner, null, [{ delivery, state: 'read', problem: null, result }], null);
    if (!options.later) await this.takeIn();
  }

  /** What triage does with what has been read. */
  async takeIn(): Promise<void> {
    await this.ws.triage(async (tx) => {
      const rows = await tx.query<{ body: MessageEvent }>(
        `update intake.events set ingested_at = now() where ingested_at is null returning body`,
      );
      await this.inbox.ingest.ingest(
        tx,
        rows.map(({ body }) => this.ws.stored(body)),
      );
    });
  }

  /** A file in the store that was put long ago. */
  async file(bytes: Buffer, name = 'a.bin'): Promise<FileRef> {
    const { sha256, size } = await this.blobs.put(bytes, { maxBytes: 1_000_000 });
    const old = new Date(Date.now() - 3_600_000);
    await utimes(join(this.dir, 'blobs', sha256.slice(0, 2), sha256.slice(2, 4), sha256), old, old);
    return { sha256, size, name, mime: 'application/octet-stream', inline: false };
  }

  async customerOf(address: string): Promise<{ id: string; pseudonym: string } | undefined> {
    const [row] = await this.ws.rows<{ id: string; pseudonym: string }>(
      'select c.id, c.pseudonym from inbox.customers c join inbox.identities i on i.customer_id = c.id where i.value = $1',
      [address],
    );
    return row;
  }

  /** Asks for somebody to be erased. @returns the erasure. */
  async ask(address: string): Promise<string> {
    const jobs = this.jobs('api');
    defineErase(jobs);
    const { id, pseudonym } = (await this.customerOf(address))!;
    const answer = await this.ws.api((tx) =>
      new Erasures(jobs).request(tx, { agentId: null, customerId: id, confirm: pseudonym, reason: 'test' }),
    );
    if ('error' in answer) throw new Error(answer.error);
    return answer.erasureId;
  }

  /** Lets these processes work. */
  async run(...roles: ('triage' | 'connector' | 'audit')[]): Promise<void> {
    for (const role of roles) {
      const jobs = this.jobs(role);
      const database = this.inbox.pool(role);
      if (role === 'triage') {
        const { blobs } = this;
        new ErasureSteps({ database, jobs, blobs, changes: this.inbox.changes, filesRestMs: FILES_REST_MS }).serve();
      } else if (role === 'connector') new Forget({ database, jobs, channel: 'email', vault: this.vault }).serve();
      else new ForgetSealed(database, jobs).serve();
      await jobs.start();
      this.running.push(jobs);
    }
  }

  /** Ends the processes; what they had not finished is left. */
  async kill(): Promise<void> {
    for (const jobs of this.running.splice(0)) await jobs.stop(0);
  }

  async erasure(
    id: string,
  ): Promise<{ state: string; waitingFor: string[]; messages: number; attachments: number; sealed: number }> {
    const [row] = await this.ws.rows<{
      state: string;
      waitingFor: string[];
      messages: number;
      attachments: number;
      sealed: number;
    }>(
      'select state, waiting_for as "waitingFor", messages, attachments, sealed_values as sealed from inbox.erasures where id = $1',
      [id],
    );
    return row!;
  }

  async reaches(id: string, state: string): Promise<void> {
    await until(`the erasure is ${state}`, async () => (await this.erasure(id)).state === state);
  }

  /** Erases somebody, with every process there is. */
  async erase(address: string): Promise<string> {
    const id = await this.ask(address);
    await this.run('triage', 'connector', 'audit');
    await this.reaches(id, 'done');
    await this.kill();
    return id;
  }

  /** Every row of every table as text. */
  async dump(): Promise<string[]> {
    const tables = await this.ws.rows<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('inbox', 'intake', 'sealed', 'record', 'jobs') and c.relkind = 'r' order by 1`,
    );
    const rows: string[] = [];
    for (const { name } of tables) {
      const found = await this.ws.rows<{ row: string }>(`select t::text as row from ${name} t order by 1`);
      rows.push(...found.map(({ row }) => `${name} ${row}`));
    }
    return rows;
  }

  private jobs(role: DatabaseRole): Jobs {
    return new Jobs({ database: this.inbox.pool(role), logger: this.logger, pollMs: 20 });
  }
}
