import type { FileRef } from '@app/channel';
import type { Tx } from '@app/runtime';

/** A file of a message, or one uploaded for a draft. The bytes are in the blob store under their hash. */
export interface Attachment {
  readonly id: string;
  /** null: not sent yet. */
  readonly messageId: string | null;
  readonly uploadedBy: string | null;
  readonly position: number;
  readonly sha256: string;
  readonly name: string;
  readonly mime: string;
  /** Bytes. */
  readonly size: number;
  readonly inline: boolean;
  readonly contentId: string | null;
  readonly createdAt: Date;
}

export const attachmentColumns = /* sql */ `id, message_id as "messageId", uploaded_by as "uploadedBy", position, sha256,
  name, mime, size, inline, content_id as "contentId", created_at as "createdAt"`;

export class Attachments {
  /** Keeps a file whose bytes are stored already. Only its uploader can send it. */
  async create(tx: Tx, file: FileRef & { readonly uploadedBy: string }): Promise<Attachment> {
    const [created] = await tx.query<Attachment>(
      /* sql */ `
      insert into inbox.attachments (id, workspace_id, uploaded_by, sha256, name, mime, size, inline, content_id, created_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning ${attachmentColumns}`,
      [
        tx.newId(),
        tx.workspaceId,
        file.uploadedBy,
        file.sha256,
        file.name,
        file.mime,
        file.size,
        file.inline,
        file.contentId ?? null,
        tx.now,
      ],
    );
    return created!;
  }
}
