import { createHash } from 'node:crypto';
import { Client } from 'pg';

/*
 * All that stands in a database, so that two of them can be compared row by row. Rows have no order of their own; where an order
 * was made it stands in numbers and times, which are compared. Ids differ from database to database: each is told apart by the
 * rows in which it stands, so two that play different parts are never taken for each other.
 */

type Row = Readonly<Record<string, unknown>>;

/** Ids of ours, wherever in a text. */
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/**
 * What may differ between two databases, each with the reason; nothing else may. Encrypted bytes never come out the same twice:
 * of them the length is compared.
 */
export const MAY_DIFFER = {
  schemas: {
    sealed: 'what is known of fame stands here, and nowhere else',
    history: 'the copies that the test itself keeps; they are compared by themselves',
  },
  /** These, and how many bytes they are: what a platform said, for connectors alone. */
  sizes: { 'intake.raw_bytes.bytes': 'filled up to whole kilobytes, so that few bytes more seldom make it longer' },
  encrypted: {
    'intake.accounts.credentials': 'tokens and passwords',
    'intake.platform_apps.secrets': 'tokens and passwords',
    'intake.prepared.bytes': 'what is sent',
    'intake.tickets.state': 'what an operator types while connecting',
    'intake.accounts.connected_by': 'a hash, under the same key',
  },
  /** Of what comes by them the number of bytes is kept, and a hash of the bytes where the platform gives no name; for connectors alone. */
  plainChannels: {
    email: 'no part of a mail tells of fame; `X-` headers are anybody’s words',
    messenger: 'Messenger tells nothing of fame; what stands beside its own fields is ours, for the proof',
  },
  commitments: {
    'intake.events.body.commitments': 'commitments, with a fresh salt each',
    'record.entries.fields.sealed_': 'commitments, with a fresh salt each',
  },
  machine: {
    'intake.accounts.checked_at': 'when a timer of the process looked last',
    'inbox.accounts.checked_at': 'when a timer of the process looked last',
    'intake.accounts.lease_until': 'a lease, in machine time',
    'intake.accounts.lease_number': 'how often a lease was taken',
    'intake.accounts.lease_holder': 'the process that holds it',
    'jobs.jobs.lease_until': 'a lease, in machine time',
    'jobs.jobs.lease_number': 'how often a lease was taken',
    'jobs.jobs.number': 'a sequence that jobs of timers move, too',
    'inbox.changes.xid': 'the transaction',
    'inbox.customers.pseudonym': 'made of an id',
    'inbox.erasures.pseudonym': 'made of an id',
    'inbox.conversations.token_key': 'made of an id',
    'intake.reply_tokens.key': 'made of an id',
    'inbox.agents.password_hash': 'has a salt',
    'inbox.sessions.token_hash': 'of a random token',
    'intake.platform_apps.key': 'random',
    'inbox.sign_in_tries.expire': 'machine time',
    'inbox.sign_in_tries.key': 'an address and a port of this machine',
  },
} as const;

/** Every row of every table, of a database at rest. */
export class Rows {
  private constructor(private readonly rows: readonly { readonly table: string; readonly text: string }[]) {}

  /** @param aliases texts that are of this run, such as ports of the test's own servers, and what they are called instead. */
  static from(
    tables: readonly { readonly table: string; readonly row: Row }[],
    aliases: readonly (readonly [string, string])[] = [],
  ): Rows {
    const called = (text: string): string => aliases.reduce((now, [own, name]) => now.replaceAll(own, name), text);
    const plain = new Set(
      tables.flatMap(({ table, row }) =>
        table === 'intake.accounts' && String(row['channel']) in MAY_DIFFER.plainChannels ? [row['id']] : [],
      ),
    );
    return new Rows(
      tables
        .filter(({ table }) => !(table.split('.')[0]! in MAY_DIFFER.schemas))
        .map(({ table, row }) => {
          const isPlain = plain.has(row['account_id']);
          return { table, text: called(JSON.stringify(neutral(table, row, isPlain))) };
        }),
    );
  }

  get size(): number {
    return this.rows.length;
  }

  /**
   * What stands here and not there, and the other way, at most so many lines of each. Ids are nothing but ids at first; where all
   * is equal they are told apart by the rows they stand in, then by the ids beside them there, and so on: then it is told in
   * which rows an id stands here, and the one most like it does not there.
   */
  differences(other: Rows, limit = 10): string[] {
    const plain = between(this.lines(), other.lines(), limit);
    if (plain.length > 0) return plain;
    let [mine, theirs] = [this.nobody(), other.nobody()];
    for (let told = 0; countOf(mine) > told;) {
      told = countOf(mine);
      const [here, there] = [this.places(mine), other.places(theirs)];
      const [left, right] = apart([...here.values()], [...there.values()]);
      if (left.length + right.length > 0) return unlikePlaces(left, right, limit);
      [mine, theirs] = [namesBy(here), namesBy(there)];
    }
    return [];
  }

  /** Ids in an order that is the same in every database of the same content. */
  ids(): string[] {
    let names = this.nobody();
    for (let told = 0; countOf(names) > told;) {
      told = countOf(names);
      names = namesBy(this.places(names));
    }
    return [...names].toSorted(([, a], [, b]) => (a < b ? -1 : 1)).map(([id]) => id);
  }

