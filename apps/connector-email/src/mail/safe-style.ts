/** CSS properties that may shape a mail and can neither fetch, overlay nor animate. */
const PROPERTIES = new Set(
  (
    'background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width border-collapse ' +
    'border-color border-left border-left-color border-left-style border-left-width border-radius border-right ' +
    'border-right-color border-right-style border-right-width border-spacing border-style border-top border-top-color ' +
    'border-top-style border-top-width border-width caption-side clear color direction display float font font-family ' +
    'font-size font-style font-variant font-weight height letter-spacing line-height list-style list-style-type margin ' +
    'margin-bottom margin-left margin-right margin-top max-height max-width min-height min-width overflow-wrap padding ' +
    'padding-bottom padding-left padding-right padding-top table-layout text-align text-decoration text-indent ' +
    'text-transform unicode-bidi vertical-align white-space width word-break word-spacing word-wrap'
  ).split(' '),
);
const FUNCTIONS = new Set(['rgb', 'rgba', 'hsl', 'hsla']);
const MAX_STYLE = 4_000;
/** Results for styles seen before: one mail repeats few styles on many elements, and senders repeat theirs. */
const known = new Map<string, string>();
const MAX_KNOWN = 1_000;
const MAX_KNOWN_LENGTH = 300;

/**
 * The declarations of a `style` attribute that may stay; '' where none may. `background` keeps a plain colour.
 * Backslashes, comments, at-rules and every function but colours go, so nothing is left by which `url()` could be
 * spelled.
 */
export function safeStyle(style: string): string {
  if (style.length > MAX_KNOWN_LENGTH) return filter(style);
  const before = known.get(style);
  if (before !== undefined) return before;
  const result = filter(style);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(style, result);
  return result;
}

function filter(style: string): string {
  const kept: string[] = [];
  for (const declaration of style.slice(0, MAX_STYLE).split(';')) {
    const colon = declaration.indexOf(':');
    if (colon === -1) continue;
    const property = declaration.slice(0, colon).trim().toLowerCase();
    const value = declaration.slice(colon + 1).trim();
    if (!isHarmless(value)) continue;
    if (property === 'background') {
      if (/^(#[0-9a-f]{3,8}|[a-z]{3,20}|rgba?\([\d\s,.%]+\))$/i.test(value)) kept.push(`background-color:${value}`);
    } else if (PROPERTIES.has(property)) {
      kept.push(`${property}:${value}`);
    }
  }
  return kept.join(';');
}

function isHarmless(value: string): boolean {
  if (value === '' || value.length > 500 || !/^[\p{L}\p{N}\s#%.,()'"!+_-]+$/u.test(value)) return false;
  return [...value.matchAll(/([\w-]*)\s*\(/g)].every((call) => FUNCTIONS.has((call[1] ?? '').toLowerCase()));
}
