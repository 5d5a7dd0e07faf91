import type { Tx } from '@app/runtime';
import type { Changes } from '../changes/changes';
import { withoutNul } from '../conversations/message';
import { mayOpen, readAccess } from '../people/access';
import { beginOffer } from '../queue/begin-offer';
import { append } from '../record/record';

/** What an agent has typed and not sent, one per conversation and agent, whoever holds the wait. */
export interface Draft {
  readonly conversationId: string;
  readonly agentId: string;
  readonly text: string;
  readonly attachmentIds: readonly string[];
  readonly revision: number;
  readonly savedAt: Date;
}

const columns = /* sql */ `conversation_id as "conversationId", agent_id as "agentId", text,
  attachment_ids as "attachmentIds", revision, saved_at as "savedAt"`;

/** Longest draft, in UTF-16 units: that of a message. */
export const MAX_DRAFT_LENGTH = 500_000;

export class Drafts {
  constructor(private readonly changes: Changes) {}

  /**
   * Keeps what is typed. The client numbers its saves: one that comes after a newer one is ignored, and the newer draft is
   * returned. The first save begins the offer; each moves its lease on.
   */
  async save(
    tx: Tx,
    draft: {
      readonly agentId: string;
      readonly conversationId: string;
      readonly text: string;
      readonly attachmentIds: readonly string[];
      /** Counts up with each save of the client. */
      readonly revision: number;
    },
  ): Promise<{ draft: Draft } | { error: 'not-held' } | { error: 'too-long'; max: number }> {
    const { agentId, conversationId } = draft;
    if (draft.text.length > MAX_DRAFT_LENGTH) return { error: 'too-long', max: MAX_DRAFT_LENGTH };
    const access = (await readAccess(tx, agentId, [conversationId])).get(conversationId);
    if (!access || !mayOpen({ agentId, role: 'agent' }, access)) return { error: 'not-held' };
    const begun = await beginOffer(tx, agentId, conversationId);
    const [saved] = await tx.query<Draft>(
      /* sql */ `
      insert into inbox.drafts as d (conversation_id, agent_id, workspace_id, text, attachment_ids, revision, saved_at)
      values ($1, $2, $3, $4, $5::uuid[], $6, $7)
      on conflict (conversation_id, agent_id) do update
         set text = excluded.text, attachment_ids = excluded.attachment_ids, revision = excluded.revision,
             saved_at = excluded.saved_at
       where d.revision < excluded.revision
      returning ${columns}`,
      [conversationId, agentId, tx.workspaceId, withoutNul(draft.text), draft.attachmentIds, draft.revision, tx.now],
    );
    await this.changes.write(tx, [
      ...begun.changes,
      ...(saved ? [{ kind: 'draft' as const, id: conversationId, conversationId, agentId }] : []),
    ]);
    const kept = saved ?? (await this.find(tx, draft))!;
    if (begun.entries.length > 0) await append(tx, begun.entries);
    return { draft: kept };
  }

  async find(tx: Tx, of: { readonly agentId: string; readonly conversationId: string }): Promise<Draft | undefined> {
    const rows = await tx.query<Draft>(
      `select ${columns} from inbox.drafts where conversation_id = $1 and agent_id = $2`,
      [of.conversationId, of.agentId],
    );
    return rows[0];
  }

  /** Throws away what was typed. Safe twice. */
  async discard(tx: Tx, of: { readonly agentId: string; readonly conversationId: string }): Promise<void> {
    const gone = await tx.execute('delete from inbox.drafts where conversation_id = $1 and agent_id = $2', [
      of.conversationId,
      of.agentId,
    ]);
    if (gone === 0) return;
    const { agentId, conversationId } = of;
    await this.changes.write(tx, [{ kind: 'draft', id: conversationId, conversationId, agentId }]);
  }
}
