import type { Tx } from '@app/runtime';
import type { Changes } from '../changes/changes';
import { lockConversations } from '../conversations/lock';
import { withoutNul } from '../conversations/message';
import { insertNote } from '../conversations/notes';
import { leaseEnd } from '../queue/offer';
import { append, takeHead } from '../record/record';
import { uncover } from './coverage';
import { settleWaits } from './settle-waits';
import { lockMatters } from './standing';
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
    const at = await tx.query<{ id: string }>('select id from inbox.conversations where wait_id = $1', [waitId]);
    const held = await lockMatters(tx, idsOf(at));
    await takeHead(tx);
    const [offer] = await tx.query<{ id: string; conversationId: string }>(
      /* sql */ `
      update inbox.offers set state = 'dismissed', closed_at = $3
       where wait_id = $1 and agent_id = $2 and state in ('open', 'taken') returning id, conversation_id as "conversationId"`,
      [waitId, agentId, tx.now],
    );
    const conversation = held.find(({ id }) => id === offer?.conversationId);
    if (!offer || !conversation) return { error: 'not-held' };
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
    const freed = await tx.query<{ id: string }>(
      'update inbox.conversations set wait_id = null, version = version + 1 where wait_id = $1 returning id',
      [waitId],
    );
    const words = withoutNul(call.note ?? '').trim();
    const note = words === '' ? undefined : await insertNote(tx, conversation, agentId, words);
    await this.changes.write(tx, [
      { kind: 'queue', id: tx.workspaceId },
      { kind: 'offer', id: offer.id, conversationId: conversation.id, agentId },
      ...freed.map(({ id }) => ({ kind: 'conversation' as const, id, conversationId: id })),
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
    const at = await tx.query<{ id: string }>(
      'select distinct conversation_id as id from inbox.messages where covered_by = $1',
      [waitId],
    );
    if (at.length === 0) return { error: 'not-dismissed' };
    await lockMatters(tx, idsOf(at));
    await takeHead(tx);
    // only now nobody else can open a wait there
    const conversations = (await lockConversations(tx, idsOf(at))).map(({ id }) => id);
    const wait = await getWait(tx, waitId);
    if (wait.endKind !== 'dismissed' || wait.endedBy !== agentId) return { error: 'not-dismissed' };
    if (tx.now.getTime() - wait.endedAt!.getTime() > UNDO_MS) return { error: 'too-late' };

    await uncover(tx, [waitId]);
    const restored = await this.restore(tx, agentId, waitId, conversations);
    const settled = await settleWaits(tx, conversations);
    const open = await findOpen(tx, conversations, wait);
    await this.changes.write(tx, [
      ...settled.changes,
      { kind: 'queue', id: tx.workspaceId },
      ...conversations.map((id) => ({ kind: 'conversation' as const, id, conversationId: id })),
    ]);
    const reopened = {
      kind: 'wait.reopened' as const,
      wait: waitId,
      fields: {
        conversation: conversations[0]!,
        channel: wait.channel,
        since: wait.waitingSince.getTime(),
        key: wait.keyMs,
        need: wait.need,
        by: agentId,
      },
    };
    const entries = [...(restored ? [reopened] : []), ...settled.entries];
    if (entries.length > 0) await append(tx, entries);
    return { wait: open };
  }

  /** Unless the customer waits there again already: then all of it waits together. @returns whether the wait is open again. */
  private async restore(tx: Tx, agentId: string, waitId: string, conversationIds: readonly string[]): Promise<boolean> {
    const [again] = await tx.query(
      'select 1 from inbox.conversations where id = any($1::uuid[]) and wait_id is not null',
      [conversationIds],
    );
    if (again) return false;
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
    await tx.query('update inbox.conversations set wait_id = $2, version = version + 1 where id = any($1::uuid[])', [
      conversationIds,
      waitId,
    ]);
    return true;
  }
}

/** The wait that what was dismissed belongs to now. */
async function findOpen(tx: Tx, conversationIds: readonly string[], dismissed: Wait): Promise<Wait> {
  const [open] = await tx.query<{ id: string }>(
    /* sql */ `
    select wait_id as id from inbox.conversations where id = any($1::uuid[]) and wait_id is not null
     order by wait_id = $2 desc, wait_id limit 1`,
    [conversationIds, dismissed.id],
  );
  return getWait(tx, open?.id ?? dismissed.id);
}

function idsOf(rows: readonly { readonly id: string }[]): string[] {
  return rows.map(({ id }) => id);
}
