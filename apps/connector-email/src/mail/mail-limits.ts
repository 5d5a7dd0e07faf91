/*
 * Bounds of what is read from one mail. The raw bytes are kept whole elsewhere. Those that a message event has too
 * are no larger than there (`libs/channel`); a spec compares them. They are repeated because a worker that only
 * parses loads nothing but this folder.
 */

/** Largest mail that is read as a whole, in bytes. Larger ones show their headers and the beginning. */
export const MAX_MAIL_BYTES = 50 * 1024 * 1024;
/** How much of a mail that is too large is looked at, in bytes. */
export const OVERSIZE_HEAD_BYTES = 64 * 1024;
/** Longest text or HTML, in UTF-16 units. */
export const MAX_TEXT = 1_000_000;
/** Encoded bytes of all bodies together that are read; enough for HTML that shrinks below `MAX_TEXT`. */
export const MAX_TEXT_BYTES = 12 * 1024 * 1024;
export const MAX_ATTACHMENTS = 200;
/** Most addresses kept of To and Cc together with From and Reply-To. */
export const MAX_ADDRESSES = 190;
export const MAX_REFERENCES = 50;
export const MAX_SUBJECT = 2_000;
export const MAX_NAME = 500;
/** Longest id or address, as RFC 5322 bounds a line. */
export const MAX_ID = 998;
export const MAX_PROBLEMS = 50;
/** Elements nested deeper lose their tag and keep their content. */
export const MAX_HTML_DEPTH = 128;
/** Longest single header field that is decoded, in bytes; the rest of the field is dropped. */
export const MAX_HEADER_FIELD = 64 * 1024;
/** Longest header block that is decoded, in bytes; further fields are dropped. */
export const MAX_HEADER_BLOCK = 512 * 1024;
/** How much text the search for quoted mail looks at, in UTF-16 units: the library behind it is quadratic. */
export const MAX_QUOTE_SEARCH = 32 * 1024;
