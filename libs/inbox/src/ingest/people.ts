import type { MessageEvent } from '@app/channel';
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
  const people = new Map<string, Person>();
  if (names.size === 0) return people;
  const found = await tx.query<Person & { value: string }>(
    /* sql */ `
    select value, id as "identityId", customer_id as "customerId" from inbox.identities
     where workspace_id = $1 and channel = $2 and value = any($3::text[])`,
    [tx.workspaceId, channel, [...names.keys()]],
  );
  for (const { value, identityId, customerId } of found) people.set(value, { identityId, customerId });

  const strangers = [...names.keys()].filter((value) => !people.has(value)).sort();
  if (strangers.length > 0) {
    const rows = strangers.map((value) => {
      const person = { identityId: tx.newId(), customerId: tx.newId() };
      people.set(value, person);
      return { value, ...person, pseudonym: pseudonymOf(person.customerId) };
    });
    await tx.query(
      /* sql */ `
      with rows as (select * from jsonb_to_recordset($4::jsonb)
                      as r(value text, "identityId" uuid, "customerId" uuid, pseudonym text)),
           customers as (insert into inbox.customers (id, workspace_id, pseudonym, created_at)
                         select r."customerId", $1, r.pseudonym, $3 from rows r)
      insert into inbox.identities (id, workspace_id, customer_id, channel, value, created_at)
      select r."identityId", $1, r."customerId", $2, r.value, $3 from rows r`,
      [tx.workspaceId, channel, tx.now, JSON.stringify(rows)],
    );
  }
  await saveProfiles(tx, names, people);
  return people;
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
