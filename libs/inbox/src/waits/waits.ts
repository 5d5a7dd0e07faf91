import type { Tx } from '@app/runtime';
import type { Changes } from '../changes/changes';
import { lockConversation } from '../conversations/lock';
import { withoutNul } from '../conversations/message';
import { insertNote } from '../conversations/notes';
import { leaseEnd } from '../queue/offer';
import { append, takeHead } from '../record/record';
import { uncover } from './coverage';
import { settleWaits } from './settle-waits';
import { getWait, type DismissalReason, type Wait } from './wait';

/** How long "no reply needed" can be taken back, milliseconds of product time. */
export const UNDO_MS = 10_000;

/** What people decide about a wait. No rule ends a wait; only people do. */
export class Waits {
  constructor(private readonly changes: Changes) {}

  /**
   * No reply is needed, for a closed reason. Ends the wait; a message that comes later opens a new one.
   * @returns `undoToken`, to be given to `undoDismiss` within 10 seconds.
   */
  async dismiss(
    tx: Tx,
    call: {
      readonly agentId: string;
      readonly waitId: string;
      readonly reason: DismissalReason;
      /** For colleagues. */
      readonly note?: string;
    },
  ): Promise<{ wait: Wait; undoToken: string } | { error: 'not-held' }> {
    const { agentId, waitId } = call;
    const [at] = await tx.query<{ id: string }>('select id from inbox.conversations where wait_id = $1', [waitId]);
    const conversation = at && (await lockConversation(tx, at.id));
    if (!conversation || conversation.waitId !== waitId) return { error: 'not-held' };
    await takeHead(tx);
    const [offer] = await tx.query<{ id: string }>(
      /* sql */ `
      update inbox.offers set state = 'dismissed', closed_at = $3
       where wait_id = $1 and agent_id = $2 and state in ('open', 'taken') returning id`,
      [waitId, agentId, tx.now],
    );
    if (!offer) return { error: 'not-held' };
    await tx.query(
      /* sql */ `
      update inbox.waits set state = 'ended', end_kind = 'dismissed', end_reason = $2, ended_at = $3, ended_by = $4,
             version = version + 1 where id = $1`,
      [waitId, call.reason, tx.now, agentId],
    );
    await tx.query(
      `update inbox.messages set covered_by = $1, version = version + 1 where wait_id = $1 and direction = 'inbound' and covered_by is null`,
      [waitId],
    );
    await tx.query('update inbox.conversations set wait_id = null, version = version + 1 where wait_id = $1', [waitId]);
    const words = withoutNul(call.note ?? '').trim();
    const note = words === '' ? undefined : await insertNote(tx, conversation, agentId, words);
    await this.changes.write(tx, [
      { kind: 'queue', id: tx.workspaceId },
      { kind: 'offer', id: offer.id, conversationId: conversation.id, agentId },
      { kind: 'conversation', id: conversation.id, conversationId: conversation.id },
      ...(note ? [{ kind: 'message' as const, id: note, conversationId: conversation.id }] : []),
    ]);
    const wait = await getWait(tx, waitId);
    await append(tx, [
      {
        kind: 'wait.ended',
        wait: waitId,
        fields: { how: 'dismissed', reason: call.reason, by: agentId, conversation: conversation.id },
      },
    ]);
    return { wait, undoToken: waitId };
  }

  /**
   * Takes "no reply needed" back: the wait has its old place again and is in the hands of the agent who had it. If the
   * customer has written since, their messages wait together, from the earlier time.
   */
  async undoDismiss(
    tx: Tx,
    call: { readonly agentId: string; readonly waitId: string },
  ): Promise<{ wait: Wait } | { error: 'too-late' | 'not-dismissed' }> {
    const { agentId, waitId } = call;
    const [at] = await tx.query<{ id: string }>(
      'select conversation_id as id from inbox.messages where covered_by = $1 limit 1',
      [waitId],
    );
    const conversation = at && (await lockConversation(tx, at.id));
    if (!conversation) return { error: 'not-dismissed' };
    await takeHead(tx);
    const wait = await getWait(tx, waitId);
    if (wait.endKind !== 'dismissed' || wait.endedBy !== agentId) return { error: 'not-dismissed' };
    if (tx.now.getTime() - wait.endedAt!.getTime() > UNDO_MS) return { error: 'too-late' };

    await uncover(tx, [waitId]);
    if (conversation.waitId === null) await this.restore(tx, agentId, waitId, conversation.id);
    const settled = await settleWaits(tx, [conversation.id]);
    const open = await getWait(tx, conversation.waitId ?? waitId);
    await this.changes.write(tx, [
      ...settled.changes,
      { kind: 'queue', id: tx.workspaceId },
      { kind: 'conversation', id: conversation.id, conversationId: conversation.id },
    ]);
    const reopened = {
      kind: 'wait.reopened' as const,
      wait: open.id,
      fields: {
        conversation: conversation.id,
        channel: open.channel,
        since: open.waitingSince.getTime(),
        key: open.keyMs,
        need: open.need,
        by: agentId,
      },
    };
    await append(tx, [...(conversation.waitId === null ? [reopened] : []), ...settled.entries]);
    return { wait: open };
  }

  private async restore(tx: Tx, agentId: string, waitId: string, conversationId: string): Promise<void> {
    await tx.query(
      /* sql */ `
      update inbox.waits set state = 'taken', end_kind = null, end_reason = null, ended_at = null, ended_by = null,
             version = version + 1 where id = $1`,
      [waitId],
    );
    await tx.query(
      /* sql */ `
      update inbox.offers set state = 'taken', closed_at = null, lease_until = $3
       where id = (select id from inbox.offers where wait_id = $1 and agent_id = $2 and state = 'dismissed'
                    order by offered_at desc limit 1)`,
      [waitId, agentId, leaseEnd(tx.now)],
    );
    await tx.query('update inbox.conversations set wait_id = $2, version = version + 1 where id = $1', [
      conversationId,
      waitId,
    ]);
  }
}
