import type { MessageEvent, PersonEvent } from '@app/channel';
import type { Tx } from '@app/runtime';

/** One known person behind a platform's id. */
export interface Person {
  readonly identityId: string;
  readonly customerId: string;
}

/**
 * The person an event is about: who wrote it, or to whom we wrote. Somebody copied in is a participant, and becomes a person
 * once they write.
 */
export function personOf(event: MessageEvent): { readonly value: string; readonly name?: string } | undefined {
  if (event.direction === 'inbound') return event.author;
  const to = event.participants.find((participant) => participant.role === 'to');
  return to ?? event.participants.find((participant) => participant.role === 'cc');
}

/** "Customer 4F2": three digits of the id's random part. A name people can say, and nobody's own. */
export function pseudonymOf(customerId: string): string {
  return `Customer ${customerId.slice(-3).toUpperCase()}`;
}

/**
 * Finds the people of a batch, makes those not met before, and keeps what they call themselves in their profile. The caller
 * holds the workspace, so nobody else makes the same person meanwhile.
 */
export async function resolvePeople(
  tx: Tx,
  channel: string,
  events: readonly MessageEvent[],
): Promise<Map<string, Person>> {
  const names = new Map<string, { name: string | null; at: string }>();
  for (const event of events) {
    const person = personOf(event);
    if (!person) continue;
    const known = names.get(person.value);
    const better = person.name !== undefined && (known?.name == null || known.at < event.at);
    if (!known || better) names.set(person.value, { name: person.name ?? null, at: event.at });
  }
  if (names.size === 0) return new Map();
  const people = await findPeople(tx, channel, [...names.keys()]);
  const strangers = [...names.keys()].filter((value) => !people.has(value)).sort();
  const made = strangers.map((value) => ({ value, identityId: tx.newId(), customerId: tx.newId() }));
  await makePeople(tx, channel, people, made);
  await saveProfiles(tx, names, people);
  return people;
}

async function findPeople(tx: Tx, channel: string, values: readonly string[]): Promise<Map<string, Person>> {
  const found = await tx.query<Person & { value: string }>(
    /* sql */ `
    select value, id as "identityId", customer_id as "customerId" from inbox.identities
     where workspace_id = $1 and channel = $2 and value = any($3::text[])`,
    [tx.workspaceId, channel, values],
  );
  return new Map(found.map(({ value, ...person }) => [value, person]));
}

/** Makes people, and their customers as far as these are new; adds them to those known. */
async function makePeople(
  tx: Tx,
  channel: string,
  people: Map<string, Person>,
  made: readonly (Person & { readonly value: string })[],
): Promise<void> {
  if (made.length === 0) return;
  const met = new Set([...people.values()].map((person) => person.customerId));
  const rows = made.map((person) => {
    const stranger = !met.has(person.customerId);
    met.add(person.customerId);
    return { ...person, pseudonym: stranger ? pseudonymOf(person.customerId) : null };
  });
  for (const { value, identityId, customerId } of made) people.set(value, { identityId, customerId });
  await tx.query(
    /* sql */ `
    with rows as (select * from jsonb_to_recordset($4::jsonb)
                    as r(value text, "identityId" uuid, "customerId" uuid, pseudonym text)),
         customers as (insert into inbox.customers (id, workspace_id, pseudonym, created_at)
                       select r."customerId", $1, r.pseudonym, $3 from rows r where r.pseudonym is not null)
    insert into inbox.identities (id, workspace_id, customer_id, channel, value, created_at)
    select r."identityId", $1, r."customerId", $2, r.value, $3 from rows r`,
    [tx.workspaceId, channel, tx.now, JSON.stringify(rows)],
  );
}

/** Two people who are one, by the platform's word, and are two customers here: merging is for people. */
export interface SamePerson {
  readonly customer: string;
  readonly other: string;
}

/**
 * Keeps what a platform tells of people: their names, and which ids are one person. An id that nobody has written under yet
 * becomes another of that customer; a customer each stay two.
 * @returns conversations of those whose name was told.
 */
