import { listOf, objectOf, textOf } from '@app/connector-host';
import type { XAnswer } from '../client';
import type { LimitNews } from '../rate-limits';

/** How one list is walked. */
export interface WalkParts {
  /** Asks for a page; without a token for the first. */
  readonly ask: (token: string | undefined) => Promise<XAnswer>;
  /** Whether a page reaches back to what is known, so that no further one is needed. */
  readonly reaches: (page: unknown) => boolean;
  /** Most pages; further ones are left. */
  readonly maxPages: number;
  /** So many empty pages one after the other end the list, although a token leads on: what is on them is hidden, or nothing is. */
  readonly maxEmpty: number;
}

/** What a whole walk found. */
export interface Walked {
  /** Newest first, as the platform tells them. */
  readonly pages: readonly unknown[];
  /** It ended because of `maxPages`: what is older was not seen. */
  readonly cut: boolean;
  readonly left: LimitNews | undefined;
}

/**
 * Pages of a list that is told newest first, as far back as is needed. Nothing of it is taken before the last page is here: what
 * waits longest stands there, and must not come after what is newer. A walk that a limit interrupts goes on where it stopped.
 */
export class Walk {
  private readonly pages: unknown[] = [];
  private token: string | undefined;
  /** Empty pages since the last one that held something. */
  private empty = 0;

  constructor(private readonly parts: WalkParts) {}

  /** @throws what asking throws; call again to go on. */
  async toTheEnd(): Promise<Walked> {
    const { ask, reaches, maxPages, maxEmpty } = this.parts;
    for (;;) {
      const { body, limit: left } = await ask(this.token);
      this.token = textOf(objectOf(objectOf(body)?.['meta'])?.['next_token']);
      this.empty = isEmpty(body) ? this.empty + 1 : 0;
      if (this.empty === 0) this.pages.push(body);
      if (this.token === undefined || this.empty >= maxEmpty || reaches(body))
        return { pages: this.pages, cut: false, left };
      if (this.pages.length >= maxPages) return { pages: this.pages, cut: true, left };
    }
  }
}

function isEmpty(body: unknown): boolean {
  return listOf(objectOf(body)?.['data']).length === 0;
}
