import { isDeepStrictEqual } from 'node:util';
import type { FileRequest, InboundEvent, PolicyNotice, ReadResult } from '@app/channel';

/** The app through which the account is reached. */
export interface OwnApp {
  /** As a decimal string; empty when it is not known whose echoes are ours. */
  readonly appId: string;
  /** Whose echoes a person wrote in the inbox of the Page. */
  readonly pageInboxAppIds: readonly string[];
}

/** What is gathered from one delivery for one account. */
export class Reading {
  private readonly events: InboundEvent[] = [];
  private readonly files: FileRequest[] = [];
  private readonly policy: PolicyNotice[] = [];
  private readonly notes: string[] = [];
  private readonly met = new Map<string, InboundEvent[]>();

  /** A body may hold an update twice; what is equal to the last bit counts once, the files with it. */
  add(event: InboundEvent, files: readonly FileRequest[] = []): void {
    const name = `${event.kind} ${event.externalId}`;
    const before = this.met.get(name) ?? [];
    if (before.some((known) => isDeepStrictEqual(known, event))) return;
    this.met.set(name, [...before, event]);
    this.events.push(event);
    this.files.push(...files);
  }

  addPolicy(notice: PolicyNotice): void {
    this.policy.push(notice);
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
    return {
      events: this.events,
      reach: [], // Messenger tells nothing of how known a person is
      files: this.files,
      policy: this.policy,
      unsupported: this.notes,
    };
  }
}
