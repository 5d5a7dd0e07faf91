import { randomUUID } from 'node:crypto';
import type { FileRef, OutboundMessage } from '@app/channel';
import { X_SCOPES, type OAuth2Credentials } from '../oauth2';
import type { Handle, HandleCredentials, XApp } from '../config';

/** Everything secret in the samples; none of it may stand in an error. */
export const SECRETS = {
  accessToken: 'ACCESS-token-of-the-handle-0123',
  refreshToken: 'REFRESH-token-of-the-handle-0123',
  clientSecret: 'CLIENT-secret-of-the-app-0123',
  consumerKey: 'CONSUMER-key-of-the-app-0123',
  consumerSecret: 'CONSUMER-secret-of-the-app-0123',
  bearerToken: 'BEARER-token-of-the-app-0123',
  token: '111-OAUTH1-token-0123',
  tokenSecret: 'OAUTH1-token-secret-0123',
} as const;

export const OUR_ID = '111';
export const THEIR_ID = '222';
/** A post of theirs, of 2026-11-21. */
export const QUESTION_ID = '2123929381893046272';

/** An app whose API is at the address. */
export function sampleApp(apiUrl: string, more: Partial<XApp> = {}): XApp {
  const { clientSecret, consumerKey, consumerSecret, bearerToken } = SECRETS;
  return {
    id: randomUUID(),
    key: 'main',
    clientId: 'client-id-of-the-app',
    clientSecret,
    consumerKey,
    consumerSecret,
    bearerToken,
    apiUrl,
    authorizeUrl: 'https://x.com',
    dialect: 'tweet',
    push: 'activity',
    mayAnswerAnybody: false,
    ...more,
  };
}

export function sampleCredentials(expiresAt: Date, more: Partial<OAuth2Credentials> = {}): OAuth2Credentials {
  const { accessToken, refreshToken } = SECRETS;
  return {
    kind: 'oauth2',
    accessToken,
    refreshToken,
    expiresAt: expiresAt.toISOString(),
    scopes: [...X_SCOPES],
    ...more,
  };
}

export function oauth1Credentials(): HandleCredentials {
  const { token, tokenSecret } = SECRETS;
  return { kind: 'oauth1', token, tokenSecret };
}

export function sampleHandle(app: XApp, credentials: HandleCredentials): Handle {
  return {
    accountId: randomUUID(),
    workspaceId: randomUUID(),
    userId: OUR_ID,
    username: 'shop',
    settings: { userId: OUR_ID, username: 'shop', longPosts: false, history: 'none' },
    credentials,
    app,
  };
}

/** An answer in private. */
export function sampleDirect(more: Partial<OutboundMessage> = {}): OutboundMessage {
  return {
    id: randomUUID(),
    workspaceId: randomUUID(),
    accountId: randomUUID(),
    channel: 'x',
    conversationId: randomUUID(),
    at: '2026-11-21T10:00:00.000Z',
    authorName: 'Léa',
    to: [{ value: THEIR_ID }],
    subject: null,
    text: 'Oui, jusqu’à 18 h',
    attachments: [],
    visibility: 'private',
    threadKey: `dm:${THEIR_ID}`,
    privateReplyTo: null,
    window: null,
    automated: false,
    inReplyTo: null,
    references: [],
    ...more,
  };
}

/** An answer in public. */
export function sampleReply(more: Partial<OutboundMessage> = {}): OutboundMessage {
  return sampleDirect({
    visibility: 'public',
    inReplyTo: QUESTION_ID,
    threadKey: `${QUESTION_ID}/${THEIR_ID}`,
    ...more,
  });
}

export function sampleFile(more: Partial<FileRef> = {}): FileRef {
  return { sha256: 'a'.repeat(64), name: 'photo.png', mime: 'image/png', size: 8, inline: false, ...more };
}
