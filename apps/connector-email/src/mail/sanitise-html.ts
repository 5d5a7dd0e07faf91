import sanitizeHtml, { type Attributes, type Tag } from 'sanitize-html';
import { limitDepth } from './limit-depth';
import { MAX_HTML_DEPTH, MAX_ID, MAX_TEXT } from './mail-limits';
import { safeLine } from './safe-text';
import { safeStyle } from './safe-style';

/** HTML that may be stored and shown in a sandboxed frame. */
export interface SafeHtml {
  readonly html: string;
  /** What follows `cid:` in the images that are left; case matters. */
  readonly contentIds: ReadonlySet<string>;
  /** True where not all of it is shown because it was too long. */
  readonly cut: boolean;
}

/** Those that mails are full of first: the library goes through the list several times for each element. */
const TAGS = (
  'p span div br td tr table tbody a font b img strong li blockquote abbr address article bdi bdo big caption ' +
  'center cite code col colgroup dd del details dfn dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr ' +
  'i ins kbd main mark ol pre q s samp section small strike sub summary sup tfoot th thead time tt u ul var wbr'
).split(' ');

/** Elements whose content is no text of the mail; they go with all that is in them. */
const NON_TEXT = (
  'script style svg math noscript template iframe title textarea option select xmp noembed noframes object embed applet ' +
  'audio video canvas plaintext'
).split(' ');

const CELL = ['colspan', 'rowspan', 'width', 'height', 'bgcolor', 'valign', 'nowrap'];
const ATTRIBUTES: Record<string, string[]> = {
  '*': ['style', 'dir', 'lang', 'align', 'title', 'data-quote'],
  a: ['href', 'target', 'rel'],
  img: ['src', 'data-remote-src', 'alt', 'width', 'height', 'border'],
  table: ['width', 'height', 'border', 'cellpadding', 'cellspacing', 'bgcolor'],
  td: CELL,
  th: CELL,
  tr: ['bgcolor', 'valign'],
  col: ['span', 'width'],
  colgroup: ['span', 'width'],
  font: ['color', 'face', 'size'],
  ol: ['start', 'type'],
  ul: ['type'],
  time: ['datetime'],
};

/** Longest source that is looked at: what is dropped from it may leave less than the limit. */
const MAX_SOURCE = 4 * MAX_TEXT;

/** Attributes that are never copied from a mail: each is checked or written below. */
const OURS = new Set(['style', 'src', 'href', 'target', 'rel']);

const LINK = /^(https?:\/\/|mailto:|tel:)/i;
const DATA_IMAGE = /^data:image\/(png|jpe?g|gif|webp);base64,[a-z0-9+/=\s]+$/i;

/**
 * Sanitises the HTML of a mail. Scripts, forms, frames, SVG and everything that could fetch go; images keep `cid:` and
 * raster `data:` sources, remote ones stand in `data-remote-src` for the reader to ask for; links open elsewhere
 * without a referrer; quoted older mail gets `data-quote`.
 *
 * @param limit longest result, in UTF-16 units.
 * @param cidOf Content-ID of the file that has this Content-Location, where the mail names images by location.
 */
export function sanitiseHtml(
  html: string,
  cidOf: (location: string) => string | undefined = () => undefined,
  limit = MAX_TEXT,
): SafeHtml {
  const contentIds = new Set<string>();
  const clean = (source: string) =>
    sanitizeHtml(source, {
      allowedTags: TAGS,
      nonTextTags: NON_TEXT,
      allowedAttributes: ATTRIBUTES,
      allowedSchemes: ['http', 'https', 'mailto', 'tel'],
      allowedSchemesByTag: { img: ['cid', 'data'] },
      allowProtocolRelative: false,
      nestingLimit: MAX_HTML_DEPTH,
      // Styles are filtered by `safeStyle` below; the library would run a whole CSS parser for each.
      parseStyleAttributes: false,
      transformTags: { '*': (name, attributes) => transform(name, attributes, cidOf, contentIds) },
    });
  const flat = limitDepth(html.slice(0, MAX_SOURCE), 4 * MAX_HTML_DEPTH);
  let source = flat.slice(0, limit);
  let cut = html.length > MAX_SOURCE || flat.length > limit;
  let result = clean(source);
  // Escaping can make it longer than it was. What is still too long after that is hostile.
  while (result.length > limit) {
    source = source.slice(0, source.length >> 1);
    result = clean(source);
    cut = true;
  }
  return { html: result, contentIds, cut };
}

function transform(
  tagName: string,
  attribs: Attributes,
  cidOf: (location: string) => string | undefined,
  contentIds: Set<string>,
): Tag {
  const kept: Attributes = {};
  for (const [name, value] of Object.entries(attribs)) {
    if (!OURS.has(name) && !name.startsWith('data-')) kept[name] = value;
  }
  if (attribs.style) {
    const style = safeStyle(attribs.style);
    if (style !== '') kept.style = style;
  }
  if (beginsQuote(tagName, attribs)) kept['data-quote'] = '1';
  if (tagName === 'a') Object.assign(kept, link(attribs.href));
  if (tagName === 'img') Object.assign(kept, image(attribs.src ?? '', cidOf, contentIds));
  return { tagName, attribs: kept };
}

function link(href: string | undefined): Attributes {
  const target = withoutControls(href ?? '');
  return LINK.test(target) ? { href: target, target: '_blank', rel: 'noopener noreferrer nofollow' } : {};
}

function image(given: string, cidOf: (location: string) => string | undefined, contentIds: Set<string>): Attributes {
  const src = withoutControls(given);
  if (/^cid:/i.test(src)) {
    const id = safeLine(decoded(src.slice(4)), MAX_ID);
    contentIds.add(id);
    return { src: `cid:${id}` };
  }
  if (DATA_IMAGE.test(src)) return { src };
  const id = cidOf(src);
  if (id !== undefined) {
    contentIds.add(id);
    return { src: `cid:${id}` };
  }
  if (/^https?:\/\//i.test(src)) return { 'data-remote-src': src };
  return src.startsWith('//') ? { 'data-remote-src': `https:${src}` } : {};
}

/** The element with which mail programs begin quoted mail: Gmail, Apple Mail, Thunderbird, Outlook, Yahoo, Proton. */
function beginsQuote(name: string, attribs: Attributes): boolean {
  if (name === 'blockquote' && attribs.type?.toLowerCase() === 'cite') return true;
  if (attribs.class && /\b(gmail_quote|yahoo_quoted|moz-cite-prefix|protonmail_quote)\b/.test(attribs.class))
    return true;
  if (
    attribs.id &&
    /^(x_)*(divRplyFwdMsg|appendonsend|reply-intro|mail-editor-reference-message-container)$/.test(attribs.id)
  ) {
    return true;
  }
  // Outlook on the desktop marks the older mail by nothing but this line above its headers.
  return (
    name === 'div' && /border:\s*none;\s*border-top:\s*solid #(E1E1E1|B5C4DF|A0A0A0) 1\.0pt/i.test(attribs.style ?? '')
  );
}

function withoutControls(value: string): string {
  // Browsers drop tabs and line breaks inside a URL, so `java\tscript:` must be read as they would.
  // eslint-disable-next-line no-control-regex
  return value.replace(/[\u0000-\u001f\u007f]/g, '').trim();
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
