import { type Json, listOf, objectOf, textOf, webAddressOf } from '@app/connector-host';

/** A text as X hands it over, with what is needed to show it as its author sees it. */
export interface RawText {
  /** HTML-escaped, with short addresses. */
  readonly text: string;
  /** Lists of `urls` that stand in it; X spreads them. */
  readonly entities: readonly (Json | undefined)[];
  /** What of `rangeOf` X shows, in code points; names that it put before a reply are left of it. */
  readonly range?: unknown;
  readonly rangeOf?: string;
  /** Whether a short address at the end stands for a file of the message itself. */
  readonly isOwnFile: (url: Json) => boolean;
}

/** As its author sees it: addresses in full, without the names that X put before it and the address of its own files. */
export function shownText(raw: RawText): string {
  const urls = raw.entities.flatMap((entities) =>
    listOf(entities?.['urls']).flatMap((url): Json[] => {
      const object = objectOf(url);
      return object ? [object] : [];
    }),
  );
  const body = withoutFileAddresses(withoutNames(raw), urls.filter(raw.isOwnFile));
  // a bare name says something, too: that we are called
  const said = body.trim() === '' && urls.length === 0 ? raw.text : body;
  return expanded(unescaped(said), urls).trim();
}

/** Names only: whatever else stands left of the range was written by the author. */
const NAMES = /^(?:@\w{1,50}\s+)*(?:@\w{1,50}\s*)?$/;

function withoutNames({ text, range, rangeOf = text }: RawText): string {
  const start = Array.isArray(range) ? (range as unknown[])[0] : undefined;
  if (typeof start !== 'number' || !Number.isSafeInteger(start) || start <= 0) return text;
  // names are ASCII: counted in code points or in units, they are as long
  const names = rangeOf.slice(0, start);
  return NAMES.test(names) && text.startsWith(names) ? text.slice(names.length) : text;
}

function withoutFileAddresses(text: string, urls: readonly Json[]): string {
  const addresses = urls.flatMap((url) => textOf(url['url']) ?? []);
  for (let rest = text.trimEnd(); ;) {
    const last = addresses.find((address) => rest.endsWith(address));
    if (last === undefined) return rest;
    rest = rest.slice(0, -last.length).trimEnd();
  }
}

const ESCAPED: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

/** Once: what the author wrote as `&lt;` comes as `&amp;lt;`. */
function unescaped(text: string): string {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ESCAPED[entity] ?? entity);
}

const SHORT = /https?:\/\/t\.co\/\w+/g;

/** By the address itself: the places that X tells are off where a text holds escapes or emoji. */
function expanded(text: string, urls: readonly Json[]): string {
  const full = new Map(
    urls.flatMap((url): [string, string][] => {
      const [short, long] = [textOf(url['url']), webAddressOf(url['expanded_url'])];
      return short === undefined || long === undefined ? [] : [[short, long]];
    }),
  );
  return full.size === 0 ? text : text.replace(SHORT, (short) => full.get(short) ?? short);
}
