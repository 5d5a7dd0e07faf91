/** How long a public message can be answered in private: "within seven days", on the one platform that has it. Milliseconds. */
export const PRIVATE_REPLY_MS = 7 * 86_400_000;

/** What is known of the platform's time for answers in a conversation. */
export interface WindowFacts {
  /** It stands in a thread of a platform, where such a time may exist. Mail and what is public have none. */
  readonly threaded: boolean;
  readonly windowOpenedAt: Date | null;
  readonly windowClosesAt: Date | null;
  readonly windowHumanClosesAt: Date | null;
  /** When the platform last said that it is closed. */
  readonly windowRefusedAt: Date | null;
}

export interface ReplyWindowNow {
  readonly state: 'always-open' | 'open' | 'human-only' | 'closed' | 'unknown';
  /** When the state ends by itself; null where it does not. */
  readonly closesAt: Date | null;
}

/** Whether we may answer at an instant, as far as we know: the platform is the judge, and its last word counts. */
export function replyWindowAt(facts: WindowFacts, now: Date): ReplyWindowNow {
  const {
    windowOpenedAt: opened,
    windowClosesAt: closes,
    windowHumanClosesAt: human,
    windowRefusedAt: refused,
  } = facts;
  if (!facts.threaded) return { state: 'always-open', closesAt: null };
  if (refused && (!opened || refused > opened)) return { state: 'closed', closesAt: null };
  if (!closes) return { state: 'unknown', closesAt: null };
  if (now <= closes) return { state: 'open', closesAt: closes };
  if (human && now <= human) return { state: 'human-only', closesAt: human };
  return { state: 'closed', closesAt: null };
}
