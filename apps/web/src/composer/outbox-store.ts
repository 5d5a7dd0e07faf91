import { isStoredItem, type OutboxItem, type StoredItem } from './outbox-item';
import { readStored } from './stored';

/** What of the outbox survives the page: one entry for each item, so that tabs never write over each other's. */
export class OutboxStore {
  /** Items that the browser's full or forbidden store did not take. They live as long as the page. */
  private readonly onlyHere = new Set<string>();

  constructor(private readonly agentId: string) {}

  /** Items of all tabs, oldest first. */
  readAll(): readonly StoredItem[] {
    return Object.keys(localStorage)
      .filter((key) => this.holds(key))
      .map((key) => readStored(key, isStoredItem))
      .filter((item) => item !== undefined)
      .sort((a, b) => Date.parse(a.writtenAt) - Date.parse(b.writtenAt));
  }

  /** Whether a key of the browser's store is that of an item. */
  holds(storageKey: string): boolean {
    return storageKey.startsWith(this.keyOf(''));
  }

  /** Whether nobody has ended the item yet, in whichever tab. */
  has(key: string): boolean {
    return this.onlyHere.has(key) || localStorage.getItem(this.keyOf(key)) !== null;
  }

  put({ state: _, ...item }: OutboxItem): void {
    try {
      localStorage.setItem(this.keyOf(item.key), JSON.stringify(item));
    } catch {
      this.onlyHere.add(item.key);
    }
  }

  remove(key: string): void {
    this.onlyHere.delete(key);
    localStorage.removeItem(this.keyOf(key));
  }

  private keyOf(key: string): string {
    return `evenhand.outbox.${this.agentId}.${key}`;
  }
}
