import type { Journal } from '../journal';
import { HOUR, type World } from '../world';

/** Failing for so long is told to the developers. */
const ALERT_AFTER_MS = HOUR / 4;
/** Failing for so long ends the Page's subscription. */
const DISABLE_AFTER_MS = HOUR;

/** Since when an app's receiver fails for each Page, and what follows from it. One success ends it. */
export class Troubles {
  private readonly pages = new Map<string, { since: number; alerted: boolean }>();

  constructor(
    private readonly appId: string,
    private readonly world: World,
    private readonly journal: Journal,
    private readonly lose: (pageId: string) => void,
  ) {}

  note(pages: readonly string[], accepted: boolean, now: number): void {
    for (const pageId of pages) {
      if (accepted) this.pages.delete(pageId);
      else if (!this.pages.has(pageId)) this.pages.set(pageId, { since: now, alerted: false });
    }
  }

  /** Alerts and unsubscribes what has failed for too long. */
  look(now: number): void {
    for (const [pageId, trouble] of this.pages) {
      if (!trouble.alerted && now - trouble.since >= ALERT_AFTER_MS) {
        trouble.alerted = true;
        this.journal.write({ kind: 'alert', appId: this.appId, pageId });
      }
      if (now - trouble.since < DISABLE_AFTER_MS) continue;
      this.pages.delete(pageId);
      const page = this.world.page(pageId);
      delete page.subscriptions[this.appId];
      this.world.pages.put(page);
      this.journal.write({ kind: 'disabled', appId: this.appId, pageId });
      this.lose(pageId);
    }
  }
}
