import type { Tx } from '@app/runtime';
import type { Changes } from '../changes/changes';
import type { IngestReport, StoredEvent } from './stored-event';

/** Takes in what connectors read. */
export class Ingest {
  constructor(private readonly changes: Changes) {}

  async ingest(_tx: Tx, _events: readonly StoredEvent[]): Promise<IngestReport> {
    throw new Error(`not built yet ${String(this.changes)}`);
  }
}