export async function savePeople(
  tx: Tx,
  account: { readonly id: string; readonly channel: string },
  events: readonly PersonEvent[],
): Promise<{ readonly same: readonly SamePerson[]; readonly conversations: readonly string[] }> {
  if (events.length === 0) return { same: [], conversations: [] };
  const told = events.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.externalId < b.externalId ? -1 : 1));
  const values = new Set(told.flatMap(({ person, alsoKnownAs }) => [person.value, alsoKnownAs ?? person.value]));
  const people = await findPeople(tx, account.channel, [...values]);
  const made = new Map<string, Person & { readonly value: string }>();
  const names = new Map<string, { name: string; at: string }>();
  const same: SamePerson[] = [];
  const known = (value: string): Person | undefined => people.get(value) ?? made.get(value);
  const make = (value: string, customerId: string): void =>
    void made.set(value, { value, identityId: tx.newId(), customerId });
  for (const { person, alsoKnownAs = person.value, at } of told) {
    const [one, two] = [known(person.value), known(alsoKnownAs)];
    const customerId = (one ?? two)?.customerId ?? tx.newId();
    if (!one) make(person.value, customerId);
    if (!two && alsoKnownAs !== person.value) make(alsoKnownAs, customerId);
    if (one && two && one.customerId !== two.customerId) same.push({ customer: one.customerId, other: two.customerId });
    if (person.name !== undefined) names.set(person.value, { name: person.name, at });
  }
  await makePeople(tx, account.channel, people, [...made.values()]);
  await saveProfiles(tx, names, people);
  const conversations = await tx.query<{ id: string }>(
    'select id from inbox.conversations where account_id = $1 and customer_id = any($2::uuid[])',
    [account.id, [...names.keys()].map((value) => people.get(value)!.customerId)],
  );
  return { same, conversations: conversations.map((row) => row.id) };
}

/**
 * Of two customers who are one person the private conversation continues the public one: whoever was given the one may open the
 * other. @returns conversations that are linked now.
 */
export async function linkConversations(tx: Tx, accountId: string, pairs: readonly SamePerson[]): Promise<string[]> {
  if (pairs.length === 0) return [];
  const linked = await tx.query<{ id: string; continues: string }>(
    /* sql */ `
    update inbox.conversations c set continues = q.id, version = c.version + 1
      from jsonb_to_recordset($2::jsonb) as r(customer uuid, other uuid)
     cross join lateral (values (r.customer, r.other), (r.other, r.customer)) v (theirs, earlier)
     cross join lateral (select q.id from inbox.conversations q
                          where q.account_id = $1 and q.customer_id = v.earlier and q.visibility = 'public'
                          order by q.last_message_at desc, q.id limit 1) q
     where c.account_id = $1 and c.customer_id = v.theirs and c.visibility = 'private' and c.continues is null
    returning c.id, c.continues`,
    [accountId, JSON.stringify(pairs)],
  );
  return linked.flatMap(({ id, continues }) => [id, continues]);
}

/**
 * The name to say to somebody: the first word of "Ada Byron", the second part of "Byron, Ada". Null for what is no name of a
 * person ("no-reply", "Acme Ltd. 24/7", an address).
 */
export function givenNameOf(name: string): string | null {
  const [before = '', after] = name.normalize('NFC').split(',', 2);
  const [word = ''] = (after ?? before).trim().split(/\s+/u);
  return /^\p{L}[\p{L}\p{M}'’-]{0,39}$/u.test(word) &&
    !/^(no|ne|noreply|info|support|service|contact)$/iu.test(word) &&
    !/no-?reply/iu.test(word)
    ? word
    : null;
}

/** Profiles have one way in and none out but a reveal: the function takes the time at which the name was used. */
async function saveProfiles(
  tx: Tx,
  names: ReadonlyMap<string, { readonly name: string | null; readonly at: string }>,
  people: ReadonlyMap<string, Person>,
): Promise<void> {
  const profiles = [...names]
    .filter(([, { name }]) => name !== null && name.trim() !== '')
    .map(([value, { name, at }]) => ({ identity: people.get(value)!.identityId, name, given: givenNameOf(name!), at }));
  if (profiles.length === 0) return;
  await tx.query('select inbox.profiles_save($1, $2::jsonb)', [tx.workspaceId, JSON.stringify(profiles)]);
}
