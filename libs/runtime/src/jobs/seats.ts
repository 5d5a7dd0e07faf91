/** Room for jobs of each name in one process: a seat is taken before a job is claimed and given back when it has ended. */
export class Seats {
  private readonly taken = new Map<string, number>();
  private readonly waiting = new Map<string, (() => void)[]>();

  constructor(private readonly capacity: (name: string) => number) {}

  free(name: string): number {
    return Math.max(0, this.capacity(name) - (this.taken.get(name) ?? 0));
  }

  get anyTaken(): boolean {
    return [...this.taken.values()].some((count) => count > 0);
  }

  take(name: string, count: number): void {
    this.taken.set(name, (this.taken.get(name) ?? 0) + count);
  }

  giveBack(name: string, count: number): void {
    this.take(name, -count);
    const queue = this.waiting.get(name) ?? [];
    while (queue.length > 0 && this.free(name) > 0) {
      this.take(name, 1);
      queue.shift()!();
    }
  }

  /** Takes one seat, in turn, as soon as there is one. */
  async wait(name: string): Promise<void> {
    if (this.free(name) > 0) return this.take(name, 1);
    const queue = this.waiting.get(name) ?? [];
    this.waiting.set(name, queue);
    await new Promise<void>((resolve) => queue.push(resolve));
  }
}
