import { aroundTheClock, DEFAULT_HEAD_STARTS, keyMs, type Need } from '@app/triage';
import { mattersOf } from './matters';
import type { Standing } from './standing';

/** A wait in its place. */
export interface Placed {
  readonly waitId: string;
  /** In which the customer waits the longest. */
  readonly conversationId: string;
  readonly customerId: string;
  readonly channel: string;
  readonly language: string | null;
  readonly since: Date;
  readonly key: number;
  readonly need: Need;
}

/** Two waits that turned out to be one matter. */
export interface Joined {
  readonly from: string;
  readonly into: string;
  readonly conversationId: string;
  /** The offer of the one that is no more, where somebody else has it in hand. */
  readonly closes: { readonly id: string; readonly agentId: string; readonly conversationId: string } | null;
}

/** What is to become of waits, so that they follow from the messages. */
export interface Decision {
  readonly opened: readonly Placed[];
  readonly reopened: readonly Placed[];
  /** Their place is another than before. */
  readonly moved: readonly Placed[];
  /** Whose they are, or in which language, is another than before; reopened ones included. */
  readonly renamed: readonly Placed[];
  readonly joined: readonly Joined[];
  /** Nothing waits in them any more. */
  readonly over: readonly string[];
  readonly bindings: readonly { readonly id: string; readonly wait: string | null }[];
  /** Offers whose conversation waits no more, and the one of the matter that does. */
  readonly handed: readonly { readonly offer: string; readonly conversation: string }[];
  /** Private conversations that continue another public one now. */
  readonly linked: readonly { readonly id: string; readonly continues: string }[];
  /** In which the customer waits. */
  readonly waiting: readonly string[];
  /** Of which people see something else now. */
  readonly touched: readonly string[];
}

type Waiting = Standing & { readonly since: Date };

/**
 * One wait for each matter. Of two waits that meet the one in somebody's hands stays; of two in hands the one given first; else
 * the one that waits longer. A wait whose matter comes apart stays with the part in which it was given out, else with the earlier.
 * @param standings all conversations that may wait with one another; see `withPartners`.
 */
export function decideWaits(standings: readonly Standing[], newId: () => string): Decision {
  const matters = mattersOf(standings.filter((s): s is Waiting => s.since !== null));
  const waits = new Map(standings.flatMap((s) => (s.waitId === null ? [] : [[s.waitId, s] as const])));
  const keeps = keepersOf(matters, waits);
  const taken = new Set<string>();
  const opened: Placed[] = [];
  const reopened: Placed[] = [];
  const moved: Placed[] = [];
  const renamed: Placed[] = [];
  const joined: Joined[] = [];
  const linked: { id: string; continues: string }[] = [];
  const handed: { offer: string; conversation: string }[] = [];
  const touched = new Set<string>();
  const waitOf = new Map<string, string>();
  for (const matter of matters) {
    const [first] = matter as [Waiting];
    const claimed = [...keeps].filter(([, keeper]) => keeper === matter).map(([id]) => waits.get(id)!);
    const [stays, ...others] = claimed.sort(staysFirst);
    const before = stays ?? matter.find((s) => s.reopens !== null && !taken.has(s.reopens));
    const waitId = stays?.waitId ?? before?.reopens ?? newId();
    taken.add(waitId);
    const placed = place(
      matter,
      waitId,
      greaterNeed([...claimed.map((s) => s.need), stays ? null : before?.reopensNeed]),
    );
    const elsewhere = stays && (placed.since.getTime() !== stays.waitingSince!.getTime() || placed.need !== stays.need);
    if (!before) opened.push(placed);
    else if (!stays) reopened.push(placed);
    else if (elsewhere) moved.push(placed);
    if (before && (!stays || stays.waitCustomerId !== placed.customerId || stays.waitLanguage !== placed.language)) {
      renamed.push(placed);
    }
    for (const other of others) joined.push(join(other, waitId, first.id));
    if (stays?.offerId && !matter.some((s) => s.id === stays.offeredIn)) {
      handed.push({ offer: stays.offerId, conversation: first.id });
    }
    const link = linkOf(matter);
    if (link) linked.push(link);
    const changed = !stays || elsewhere || others.length > 0;
    for (const { id } of matter) {
      waitOf.set(id, waitId);
      if (changed) touched.add(id);
    }
  }
  const bindings = standings
    .map((s) => ({ id: s.id, wait: waitOf.get(s.id) ?? null, was: s.waitId }))
    .filter(({ wait, was }) => wait !== was)
    .map(({ id, wait }) => ({ id, wait }));
  for (const { id } of [...bindings, ...linked]) touched.add(id);
  return {
    opened,
    reopened,
    moved,
    renamed,
    joined,
    bindings,
    handed,
    linked,
    over: [...waits.keys()].filter((id) => !keeps.has(id)),
    waiting: [...waitOf.keys()],
    touched: [...touched],
  };
}

/** Which matter each open wait goes on in; those without one are over. */
function keepersOf(
  matters: readonly Waiting[][],
  waits: ReadonlyMap<string, Standing>,
): ReadonlyMap<string, Waiting[]> {
  const keeps = new Map<string, Waiting[]>();
  for (const [waitId, { offeredIn }] of waits) {
    const claim = matters.filter((matter) => matter.some((s) => s.waitId === waitId));
    const keeper = claim.find((matter) => matter.some((s) => s.id === offeredIn && s.waitId === waitId)) ?? claim[0];
    if (keeper) keeps.set(waitId, keeper);
  }
  return keeps;
}

function staysFirst(a: Standing, b: Standing): number {
  if ((a.offerId === null) !== (b.offerId === null)) return a.offerId === null ? 1 : -1;
  const given = (s: Standing): number => s.offeredAt?.getTime() ?? 0;
  const since = (s: Standing): number => s.waitingSince!.getTime();
  return given(a) - given(b) || since(a) - since(b) || (a.waitId! < b.waitId! ? -1 : 1);
}

function join(gone: Standing, into: string, conversationId: string): Joined {
  const { waitId, offerId, offeredTo, offeredIn } = gone;
  const closes = offerId === null ? null : { id: offerId, agentId: offeredTo!, conversationId: offeredIn! };
  return { from: waitId!, into, conversationId, closes };
}

function place(matter: readonly Waiting[], waitId: string, need: Need): Placed {
  const { id: conversationId, customerId, channel, since } = matter[0]!;
  const language = matter.find((s) => s.language !== null)?.language ?? null;
  const key = keyMs(since.getTime(), need, aroundTheClock, DEFAULT_HEAD_STARTS);
  return { waitId, conversationId, customerId, channel, language, since, key, need };
}

/** A need that one of them has is not lost with it. */
function greaterNeed(needs: readonly (Need | null | undefined)[]): Need {
  return needs.reduce<Need>(
    (most, need) => (need && DEFAULT_HEAD_STARTS[need] > DEFAULT_HEAD_STARTS[most] ? need : most),
    'standard',
  );
}

/** The private conversation continues the public one; a link that is the platform's word stays. */
function linkOf(matter: readonly Waiting[]): { id: string; continues: string } | undefined {
  const [inPrivate, inPublic] = ['private', 'public'].map((v) => matter.find((s) => s.visibility === v));
  if (!inPrivate || !inPublic || inPrivate.continuesOther || inPrivate.continues === inPublic.id) return undefined;
  return { id: inPrivate.id, continues: inPublic.id };
}
