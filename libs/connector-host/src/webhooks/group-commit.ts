import { sqlState } from '@app/runtime';
import { AccountLeaseLost } from '../account-leases';
import { MAX_BATCH, type Owner, type Pushed } from '../intake';
import type { ReadDelivery } from '../read-deliveries';

/** Stores deliveries, each account named once, in one transaction. Safe to repeat. */
export type Commit = (parts: readonly Pushed[]) => Promise<unknown>;

/** Most raw bytes of pushed deliveries in one transaction. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Transactions at once. */
const ABREAST = 3;
/**
 * Those that may hold something of one account: what comes while one is about to end need not wait for that end, and an account
 * whose row is locked for long does not hold up the others.
 */
const ABREAST_OF_ONE = 2;

interface Waiting {
  readonly account: Owner;
  readonly read: ReadDelivery;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Deliveries that come while others are being stored go together into the next transaction, whosever they are: a commit costs
 * about the same for one and for a hundred. Each is told only after the commit that holds it.
 */
export class GroupCommit {
  private waiting: Waiting[] = [];
  private running = 0;
  /** How many of the transactions that run hold something of an account. */
  private readonly held = new Map<string, number>();
  private due: NodeJS.Immediate | undefined;

  constructor(private readonly commit: Commit) {}

  /** Resolves when the delivery is stored for good. @throws what its commit throws; it may be tried again. */
  async add(account: Owner, read: ReadDelivery): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.waiting.push({ account, read, resolve, reject });
      // what arrived in the same moment goes together
      this.due ??= setImmediate(() => {
        this.due = undefined;
        this.begin();
      });
    });
  }

  private begin(): void {
    while (this.running < ABREAST) {
      const group = this.take();
      if (group.length === 0) return;
      void this.run(group);
    }
  }

  private async run(group: readonly Waiting[]): Promise<void> {
    const accounts = new Set(group.map(({ account }) => account.id));
    this.running += 1;
    for (const id of accounts) this.held.set(id, (this.held.get(id) ?? 0) + 1);
    await this.store(group);
    for (const id of accounts) {
      const left = this.held.get(id)! - 1;
      if (left > 0) this.held.set(id, left);
      else this.held.delete(id);
    }
    this.running -= 1;
    this.begin();
  }

  /** The next group, in the order of arrival; what is left waits on. */
  private take(): Waiting[] {
    const taken: Waiting[] = [];
    const left: Waiting[] = [];
    let bytes = 0;
    for (const one of this.waiting) {
      const busy = (this.held.get(one.account.id) ?? 0) >= ABREAST_OF_ONE;
      const size = one.read.delivery.raw.length;
      const full = taken.length >= MAX_BATCH || (taken.length > 0 && bytes + size > MAX_BYTES);
      if (busy || full) {
        left.push(one);
      } else {
        taken.push(one);
        bytes += size;
      }
    }
    this.waiting = left;
    return taken;
  }

  /** Never rejects. */
  private async store(group: readonly Waiting[]): Promise<void> {
    try {
      await this.commit(byAccount(group));
      for (const { resolve } of group) resolve();
    } catch (error) {
      if (group.length === 1 || !isOfOneMember(error)) for (const { reject } of group) reject(error);
      // one of them cannot be stored; the others must not fail with it
      else for (const one of group) await this.store([one]);
    }
  }
}

function byAccount(group: readonly Waiting[]): Pushed[] {
  const parts = new Map<string, { account: Owner; read: ReadDelivery[] }>();
  for (const { account, read } of group) {
    const part = parts.get(account.id);
    if (part === undefined) parts.set(account.id, { account, read: [read] });
    else part.read.push(read);
  }
  return [...parts.values()];
}

/** Data that the database does not take (classes 22 and 23, program limits), an account that is gone, or a fault of ours. */
function isOfOneMember(error: unknown): boolean {
  if (error instanceof AccountLeaseLost) return true;
  const state = sqlState(error);
  return state === undefined
    ? error instanceof TypeError || error instanceof RangeError || (error as Error).name === 'InvalidJobPayload'
    : /^(22|23|54)/.test(state);
}
