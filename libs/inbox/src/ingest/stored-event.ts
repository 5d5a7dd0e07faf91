import type { MessageEvent } from '@app/channel';

/** A row of `intake.events` as triage reads it. `body` is checked against libs/channel before anything is believed. */
export interface StoredEvent {
  readonly id: string;
  readonly number: number;
  readonly accountId: string;
  readonly channel: string;
  readonly kind: string;
  readonly externalId: string;
  readonly body: unknown;
  readonly receivedAt: Date;
}

/** What one batch did. */
export interface IngestReport {
  /** Messages that were not here yet. */
  readonly messages: number;
  /** Events that had been ingested before, or say nothing new. */
  readonly repeated: number;
  readonly conversationsOpened: number;
  readonly waitsOpened: number;
}

/** A message event whose form has been checked. */
export interface Arrived {
  readonly event: MessageEvent;
  readonly receivedAt: Date;
}
