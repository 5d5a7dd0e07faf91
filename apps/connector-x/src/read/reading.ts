import { isDeepStrictEqual } from 'node:util';
import type { FileRequest, InboundEvent, Reach, ReadResult } from '@app/channel';

/** Whose deliveries are read, and when this one came. */
export interface Reader {
  /** Our own user id. */
  readonly own: string;
  readonly arrivedAt: Date;
  /** It was there when the account was connected. */
  readonly history: boolean;
}

/** What is gathered from one delivery for one account. */
export class Reading {
  private readonly events: InboundEvent[] = [];
  private readonly files: FileRequest[] = [];
  private readonly reach: Reach[] = [];
  private readonly notes: string[] = [];
  private readonly met = new Map<string, InboundEvent[]>();

  constructor(readonly reader: Reader) {}

  /** A body may hold the same twice; what is equal to the last bit counts once, with its files and what is told of fame. */
  add(event: InboundEvent, files: readonly FileRequest[] = [], values: Reach['values'] = {}): void {
    const name = `${event.kind} ${event.externalId}`;
    const before = this.met.get(name) ?? [];
    if (before.some((known) => isDeepStrictEqual(known, event))) return;
    this.met.set(name, [...before, event]);
    this.events.push(event);
    this.files.push(...files);
    if (event.kind === 'message' && Object.keys(values).length > 0) {
      this.reach.push({ channel: 'x', externalId: event.externalId, author: event.author.value, values });
    }
  }

  /** A kind of which we know, or do not, that we have no use for it; names come from outside and end in metrics. */
  skip(...names: readonly string[]): void {
    this.notes.push(names.map((name) => (/^[\w.-]{1,60}$/.test(name) ? name : 'unknown')).join(':'));
  }

  /** Something that makes no sense, by its place in the body. */
  malformed(where: string): void {
    this.notes.push(`malformed:${where}`);
  }

  result(): ReadResult {
    return { events: this.events, reach: this.reach, files: this.files, unsupported: this.notes };
  }
}
