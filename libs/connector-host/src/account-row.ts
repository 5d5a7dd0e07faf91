import type { AccountEvent, AccountStatus, Capabilities, ChannelKind } from '@app/channel';

/** An account as the host keeps it; without secrets. */
export interface AccountRow {
  readonly id: string;
  readonly workspaceId: string;
  readonly channel: ChannelKind;
  readonly address: string;
  readonly name: string;
  readonly simulated: boolean;
  readonly status: AccountStatus;
  readonly detail: string;
  /** Why nothing can be sent until the account is connected again; empty when sending goes. */
  readonly sendProblem: string;
  readonly sendTriedAt: Date | null;
  /** The platform forbids sending, in its words; empty: it does not. */
  readonly hold: string;
  /** Nothing is sent before. */
  readonly pausedUntil: Date | null;
  /** Why nothing is asked of the platform before, on any account of the app; empty: it is only this one that does not send. */
  readonly pauseReason: string;
  readonly connectedAt: Date;
  /** Changes with settings and credentials; whoever is connected with older ones connects again. */
  readonly connectionVersion: number;
  /** The app of ours through which it is reached; null where the channel knows none. */
  readonly appId: string | null;
  /** When the permission ends by itself; null: it does not, or is not known. */
  readonly tokenExpiresAt: Date | null;
}

/** What people see: the worst of reading, sending and what the platform forbids. */
export const ACCOUNT_ROW = /* sql */ `id, workspace_id as "workspaceId", channel, address, name, simulated,
  case when status = 'disconnected' then status
       when send_problem <> '' or status = 'reconnect_needed' then 'reconnect_needed'
       when pause_reason <> '' then 'rate_limited'
       when status = 'connected' and hold <> '' then 'degraded'
       when status = 'connected' and paused_until is not null then 'rate_limited' else status end as status,
  case when send_problem <> '' then send_problem
       when pause_reason <> '' and status <> 'reconnect_needed' then pause_reason
       when hold <> '' then 'The platform has stopped sending on this account: ' || hold else detail end as detail,
  send_problem as "sendProblem", send_tried_at as "sendTriedAt", hold,
  paused_until as "pausedUntil", pause_reason as "pauseReason", connected_at as "connectedAt", connection_version as "connectionVersion",
  app_id as "appId", token_expires_at as "tokenExpiresAt"`;

/** What the inbox is told of an account. */
export function accountEventOf(
  row: AccountRow & { version: number },
  capabilities: Capabilities,
  now: Date,
): AccountEvent {
  return {
    kind: 'account',
    externalId: `account:${row.version}`,
    version: row.version,
    at: now.toISOString(),
    channel: row.channel,
    address: row.address,
    name: row.name.slice(0, 200),
    simulated: row.simulated,
    status: row.status,
    detail: row.detail,
    pausedUntil: row.pausedUntil?.toISOString() ?? null,
    maxLength: capabilities.maxLength,
    maxAttachmentBytes: capabilities.maxAttachmentBytes,
    partLength: capabilities.partLength,
    publicLength: capabilities.inPublic?.maxLength ?? null,
    publicCounting: capabilities.inPublic?.counting ?? 'units',
    publicFiles: capabilities.inPublic?.files ?? true,
    privateReply: capabilities.privateReply,
    moderates: capabilities.moderates,
    tokenExpiresAt: row.tokenExpiresAt?.toISOString() ?? null,
  };
}
