import type { MessageEvent } from '@app/channel';
import { baseSubject } from '../conversations/subject';

/** What is known of one platform id in one conversation. */
export interface KnownRef {
  readonly conversationId: string;
  /** A message with that id is here; otherwise it was only mentioned. */
  readonly seen: boolean;
  /** False: only mentioned in a recycled list. */
  readonly direct: boolean;
  /** Base subjects of the messages that are it, or mention it. */
  readonly subjects: readonly string[];
  /** Who wrote the message that mentioned it (or to whom, when we wrote it). */
  readonly parties: readonly string[];
}

/** Where an event belongs. */
export interface Placement {
  /** Conversations it is part of, the surest first; none: one of its own. Several: it shows that they are one. */
  readonly joins: readonly string[];
  /** Its author was not part of the first before. */
  readonly newSender: boolean;
  /** A stranger referred to this one; shown as a hint, never joined. */
  readonly mayBelongTo: string | null;
}

/** The conversations of one account, as far as a batch of events may refer to them. Grows as the batch is placed. */
export class KnownThreads {
  readonly conversations = new Set<string>();
  readonly byThreadKey = new Map<string, string>();
  readonly byMessage = new Map<string, string>();
  readonly refs = new Map<string, KnownRef[]>();
  readonly participants = new Map<string, Set<string>>();

  addRef(ref: string, known: KnownRef): void {
    const list = this.refs.get(ref);
    if (!list) this.refs.set(ref, [known]);
    else {
      const at = list.findIndex((other) => other.conversationId === known.conversationId);
      if (at < 0) list.push(known);
      else list[at] = mergeRefs(list[at]!, known);
    }
  }

  addParticipant(conversationId: string, value: string): void {
    const values = this.participants.get(conversationId);
    if (values) values.add(value);
    else this.participants.set(conversationId, new Set([value]));
  }

  /** Two conversations are one: everything known of `from` is known of `into`. */
  merge(from: string, into: string): void {
    this.conversations.delete(from);
    for (const [message, id] of this.byMessage) if (id === from) this.byMessage.set(message, into);
    for (const value of this.participants.get(from) ?? []) this.addParticipant(into, value);
    this.participants.delete(from);
    for (const [ref, list] of this.refs) {
      const moved = list.find((known) => known.conversationId === from);
      if (!moved) continue;
      this.refs.set(
        ref,
        list.filter((known) => known !== moved),
      );
      this.addRef(ref, { ...moved, conversationId: into });
    }
  }

  /** The event is part of the conversation now. */
  add(event: MessageEvent, conversationId: string, own: string): void {
    this.conversations.add(conversationId);
    if (event.threading.threadKey !== undefined) this.byThreadKey.set(event.threading.threadKey, conversationId);
    for (const value of everybody(event, own)) this.addParticipant(conversationId, value);
    for (const [ref, known] of refsOf(event)) this.addRef(ref, { ...known, conversationId });
  }
}

/** Two sightings of a reference in one conversation; the order is no matter. */
function mergeRefs(a: KnownRef, b: KnownRef): KnownRef {
  return {
    conversationId: a.conversationId,
    seen: a.seen || b.seen,
    direct: a.direct || b.direct,
    subjects: [...new Set([...a.subjects, ...b.subjects])],
    parties: [...new Set([...a.parties, ...b.parties])],
  };
}

/** Platform ids an event is known by, and those it mentions, each once. */
export function refsOf(event: MessageEvent): Map<string, Omit<KnownRef, 'conversationId'>> {
  const subjects = [baseSubject(event.subject)];
  const refs = new Map<string, Omit<KnownRef, 'conversationId'>>();
  for (const id of event.nativeIds) refs.set(id, { seen: true, direct: true, subjects, parties: [] });
  const parties = speakers(event);
  for (const reference of event.threading.references) {
    if (reference.kind !== 'native' || event.nativeIds.includes(reference.id)) continue;
    const direct = reference.direct || (refs.get(reference.id)?.direct ?? false);
    refs.set(reference.id, { seen: false, direct, subjects, parties });
  }
  return refs;
}

/** Everybody on the envelope but ourselves. */
export function everybody(event: MessageEvent, own: string): Set<string> {
  const values = new Set([event.author.value, ...event.participants.map((participant) => participant.value)]);
  values.delete(own);
  return values;
}

/** Ids of what a public answer written elsewhere answers; empty for everything else, which can stand by itself. */
export function answered(event: MessageEvent): string[] {
  if (event.direction !== 'outbound' || event.visibility !== 'public') return [];
  return event.threading.references.flatMap((ref) => (ref.kind === 'native' && ref.direct ? [ref.id] : []));
}

