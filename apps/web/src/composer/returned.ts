import { readStored } from './stored';

/** Refused replies whose text was put back into the field; the oldest is forgotten first. */
const MOST = 100;

/**
 * Remembers in this browser which refused replies went back to where they were written, so that whoever throws the text away is
 * not given it again.
 */
export class Returned {
  private ids: readonly string[];

  constructor(private readonly agentId: string) {
    this.ids = readStored(this.key, areIds) ?? [];
  }

  has(messageId: string): boolean {
    return this.ids.includes(messageId);
  }

  add(messageId: string): void {
    this.ids = [...this.ids.filter((id) => id !== messageId), messageId].slice(-MOST);
    try {
      localStorage.setItem(this.key, JSON.stringify(this.ids));
    } catch {
      // The browser's store is full or forbidden: known as long as the page lives.
    }
  }

  private get key(): string {
    return `evenhand.returned.${this.agentId}`;
  }
}

function areIds(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((id) => typeof id === 'string');
}
