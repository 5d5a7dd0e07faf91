/** An `@username` as it stands in a text; `start` and `end` count code points. */
export interface Mention {
  username: string;
  start: number;
  end: number;
}

const MENTION = /(?<![\w@/.])@(\w{1,15})(?![\w@])/gu;

/** Every `@username` in a text, in order. Whether there is such a user is another question. */
export function mentionsIn(text: string): Mention[] {
  return [...text.matchAll(MENTION)].map((match) => {
    const start = Array.from(text.slice(0, match.index)).length;
    return { username: match[1]!, start, end: start + match[1]!.length + 1 };
  });
}
