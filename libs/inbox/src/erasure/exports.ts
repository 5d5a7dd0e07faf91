import { CUSTOMER_EXPORT, customerExportJob, type CustomerExportJob } from '@app/channel';
import type { Jobs, Tx } from '@app/runtime';
import { once } from '../once';
import { append } from '../record/record';

export interface ExportRequest {
  /** Null: an operator on the machine itself. */
  readonly agentId: string | null;
  readonly customerId: string;
  /** To whom the link goes: an address or id of this very customer, with whom we have written in private. */
  readonly identityId: string;
  /** Why, in words; stays with the export. Holds no personal data. */
  readonly reason: string;
  /** For agents: a repeat gives the first answer. */
  readonly clientMutationId?: string;
}

export type ExportAnswer = { exportId: string } | { error: 'unknown-identity' };

/** Makes the job known that `Exports` enqueues, in a process that asks for exports. */
export function defineExport(jobs: Pick<Jobs, 'define'>): void {
  jobs.define(CUSTOMER_EXPORT, { payload: customerExportJob });
}

/** Answers a person's request for what is held about them: a file that only they can open, by a link sent to themselves. */
export class Exports {
  constructor(private readonly jobs: Pick<Jobs, 'enqueue'>) {}

  async request(tx: Tx, request: ExportRequest): Promise<ExportAnswer> {
    const { agentId, customerId, clientMutationId } = request;
    let made: string | undefined;
    const ask = async (): Promise<ExportAnswer> => {
      made = await this.ask(tx, request);
      return made === undefined ? { error: 'unknown-identity' } : { exportId: made };
    };
    const answer =
      agentId !== null && clientMutationId !== undefined
        ? await once(tx, { agentId, key: clientMutationId, name: 'customerExport' }, ask)
        : await ask();
    if (made !== undefined) {
      await append(tx, [{ kind: 'customer.exportAsked', fields: { export: made, customer: customerId, by: agentId } }]);
    }
    return answer;
  }

  private async ask(tx: Tx, request: ExportRequest): Promise<string | undefined> {
    const exportId = tx.newId();
    const made = await tx.execute(
      /* sql */ `
      insert into inbox.customer_exports (id, workspace_id, customer_id, state, requested_by, reason, requested_at, identity_id)
      select $1, $2, i.customer_id, 'queued', $3, $4, $5, i.id from inbox.identities i
       where i.id = $6 and i.customer_id = $7
         and exists (select 1 from inbox.conversations c
                      where c.customer_id = i.customer_id and c.channel = i.channel and c.visibility = 'private')`,
      [
        exportId,
        tx.workspaceId,
        request.agentId,
        request.reason.slice(0, 2_000),
        tx.now,
        request.identityId,
        request.customerId,
      ],
    );
    if (made === 0) return undefined;
    const payload: CustomerExportJob = { workspaceId: tx.workspaceId, exportId };
    await this.jobs.enqueue(tx, CUSTOMER_EXPORT, payload, { key: exportId });
    return exportId;
  }
}
