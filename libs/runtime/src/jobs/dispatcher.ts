import { sqlState } from '../database/database';
import type { Logger } from '../logging/logger';
import type { BullCarrier } from './bull-carrier';
import type { JobRegistry } from './job-registry';
import type { ClaimedRow, JobTable } from './job-table';
import type { Runner } from './runner';
import { Seats } from './seats';

export interface DispatcherOptions {
  readonly table: JobTable;
  readonly registry: JobRegistry;
  readonly runner: Runner;
  readonly logger: Logger;
  /** Product time. */
  readonly now: () => Date;
  readonly pollMs: number;
  readonly carrier?: BullCarrier;
}

/** So many ids are given to Redis by one statement. */
const CARRY_BATCH = 200;
/** Lanes that collide in a claim are tried again at once, so often; then the next poll does it. */
const TRIES = 3;

/**
 * Brings due jobs to free seats: gives their ids to Redis while it answers, and claims from PostgreSQL what is left. One
 * round at a time; those asked for meanwhile are one more.
 */
export class Dispatcher {
  private readonly seats: Seats;
  private round: Promise<void> | undefined;
  private asked = { carry: false, claim: false };
  /** The last claim found ids that Redis had lost: there may be more. */
  private healing = false;
  private serving = false;
  private poll: NodeJS.Timeout | undefined;
  private failing = false;

  constructor(private readonly options: DispatcherOptions) {
    this.seats = new Seats((name) => options.registry.definition(name).concurrency);
  }

  start(): void {
    this.serving = true;
    const { carrier, registry, pollMs } = this.options;
    carrier?.watch(() => this.look());
    for (const name of carrier ? registry.served : []) {
      carrier!.serve(name, registry.definition(name).concurrency, (id) => this.takeCarried(name, id));
    }
    const again = (): void => {
      // spread, so that processes started together do not poll together
      const ms = pollMs * (0.9 + 0.2 * Math.random());
      this.poll = setTimeout(() => {
        this.look();
        again();
      }, ms);
    };
    again();
    this.look();
  }

  /** Takes no more jobs. */
  async stop(): Promise<void> {
    this.serving = false;
    clearTimeout(this.poll);
    await Promise.all([this.round, this.options.carrier?.stopServing()]);
  }

  /** Something may have become due: looks at everything. Returns at once. */
  look(): void {
    this.ask(true, true);
  }

  /** A job of this name has just become due. @returns whether it is certain to be found without telling other processes. */
  due(name: string): boolean {
    if (this.options.carrier?.answering) {
      this.ask(true, false);
      return true;
    }
    if (!this.serving || !this.options.registry.serves(name)) return false;
    this.ask(false, true);
    return this.seats.free(name) > 0;
  }

  /** Whether it looks for jobs, claims one, or runs one. */
  get busy(): boolean {
    return this.round !== undefined || this.seats.anyTaken;
  }

  private ask(carry: boolean, claim: boolean): void {
    this.asked = { carry: this.asked.carry || carry, claim: this.asked.claim || claim };
    this.round ??= this.rounds().finally(() => {
      this.round = undefined;
      if (this.asked.carry || this.asked.claim) this.ask(false, false);
    });
  }

  private async rounds(): Promise<void> {
    while (this.asked.carry || this.asked.claim) {
      const { carry, claim } = this.asked;
      this.asked = { carry: false, claim: false };
      if (carry && this.options.carrier?.answering) await this.carry(this.options.carrier);
      if (this.serving && (claim || !this.options.carrier?.answering)) await this.claim();
    }
  }

  private async carry(carrier: BullCarrier): Promise<void> {
    const { table, registry } = this.options;
    const rows = (await this.tried(() => table.carry(registry.known, this.options.now(), CARRY_BATCH))) ?? [];
    if (rows.length === 0) return;
    const left = await carrier.carry(rows);
    if (left.length > 0) {
      await this.tried(() => table.uncarry(left.map((row) => row.id)));
      this.asked.claim = true;
    } else if (rows.length === CARRY_BATCH) this.asked.carry = true;
  }

  private async claim(): Promise<void> {
    const { table, registry, carrier } = this.options;
    const slots = registry.served
      .map((name) => ({ name, free: this.seats.free(name), leaseMs: registry.definition(name).leaseMs }))
      .filter((slot) => slot.free > 0);
    if (slots.length === 0) return;
    for (const slot of slots) this.seats.take(slot.name, slot.free);
    const redis = carrier === undefined ? 'none' : carrier.answering ? 'answering' : 'silent';
    const takenAt = performance.now();
    const rows = (await this.tried(() => table.claim(slots, this.options.now(), redis))) ?? [];
    this.healing = redis === 'answering' && rows.length > 0;
    for (const row of rows) void this.run(row, takenAt);
    for (const slot of slots) {
      const taken = rows.filter((row) => row.name === slot.name).length;
      this.seats.giveBack(slot.name, slot.free - taken);
    }
  }

  /** An id has arrived by Redis. Resolves when its job has ended here, or at once when there is nothing to do. */
  private async takeCarried(name: string, id: string): Promise<void> {
    const { table, registry } = this.options;
    await this.seats.wait(name);
    const takenAt = performance.now();
    const leaseMs = registry.definition(name).leaseMs;
    const row = this.serving ? await this.tried(() => table.claimCarried(id, leaseMs)) : undefined;
    if (row) return this.run(row, takenAt);
    this.seats.giveBack(name, 1);
    // if it is still to be done, it is carried again when its lane is free, or when another process looks
    await this.tried(() => table.uncarry([id]));
  }

  /** The seat has been taken. Never rejects. */
  private async run(row: ClaimedRow, takenAt: number): Promise<void> {
    await this.options.runner.run(row, takenAt);
    this.seats.giveBack(row.name, 1);
    if (!this.serving) return;
    if (!this.options.carrier?.answering) this.ask(false, true);
    else if (row.lane !== null || this.healing) this.ask(row.lane !== null, this.healing);
  }

  /** A statement that may collide with another lane, or meet no database: then it is tried again, or left to the next poll. */
  private async tried<T>(statement: () => Promise<T>): Promise<T | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await statement();
        if (this.failing) this.options.logger.info('jobs can be taken again');
        this.failing = false;
        return result;
      } catch (error) {
        const collision = ['23505', '40P01'].includes(sqlState(error) ?? '');
        if (collision && attempt < TRIES) continue;
        if (!collision && !this.failing) {
          this.failing = true;
          this.options.logger.warn('jobs cannot be taken; trying again with every poll', {}, error);
        }
        return undefined;
      }
    }
  }
}
