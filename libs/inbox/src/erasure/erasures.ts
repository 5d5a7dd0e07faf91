import { CUSTOMER_ERASE, customerEraseJob, type CustomerEraseJob } from '@app/channel';
import type { Jobs, Tx } from '@app/runtime';
import { once } from '../once';
import { append } from '../record/record';

export interface EraseRequest {
  /** Null: an operator on the machine itself, or a request that came through the platform. */
  readonly agentId: string | null;
  readonly customerId: string;
  /** The pseudonym, typed by whoever asks. */
  readonly confirm: string;
  /** Why, in words; stays with the erasure. Holds no personal data. */
  readonly reason: string;
  /** Of the erasure to be, where somebody was told it already. A repeat must look for it first. */
  readonly id?: string;
  /** For agents: a repeat gives the first answer. */
  readonly clientMutationId?: string;
}

export type EraseAnswer = { erasureId: string } | { error: 'unknown-customer' | 'confirmation-wrong' };

/** Makes the job known that `Erasures` enqueues, in a process that asks for erasures. */
export function defineErase(jobs: Pick<Jobs, 'define'>): void {
  jobs.define(CUSTOMER_ERASE, { payload: customerEraseJob });
}

/** Asks for customers to be erased. What happens then is in `erasure-steps.ts`. */
export class Erasures {
  constructor(private readonly jobs: Pick<Jobs, 'enqueue'>) {}

  /** Cannot be undone. A customer who is being erased, or is gone by an erasure, gives that erasure. */
  async request(tx: Tx, request: EraseRequest): Promise<EraseAnswer> {
    const { agentId, clientMutationId } = request;
    let asked = false;
    const ask = async (): Promise<EraseAnswer> => {
      const answer = await this.ask(tx, request);
      asked = 'erasureId' in answer && answer.isNew;
      return 'error' in answer ? answer : { erasureId: answer.erasureId };
    };
    const answer =
      agentId !== null && clientMutationId !== undefined
        ? await once(tx, { agentId, key: clientMutationId, name: 'customerErase' }, ask)
        : await ask();
    if (asked && 'erasureId' in answer) {
      const fields = { erasure: answer.erasureId, customer: request.customerId, by: agentId };
      await append(tx, [{ kind: 'customer.erasureAsked', fields }]);
    }
    return answer;
  }

  private async ask(
    tx: Tx,
    { agentId, customerId, confirm, reason, id }: EraseRequest,
  ): Promise<{ erasureId: string; isNew: boolean } | { error: 'unknown-customer' | 'confirmation-wrong' }> {
    // of two who ask at once the second finds what the first asked
    const [customer] = await tx.query<{ pseudonym: string }>(
      'select pseudonym from inbox.customers where id = $1 for no key update',
      [customerId],
    );
    const [known] = await tx.query<{ id: string }>(
      `select id from inbox.erasures where customer_id = $1 and state <> 'failed' order by requested_at limit 1`,
      [customerId],
    );
    if (known) return { erasureId: known.id, isNew: false };
    if (!customer) return { error: 'unknown-customer' };
    if (confirm.trim().toLowerCase() !== customer.pseudonym.toLowerCase()) return { error: 'confirmation-wrong' };
    const erasureId = id ?? tx.newId();
    await tx.query(
      /* sql */ `
      insert into inbox.erasures (id, workspace_id, customer_id, pseudonym, state, requested_by, reason, requested_at, waiting_for)
      values ($1, $2, $3, $4, 'queued', $5, $6, $7, '{inbox}')`,
      [erasureId, tx.workspaceId, customerId, customer.pseudonym, agentId, reason.slice(0, 2_000), tx.now],
    );
    const payload: CustomerEraseJob = { workspaceId: tx.workspaceId, erasureId };
    await this.jobs.enqueue(tx, CUSTOMER_ERASE, payload, { key: erasureId });
    return { erasureId, isNew: true };
  }
}