  private nobody(): Names {
    return new Map(this.rows.flatMap(({ text }) => idsIn(text)).map((id) => [id, 'id']));
  }

  private lines(): string[] {
    return this.rows.map(({ table, text }) => `${table} ${text.replace(UUID, '<id>')}`);
  }

  /** Of each id all rows it stands in, with what the ids beside it are called. */
  private places(names: Names): Map<string, readonly string[]> {
    const places = new Map<string, string[]>(Array.from(names.keys(), (id) => [id, []]));
    for (const { table, text } of this.rows) {
      for (const id of new Set(idsIn(text))) {
        const shown = text.replace(UUID, (each) => (each === id ? '<this>' : `<${names.get(each)!}>`));
        places.get(id)!.push(`${table} ${shown}`);
      }
    }
    for (const rows of places.values()) rows.sort();
    return places;
  }
}

/** What ids are called. */
type Names = ReadonlyMap<string, string>;

function countOf(names: Names): number {
  return new Set(names.values()).size;
}

function namesBy(places: ReadonlyMap<string, readonly string[]>): Names {
  return new Map(Array.from(places, ([id, rows]) => [id, hash(rows.join('\n'))]));
}

type Places = readonly string[];

/** Those that have no equal on the other side. */
function apart(mine: readonly Places[], theirs: readonly Places[]): [Places[], Places[]] {
  const keyed = (all: readonly Places[]): Set<string> => new Set(all.map((rows) => rows.join('\n')));
  const [here, there] = [keyed(mine), keyed(theirs)];
  return [mine.filter((rows) => !there.has(rows.join('\n'))), theirs.filter((rows) => !here.has(rows.join('\n')))];
}

function unlikePlaces(mine: readonly Places[], theirs: readonly Places[], limit: number): string[] {
  const told = mine.map((rows) => {
    const others = theirs.map((other) => between(rows, other, Infinity)).toSorted((a, b) => a.length - b.length);
    return others[0] ?? rows;
  });
  // the id that differs least tells most
  const [first = []] = told.toSorted((a, b) => a.length - b.length);
  return [`${mine.length} ids stand in other rows; one of them:`, ...first.slice(0, 2 * limit)];
}

function idsIn(text: string): string[] {
  return Array.from(text.matchAll(UUID), ([id]) => id);
}

/** Every row of every table of every schema, as PostgreSQL writes it. */
export async function allRows(ownerUrl: string): Promise<{ table: string; row: Row }[]> {
  const client = new Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    // one moment for all tables
    await client.query('begin isolation level repeatable read read only');
    const tables = await client.query<{ name: string; sql: string }>(
      `select n.nspname || '.' || c.relname as name, format('select to_jsonb(t) as row from only %I.%I t', n.nspname, c.relname) as sql
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1`,
    );
    const found: { table: string; row: Row }[] = [];
    for (const { name, sql } of tables.rows) {
      const { rows } = await client.query<{ row: Row }>(sql);
      found.push(...rows.map(({ row }) => ({ table: name, row })));
    }
    return found;
  } finally {
    await client.end();
  }
}

function neutral(given: string, row: Row, isPlain: boolean): unknown {
  // partitions by day are parts of their table
  const table = given.replace(/_(?:rest|p?\d{4}_?\d\d_?\d\d)$/, '');
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => {
      const name = `${table}.${column}`;
      if (value === null) return [column, null];
      if (name in MAY_DIFFER.machine) return [column, '<machine>'];
      if (name in MAY_DIFFER.sizes) return [column, '<bytes>'];
      if (name in MAY_DIFFER.encrypted) return [column, `<${(value as string).length / 2 - 1} bytes>`];
      if (isPlain && name === 'intake.deliveries.size') return [column, '<bytes>'];
      if (isPlain && name === 'intake.deliveries.source') return [column, hidden(value)];
      return [column, withoutCommitments(name, value)];
    }),
  );
}

/** That there is a commitment, and to what, is compared; its value has a salt. */
function withoutCommitments(name: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const isCommitment = (key: string): boolean => `${name}.${key}`.startsWith('record.entries.fields.sealed_');
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (isCommitment(key)) return [key, hidden(inner)];
      if (`${name}.${key}` in MAY_DIFFER.commitments) {
        return [key, Object.fromEntries(Object.entries(inner as object).map(([field, each]) => [field, hidden(each)]))];
      }
      return [key, inner];
    }),
  );
}

/** Only what is a hash indeed is passed over. */
function hidden(value: unknown): unknown {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? '<hash>' : value;
}

function between(mine: readonly string[], theirs: readonly string[], limit: number): string[] {
  const left = new Map<string, number>();
  for (const line of mine) left.set(line, (left.get(line) ?? 0) + 1);
  const there: string[] = [];
  for (const line of theirs) {
    const count = left.get(line) ?? 0;
    if (count === 0) there.push(line);
    else left.set(line, count - 1);
  }
  const here = [...left].flatMap(([line, count]) => Array.from({ length: count }, () => line));
  return [
    ...here.slice(0, limit).map((line) => `here:  ${line}`),
    ...there.slice(0, limit).map((line) => `there: ${line}`),
  ];
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
