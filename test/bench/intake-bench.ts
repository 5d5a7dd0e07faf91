import { randomBytes, randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { Intake, Vault } from '@app/connector-host';
import type { InboundEvent } from '@app/channel';
import type { Bench, BenchContext } from './bench';
import type { BenchDatabase } from './bench-server';
import { compare, inParallel, interleave, timed, type Comparison } from './measure';
import { letterMail, type TypicalMail } from './typical-mails';

/** Connections on either side. */
const CONNECTIONS = 4;

/** Storing what arrived (raw bytes encrypted, events, cursor, lease checked) beside inserting the same bytes bare. */
export const intakeBench: Bench = { name: 'intake', run };

async function run({ server, quick, onEnd }: BenchContext): Promise<readonly Comparison[]> {
  const database = await server.database('intake');
  const mails = Array.from({ length: 200 }, (_, n) => letterMail(n));
  onEnd(() => database.close());
  const bare = await Bare.open(database);
  onEnd(() => bare.close());
  const ours = await Ours.open(database);
  const lines: Comparison[] = [];
  for (const [batch, total] of [
    [100, quick ? 800 : 4_000],
    [1, quick ? 200 : 1_000],
  ] as const) {
    const contestants = [
      { name: 'intake', round: () => rate(total, batch, mails, (part, connection) => ours.commit(part, connection)) },
      {
        name: 'bare inserts',
        round: () => rate(total, batch, mails, (part, connection) => bare.insert(part, connection)),
      },
    ];
    await interleave(1, contestants);
    const figures = await interleave(quick ? 3 : 7, contestants);
    lines.push(
      compare(figures, 'intake', 'bare inserts', {
        bench: 'intake',
        what: `mails of 20 KB in transactions of ${batch}, ${CONNECTIONS} connections`,
        unit: 'mails/s',
        aim: { atLeast: 0.5 },
      }),
    );
  }
  return lines;
}

/** Mails per second. */
async function rate(
  total: number,
  batch: number,
  mails: readonly TypicalMail[],
  store: (part: readonly TypicalMail[], connection: number) => Promise<void>,
): Promise<number> {
  const ms = await timed(() =>
    inParallel(total / batch, CONNECTIONS, (n, connection) => {
      const from = (n * batch) % mails.length;
      return store(mails.slice(from, from + batch), connection);
    }),
  );
  return (total / ms) * 1_000;
}

/** The product's own intake, an account for each connection. */
class Ours {
  private nextUid = 1;

  private constructor(
    private readonly intake: Intake,
    private readonly accounts: readonly { id: string; workspaceId: string; channel: 'email' }[],
  ) {}

  static async open(database: BenchDatabase): Promise<Ours> {
    const accounts = Array.from({ length: CONNECTIONS }, () => ({
      id: randomUUID(),
      workspaceId: randomUUID(),
      channel: 'email' as const,
    }));
    const client = await database.client();
    for (const { id, workspaceId } of accounts) {
      await client.query(
        `insert into intake.accounts (id, workspace_id, channel, address, name, settings, credentials, connected_at, lease_number)
         values ($1, $2, 'email', $3, 'Bench', '{}', '', now(), 1)`,
        [id, workspaceId, `${id}@bench.example`],
      );
    }
    await client.end();
    const pool = await database.pool('connector', CONNECTIONS);
    return new Ours(new Intake(pool, new Vault(randomBytes(32)), () => undefined), accounts);
  }

  async commit(mails: readonly TypicalMail[], connection: number): Promise<void> {
    const account = this.accounts[connection]!;
    const read = mails.map((mail) => ({
      delivery: { source: randomUUID(), raw: mail.raw, arrivedAt: new Date(), context: { role: 'inbox' } },
      state: 'read' as const,
      problem: null,
      result: { events: [eventOf(mail)], reach: [], unsupported: [] },
    }));
    await this.intake.commit(account, 1, read, {
      stream: 'INBOX',
      cursor: { uidValidity: '1', nextUid: ++this.nextUid },
    });
  }
}

/** The same bytes into two bare tables with a primary key, one statement each, on prepared statements. */
class Bare {
  private constructor(private readonly clients: readonly Client[]) {}

  static async open(database: BenchDatabase): Promise<Bare> {
    const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => database.client()));
    await clients[0]!.query(`
      create table public.bare_mails (id uuid primary key, raw bytea not null);
      alter table public.bare_mails alter column raw set storage external;
      create table public.bare_events (id uuid primary key, body jsonb not null)`);
    return new Bare(clients);
  }

  async insert(mails: readonly TypicalMail[], connection: number): Promise<void> {
    const client = this.clients[connection]!;
    const places = mails.map((_, i) => `($${2 * i + 1}, $${2 * i + 2})`).join(', ');
    const events = mails.map((mail) => [randomUUID(), JSON.stringify(eventOf(mail))]);
    await client.query('begin');
    await client.query({
      name: `mails of ${mails.length}`,
      text: `insert into public.bare_mails values ${places}`,
      values: mails.flatMap((mail) => [randomUUID(), mail.raw]),
    });
    await client.query({
      name: `events of ${mails.length}`,
      text: `insert into public.bare_events values ${places}`,
      values: events.flat(),
    });
    await client.query('commit');
  }

  async close(): Promise<void> {
    for (const client of this.clients) await client.end();
  }
}

function eventOf({ text, html }: TypicalMail): InboundEvent {
  const id = randomUUID();
  const author = { value: `${id}@mail.example`, name: 'Zoé Customer' };
  return {
    kind: 'message',
    externalId: `mail:${id}`,
    direction: 'inbound',
    visibility: 'private',
    author,
    participants: [
      { ...author, role: 'from' },
      { value: 'help@example.test', role: 'to' },
    ],
    at: new Date().toISOString(),
    class: 'ordinary',
    history: false,
    subject: 'Commande',
    text,
    ...(html === undefined ? {} : { html }),
    attachments: [],
    pendingFiles: [],
    threading: { references: [] },
    nativeIds: [`${id}@mail.example`],
    problems: [],
    unreadable: false,
    encrypted: false,
    commitments: {},
  };
}
