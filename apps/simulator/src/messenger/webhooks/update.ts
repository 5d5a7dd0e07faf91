import { escapedJson } from './escaped-json';

/** One thing an app is told. */
export interface Update {
  id: string;
  appId: string;
  pageId: string;
  /** The webhook field it belongs to, such as `messages`. */
  field: string;
  /** In which of the three arrays of an entry it stands. */
  place: 'messaging' | 'standby' | 'changes';
  /** The element, written as it goes on the wire. */
  json: string;
  at: number;
  /** Updates of one lane are sent one after another. */
  lane: string;
  /** Ids of messages or comments it is about, for the journal. */
  about: string[];
}

/** The body of one delivery. Each update has an entry of its own, as the platform does it. */
export function deliveryBody(updates: readonly Update[], { odd = false, testForm = false } = {}): Buffer {
  const entries = updates.map((update) => entryOf(update, testForm));
  if (odd) {
    const id = updates[0]?.pageId ?? '0';
    entries.push('{}', escapedJson({ id, time: updates[0]?.at ?? 0, surprise: [{ unknown: true }] }));
  }
  return Buffer.from(`{"object":"page","entry":[${entries.join(',')}]}`, 'latin1');
}

function entryOf({ pageId, at, place, field, json }: Update, testForm: boolean): string {
  if (testForm && place === 'messaging') {
    const change = `{"field":${escapedJson(field)},"value":${json}}`;
    return `{"id":"${pageId}","time":${Math.floor(at / 1_000)},"changes":[${change}]}`;
  }
  const time = place === 'changes' ? Math.floor(at / 1_000) : at;
  return `{"id":"${pageId}","time":${time},"${place}":[${json}]}`;
}
