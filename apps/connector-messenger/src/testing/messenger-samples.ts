import { randomUUID } from 'node:crypto';
import type { FileRef, OutboundMessage } from '@app/channel';
import type { Page } from '../config';

export const PAGE_TOKEN = 'EAAGpageTOKEN0123456789';
export const APP_SECRET = '0123456789abcdef-app-secret';

/** A Page whose Graph API is at the address. */
export function samplePage(graphUrl: string): Page {
  return {
    accountId: randomUUID(),
    pageId: '1001',
    token: PAGE_TOKEN,
    settings: { pageId: '1001', history: 'none' },
    app: {
      key: 'main',
      appId: '1517776481860111',
      graphUrl,
      dialogUrl: 'https://www.facebook.com',
      version: 'v25.0',
      pageInboxAppIds: [],
      appSecret: APP_SECRET,
      verifyToken: 'verify-me-please',
    },
  };
}

export function sampleReply(more: Partial<OutboundMessage> = {}): OutboundMessage {
  return {
    id: randomUUID(),
    workspaceId: randomUUID(),
    accountId: randomUUID(),
    channel: 'messenger',
    conversationId: randomUUID(),
    at: '2026-11-21T10:00:00.000Z',
    authorName: 'Léa',
    to: [{ value: '9001' }],
    subject: null,
    text: 'Oui, jusqu’à 18 h',
    attachments: [],
    visibility: 'private',
    threadKey: '9001',
    privateReplyTo: null,
    window: null,
    automated: false,
    inReplyTo: 'm_question',
    references: [],
    ...more,
  };
}

export function sampleFile(more: Partial<FileRef> = {}): FileRef {
  return { sha256: 'a'.repeat(64), name: 'photo.png', mime: 'image/png', size: 8, inline: false, ...more };
}
