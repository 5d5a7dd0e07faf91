import type { Tx } from '@app/runtime';
import type { Changes } from '../changes/changes';
import { once } from '../once';
import { mayOpen, readAccess } from '../people/access';
import { beginOffer } from '../queue/begin-offer';
import { append, type RecordEntry } from '../record/record';
import { lockConversation, type LockedConversation } from './lock';
import { getMessage, withoutNul, type Message } from './message';

/** Longest note, in UTF-16 units. */
export const MAX_NOTE_LENGTH = 50_000;

/** Adds a note; the caller holds the conversation. */
export async function insertNote(
  tx: Tx,
  conversation: LockedConversation,
  agentId: string,
  text: string,
): Promise<string> {
  const id = tx.newId();
  await tx.query(
    /* sql */ `
    insert into inbox.messages (id, workspace_id, conversation_id, account_id, direction, origin, agent_id, visibility, at,
                                received_at, text)
    values ($1, $2, $3, $4, 'note', 'evenhand', $5, 'private', $6, $6, $7)`,
    [id, tx.workspaceId, conversation.id, conversation.accountId, agentId, tx.now, text],
  );
  return id;
}

/** Words for colleagues. A way of their own, so that they can never go to the customer. */
export class Notes {
  constructor(private readonly changes: Changes) {}

  /** Safe to repeat with the same `clientMutationId`. A note changes nothing for the customer: they wait on. */
  async create(
    tx: Tx,
    note: {
      readonly agentId: string;
      readonly conversationId: string;
      readonly text: string;
      readonly clientMutationId: string;
    },
  ): Promise<{ message: Message } | { error: 'not-held' | 'empty' } | { error: 'too-long'; max: number }> {
    const { agentId, conversationId, clientMutationId } = note;
    const text = withoutNul(note.text).trim();
    if (text === '') return { error: 'empty' };
    if (text.length > MAX_NOTE_LENGTH) return { error: 'too-long', max: MAX_NOTE_LENGTH };
    let entries: readonly RecordEntry[] = [];
    const done = await once(
      tx,
      { agentId, key: clientMutationId, name: 'noteCreate' },
      async (): Promise<{ messageId: string } | { error: 'not-held' }> => {
        const access = (await readAccess(tx, agentId, [conversationId])).get(conversationId);
        if (!access || !mayOpen({ agentId, role: 'agent' }, access)) return { error: 'not-held' };
        const conversation = (await lockConversation(tx, conversationId))!;
        const messageId = await insertNote(tx, conversation, agentId, text);
        const begun = await beginOffer(tx, agentId, conversationId);
        entries = begun.entries;
        await this.changes.write(tx, [
          ...begun.changes,
          { kind: 'message', id: messageId, conversationId, clientMutationId },
        ]);
        return { messageId };
      },
    );
    if ('error' in done) return done;
    const message = await getMessage(tx, done.messageId);
    if (entries.length > 0) await append(tx, entries);
    return { message };
  }
}
