import { setTimeout as pause } from 'node:timers/promises';
import type { MessengerProof } from './messenger-proof';
import { until } from './product';
import { PATIENCE_MS, QueueAnswers } from './queue-answers';

/** How an answer ended. */
export interface Outcome {
  readonly text: string;
  readonly state: string;
  readonly failure: string | null;
  /** How often it stands on the platform for whoever asked. */
  readonly visible: number;
}

/** A person who answers whoever is next, again and again, and what became of it on the platform. */
export class Answers extends QueueAnswers {
  constructor(private readonly proof: MessengerProof) {
    super(proof.product);
  }

  /** Writes so many answers; one more look when nobody waits. @throws when nobody waits for too long. */
  async write(count: number, everyMs = 0): Promise<void> {
    while (this.written.size < count) {
      const conversation = await until('somebody waits', () => this.next(), PATIENCE_MS);
      await this.answer(conversation, `answer ${this.written.size + 1}.`);
      await pause(everyMs);
    }
  }

  /** What became of each, and how often it can be seen. */
  async outcomes(): Promise<Outcome[]> {
    const rows = await this.proof.product.query<{ id: string; state: string; failure: string | null }>(
      `select id, send_state as state, failure->>'code' as failure from inbox.messages where origin = 'evenhand'`,
    );
    const seen = new Map<string, number>();
    for (const { pageId } of this.proof.pages) {
      for (const { direction, written } of this.proof.simulator.truth(pageId)) {
        if (direction === 'outbound') seen.set(written, (seen.get(written) ?? 0) + 1);
      }
    }
    return rows.map(({ id, state, failure }) => {
      const text = this.written.get(id) ?? '';
      return { text, state, failure, visible: seen.get(text) ?? 0 };
    });
  }
}
