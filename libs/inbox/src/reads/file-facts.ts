import type { Tx } from '@app/runtime';
import { groupRows } from './group-rows';

export interface AttachmentFacts {
  readonly id: string;
  readonly sha256: string;
  readonly name: string;
  readonly mime: string;
  readonly size: number;
  readonly inline: boolean;
  readonly contentId: string | null;
  /** Null while it belongs to a draft. */
  readonly messageId: string | null;
  /** Conversation of its message. */
  readonly conversationId: string | null;
  readonly uploadedBy: string | null;
}

const COLUMNS = /* sql */ `
  a.id, a.sha256, a.name, a.mime, a.size, a.inline, a.content_id as "contentId", a.message_id as "messageId",
  m.conversation_id as "conversationId", a.uploaded_by as "uploadedBy"`;

/** These attachments; what does not exist in the workspace is left out. */
export async function readAttachments(tx: Tx, ids: readonly string[]): Promise<AttachmentFacts[]> {
  return tx.query<AttachmentFacts>(
    `select ${COLUMNS} from inbox.attachments a left join inbox.messages m on m.id = a.message_id where a.id = any ($1::uuid[])`,
    [ids],
  );
}

/** Attachments of messages, in their order. */
export async function readAttachmentsOf(
  tx: Tx,
  messageIds: readonly string[],
): Promise<Map<string, AttachmentFacts[]>> {
  const rows = await tx.query<AttachmentFacts & { messageId: string }>(
    /* sql */ `
    select ${COLUMNS} from inbox.attachments a join inbox.messages m on m.id = a.message_id
     where a.message_id = any ($1::uuid[]) order by a.message_id, a.position, a.id`,
    [messageIds],
  );
  return groupRows(rows, (row) => row.messageId);
}

/** How many files an agent has uploaded since then that are in no message yet. */
export async function countRecentUploads(tx: Tx, agentId: string, since: Date): Promise<number> {
  const rows = await tx.query<{ count: number }>(
    /* sql */ `
    select count(*) from inbox.attachments
     where workspace_id = $1 and uploaded_by = $2 and message_id is null and created_at > $3`,
    [tx.workspaceId, agentId, since],
  );
  return rows[0]!.count;
}

export interface DraftFacts {
  readonly conversationId: string;
  readonly agentId: string;
  readonly text: string;
  readonly attachmentIds: readonly string[];
  readonly savedAt: Date;
  readonly revision: number;
}

/** An agent's drafts in these conversations. */
export async function readDrafts(tx: Tx, agentId: string, conversationIds: readonly string[]): Promise<DraftFacts[]> {
  return tx.query<DraftFacts>(
    /* sql */ `
    select conversation_id as "conversationId", agent_id as "agentId", text, attachment_ids as "attachmentIds",
           saved_at as "savedAt", revision
      from inbox.drafts where agent_id = $1 and conversation_id = any ($2::uuid[])`,
    [agentId, conversationIds],
  );
}
