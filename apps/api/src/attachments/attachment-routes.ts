import { Injectable } from '@nestjs/common';
import { Attachments, countRecentUploads, readAttachments, readMessages, type AttachmentFacts } from '@app/inbox';
import { Blobs } from '@app/runtime';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { findOpened } from '../conversations/opened';
import { isUuid } from '../graphql/cursor';
import type { Operation } from '../graphql/operation';
import { fileNameOf, isShownInline, mimeOf } from './file-head';

/** Largest file. Bytes. */
export const MAX_FILE_BYTES = 25 * 1024 * 1024;
/** Most files of one agent in an hour that are in no message yet. */
const MAX_LOOSE = 200;

/** Files to and from the page. Never through GraphQL: they are streams. */
@Injectable()
export class AttachmentRoutes {
  constructor(
    private readonly blobs: Blobs,
    private readonly attachments: Attachments,
  ) {}

  /** POST /attachments: the body is the file, its name stands percent-encoded in `x-file-name`. */
  async upload(request: Request, response: Response, operation: Operation): Promise<void> {
    const refuse = (status: number, error: string): void => {
      // what is left of the body is not read: the connection ends with the answer
      response.status(status).set('Connection', 'close').json({ error });
    };
    const name = fileNameOf(request.headers['x-file-name']);
    if (name === undefined) {
      return refuse(400, 'header x-file-name: expected the percent-encoded name of the file, at most 255 bytes');
    }
    if (Number(request.headers['content-length'] ?? 0) > MAX_FILE_BYTES) {
      return refuse(413, `the file is larger than ${MAX_FILE_BYTES} bytes`);
    }
    const { agentId } = operation.viewer;
    const since = new Date(operation.database.clock.now().getTime() - 3_600_000);
    if ((await operation.read((tx) => countRecentUploads(tx, agentId, since))) >= MAX_LOOSE) {
      return refuse(429, 'too many files that are in no message yet; try again in an hour');
    }
    await operation.end();
    const mime = mimeOf(request.headers['content-type']);
    const stored = await this.blobs.put(request, { maxBytes: MAX_FILE_BYTES, mime }).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'BlobTooLarge') return 'too-large' as const;
      if (error instanceof Error && error.name === 'BlobStoreUnavailable') {
        operation.logger.error('a file cannot be stored', { requestId: operation.caller.requestId }, error);
        return 'unavailable' as const;
      }
      throw error;
    });
    if (stored === 'too-large') return refuse(413, `the file is larger than ${MAX_FILE_BYTES} bytes`);
    if (stored === 'unavailable') return refuse(503, 'files cannot be stored now; please tell your administrator');
    if (stored.size === 0) return refuse(400, 'the file is empty');
    const file = await operation.write((tx) =>
      this.attachments.create(tx, { ...stored, name, mime, inline: false, uploadedBy: agentId }),
    );
    response.status(201).json({
      id: file.id,
      fileName: file.name,
      contentType: file.mime,
      byteSize: file.size,
      sha256: file.sha256,
      url: `/attachments/${file.id}`,
      inline: file.inline,
      contentId: file.contentId,
    });
  }

  /** GET /attachments/:id, and /attachments/:messageId.source for the raw mail of an unreadable message. */
  async download(request: Request, response: Response, operation: Operation): Promise<void> {
    const file = await this.find(operation, String(request.params['id']));
    await operation.end();
    if (!file) {
      response.status(404).json({ error: 'there is no such file here, or not for you' });
      return;
    }
    const inline = request.query['inline'] === '1' && isShownInline(file.mime);
    response.set({
      'Content-Type': isShownInline(file.mime) ? file.mime : 'application/octet-stream',
      'Content-Disposition': `${inline ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeName(file.name)}`,
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'Cross-Origin-Resource-Policy': 'same-origin',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'private, no-cache',
      ETag: `"${file.sha256}"`,
    });
    if (request.headers['if-none-match'] === `"${file.sha256}"`) {
      response.status(304).end();
      return;
    }
    const blob = await this.blobs.open(file.sha256).catch((error: unknown) => {
      operation.logger.error('a stored file cannot be read', { requestId: operation.caller.requestId }, error);
      return undefined;
    });
    if (!blob) {
      response.removeHeader('Content-Disposition');
      response.status(503).json({ error: 'the file cannot be read now; please tell your administrator' });
      return;
    }
    response.set('Content-Length', String(blob.size));
    if (request.method === 'HEAD') {
      blob.stream.destroy();
      response.end();
      return;
    }
    // a client that goes away in the middle is no fault
    await pipeline(blob.stream, response).catch(() => response.destroy());
  }

  private async find(
    operation: Operation,
    id: string,
  ): Promise<Pick<AttachmentFacts, 'sha256' | 'name' | 'mime'> | undefined> {
    const [messageId, source] = id.split('.', 2);
    if (source === 'source' && messageId && isUuid(messageId)) {
      const [message] = await operation.read((tx) => readMessages(tx, [messageId]));
      const opened = message && (await findOpened(operation, message.conversationId));
      return opened ? (message.source ?? undefined) : undefined;
    }
    if (!isUuid(id)) return undefined;
    const [file] = await operation.read((tx) => readAttachments(tx, [id]));
    if (!file) return undefined;
    if (file.conversationId === null) return file.uploadedBy === operation.viewer.agentId ? file : undefined;
    return (await findOpened(operation, file.conversationId)) ? file : undefined;
  }
}

function encodeName(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