/** Whose membership decides: the author of what came in, those addressed by what we wrote. */
export function speakers(event: MessageEvent): string[] {
  if (event.direction === 'inbound') return [event.author.value];
  return [...new Set(event.participants.filter((p) => p.role === 'to' || p.role === 'cc').map((p) => p.value))].slice(
    0,
    20,
  );
}

/**
 * Finds the conversation of an event. The one place that decides it, for every channel, from these alone: the platform's
 * thread key; a verified token; verified ids of ours, nearest first; then the platform's ids, nearest first, trusted only
 * when the writer takes part in that conversation (ids are public: anybody who was ever copied in knows them), and, for ids
 * met only in a recycled list, only under an equal base subject. Never by subject alone, never by sender alone.
 * What we wrote ourselves in public belongs to what it answers, and to nothing else.
 *
 * What is written earlier and comes later finds those that referred to it, by the same rules the other way round; so the
 * order of arrival is no matter.
 */
export function placeEvent(event: MessageEvent, known: KnownThreads, own: string): Placement {
  const { threadKey, token, references } = event.threading;
  const joins = new Set<string>();
  const answers = answered(event);
  if (answers.length > 0) {
    for (const id of answers) {
      for (const ref of known.refs.get(id) ?? []) if (ref.seen) joins.add(ref.conversationId);
    }
    return joined(event, known, [...joins], null);
  }
  if (threadKey !== undefined) {
    const id = known.byThreadKey.get(threadKey);
    return joined(event, known, id === undefined ? [] : [id], null);
  }
  if (token !== undefined && known.conversations.has(token)) joins.add(token);
  for (const reference of references) {
    if (reference.kind === 'native') continue;
    const id = reference.kind === 'conversation' ? reference.id : known.byMessage.get(reference.id);
    if (id !== undefined && known.conversations.has(id)) joins.add(id);
  }
  const refused = joinByReferences(event, known, own, joins);
  joinByMentions(event, known, own, joins);
  return joined(event, known, [...joins], joins.size === 0 ? refused : null);
}

/** By the platform's ids that it names. @returns a conversation whose people the writer does not belong to, if any. */
function joinByReferences(event: MessageEvent, known: KnownThreads, own: string, joins: Set<string>): string | null {
  const subject = baseSubject(event.subject);
  const people = everybody(event, own);
  let refused: string | null = null;
  for (const reference of event.threading.references) {
    if (reference.kind !== 'native' || event.nativeIds.includes(reference.id)) continue;
    for (const ref of seenFirst(known.refs.get(reference.id))) {
      const samePeople = takesPart(event, known, ref.conversationId);
      const sameThing = (reference.direct && ref.direct) || ref.subjects.includes(subject);
      // two that mention what nobody has seen must know each other, both ways
      const acquainted = ref.seen || ref.parties.some((party) => people.has(party));
      if (samePeople && sameThing && acquainted) joins.add(ref.conversationId);
      else if (!samePeople && ref.seen && reference.direct) refused ??= ref.conversationId;
    }
  }
  return refused;
}

/** By its own ids: somebody here has referred to it already. */
function joinByMentions(event: MessageEvent, known: KnownThreads, own: string, joins: Set<string>): void {
  const subject = baseSubject(event.subject);
  const people = everybody(event, own);
  for (const id of event.nativeIds) {
    for (const ref of seenFirst(known.refs.get(id))) {
      const sameThing = ref.direct || ref.subjects.includes(subject);
      const samePeople = ref.seen
        ? takesPart(event, known, ref.conversationId)
        : ref.parties.some((p) => people.has(p));
      if (sameThing && samePeople) joins.add(ref.conversationId);
    }
  }
}

function joined(
  event: MessageEvent,
  known: KnownThreads,
  joins: readonly string[],
  mayBelongTo: string | null,
): Placement {
  const newSender = joins[0] !== undefined && event.direction === 'inbound' && !takesPart(event, known, joins[0]);
  return { joins, newSender, mayBelongTo };
}

function takesPart(event: MessageEvent, known: KnownThreads, conversationId: string): boolean {
  const participants = known.participants.get(conversationId);
  return participants !== undefined && speakers(event).some((value) => participants.has(value));
}

function seenFirst(refs: readonly KnownRef[] = []): readonly KnownRef[] {
  return refs.length < 2 ? refs : refs.toSorted((a, b) => Number(b.seen) - Number(a.seen));
}
