import type { MessageEvent } from '@app/channel';
import type { Tx } from '@app/runtime';
import { everybody, KnownThreads, type KnownRef } from './threads';

/** Reads what a batch of one account may refer to: three statements, whatever its size. */
export async function loadThreads(
  tx: Tx,
  accountId: string,
  events: readonly MessageEvent[],
  own: string,
): Promise<KnownThreads> {
  const known = new KnownThreads();
  const wanted = collect(events, own);
  const refs = await tx.query<KnownRef & { ref: string }>(
    /* sql */ `
    select ref, conversation_id as "conversationId", message_id is not null as seen, direct, subjects, parties
      from inbox.refs where account_id = $1 and ref = any($2::text[])`,
    [accountId, wanted.natives],
  );
  for (const { ref, ...sighting } of refs) known.addRef(ref, sighting);
  const conversations = await tx.query<{ id: string; threadKey: string | null; messageId: string | null }>(
    /* sql */ `
    select c.id, c.thread_key as "threadKey", null::uuid as "messageId" from inbox.conversations c
     where c.account_id = $1 and (c.id = any($2::uuid[]) or c.thread_key = any($3::text[]))
    union all
    select m.conversation_id, null, m.id from inbox.messages m where m.id = any($4::uuid[]) and m.account_id = $1`,
    [
      accountId,
      [...wanted.conversations, ...refs.map((ref) => ref.conversationId)],
      wanted.threadKeys,
      wanted.messages,
    ],
  );
  for (const { id, threadKey, messageId } of conversations) {
    known.conversations.add(id);
    if (threadKey !== null) known.byThreadKey.set(threadKey, id);
    if (messageId !== null) known.byMessage.set(messageId, id);
  }
  if (known.conversations.size > 0) {
    const participants = await tx.query<{ id: string; value: string }>(
      /* sql */ `
      select conversation_id as id, value from inbox.participants
       where conversation_id = any($1::uuid[]) and value = any($2::text[])`,
      [[...known.conversations], wanted.people],
    );
    for (const { id, value } of participants) known.addParticipant(id, value);
  }
  return known;
}

function collect(events: readonly MessageEvent[], own: string) {
  const natives = new Set<string>();
  const conversations = new Set<string>();
  const messages = new Set<string>();
  const threadKeys = new Set<string>();
  const people = new Set<string>();
  for (const event of events) {
    const { threadKey, token, references } = event.threading;
    if (threadKey !== undefined) threadKeys.add(threadKey);
    if (token !== undefined) conversations.add(token);
    for (const reference of references) {
      if (reference.kind === 'native') natives.add(reference.id);
      else if (reference.kind === 'message') messages.add(reference.id);
      else conversations.add(reference.id);
    }
    for (const id of event.nativeIds) natives.add(id);
    for (const value of everybody(event, own)) people.add(value);
  }
  return {
    natives: [...natives],
    conversations: [...conversations],
    messages: [...messages],
    threadKeys: [...threadKeys],
    people: [...people],
  };
}
