/** Elements without content, and those whose end tag may be left out and which end by themselves. */
const UNCOUNTED = new Set(
  'area base br col embed hr img input link meta param source track wbr p li td th tr dt dd option tbody thead tfoot'.split(
    ' ',
  ),
);

/**
 * Drops the tags of elements nested deeper than `limit` and keeps what is in them. HTML parsers take time by the
 * square of the depth: 200,000 nested elements cost them 12 s, this 40 ms. Counts roughly; a later pass is exact.
 */
export function limitDepth(html: string, limit: number): string {
  if (!hasMoreThan(html, limit)) return html;
  let depth = 0;
  let dropped = 0;
  let limited = false;
  // Nothing optional inside: on a tag that never ends this must not try again from each of its letters.
  const result = html.replace(/<([^<>]*)>/g, (tag, inner: string) => {
    const [, end, name] = /^(\/?)([a-z][a-z0-9:-]*)/i.exec(inner) ?? [];
    if (!name || UNCOUNTED.has(name.toLowerCase()) || inner.endsWith('/')) return tag;
    if (end === '') {
      if (depth < limit) {
        depth += 1;
        return tag;
      }
      dropped += 1;
      limited = true;
      return '';
    }
    if (dropped > 0) {
      dropped -= 1;
      return '';
    }
    depth = Math.max(0, depth - 1);
    return tag;
  });
  return limited ? result : html;
}

/** Whether there are more tags than could be nested too deep; most mail has not. */
function hasMoreThan(html: string, limit: number): boolean {
  let at = -1;
  for (let count = 0; count <= limit; count += 1) {
    at = html.indexOf('<', at + 1);
    if (at === -1) return false;
  }
  return true;
}
