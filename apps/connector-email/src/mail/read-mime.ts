import { Transform, type TransformCallback } from 'node:stream';
import {
  MailParser,
  type AttachmentChunk,
  type HeaderLine,
  type HeaderMap,
  type MimeTreeNode,
  type SplitNode,
} from 'mailparser';
import { guessDecode, provesNothing } from './charset';
import { MAX_TEXT_BYTES } from './mail-limits';
import { QuotedPrintableDecoder } from './quoted-printable';

/** A body as the mail's structure has it: leaves in order, alternatives side by side. */
export interface BodySegment {
  readonly plain?: string;
  readonly html?: string;
}

/** A file before it got its name. */
export interface RawAttachment {
  readonly filename?: string;
  readonly mime: string;
  readonly contentId?: string;
  readonly contentLocation?: string;
  /** Parameters of its Content-Type, such as `method` or `smime-type`; absent from the rescue parser. */
  readonly params?: Readonly<Record<string, string>>;
  readonly content: Uint8Array;
  readonly sha256?: string;
}

/** What a MIME parser made of the mail. */
export interface MimeContent {
  readonly segments: readonly BodySegment[];
  readonly attachments: readonly RawAttachment[];
}

/** Decoded headers of the mail itself. */
export interface MailHeaders {
  /** By lower-case name, as mailparser decodes them. */
  readonly map: HeaderMap;
  /** Every field in document order, with its name, one character per byte of UTF-8. */
  readonly lines: readonly HeaderLine[];
}

const LEAN = {
  skipTextToHtml: true,
  skipHtmlToText: true,
  skipImageLinks: true,
  skipTextLinks: true,
  keepCidLinks: true,
  keepDeliveryStatus: true,
  // A mail inside a mail is a file: folding it into the text would mix two authors.
  ignoreEmbedded: true,
  checksumAlgo: 'sha256',
} as const;

const UNDECLARED = 'x-evenhand-undeclared';

/** Text whose charset was not declared in a way that proves anything: decided when all of it is there. */
class UndeclaredText extends Transform {
  private readonly chunks: Buffer[] = [];

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.chunks.push(chunk);
    done();
  }

  override _flush(done: TransformCallback): void {
    done(null, Buffer.from(guessDecode(Buffer.concat(this.chunks)), 'utf8'));
  }
}

/**
 * mailparser, leaving the joining of texts to us and taking a bounded amount of text: one string beyond the heap of a
 * worker ends the whole process, not the worker alone.
 */
class LeanParser extends MailParser {
  private room = MAX_TEXT_BYTES;

  constructor() {
    super(LEAN);
  }

  override createNode(node: SplitNode): MimeTreeNode {
    if (node.encoding === 'quoted-printable') node.getDecoder = () => new QuotedPrintableDecoder();
    const created = super.createNode(node);
    const decoder = created.decoder;
    if (decoder) endOnce(decoder);
    if (decoder && !created.isAttachment) {
      const write = decoder.write.bind(decoder) as (chunk: Buffer) => boolean;
      decoder.write = (chunk: Buffer) => {
        const taken = chunk.subarray(0, this.room);
        this.room -= taken.length;
        return taken.length === 0 || write(taken);
      };
    }
    return created;
  }

  // The text is assembled from the tree below; joining it here as well would be work for nothing.
  override getTextContent(): { type: 'text' } {
    return { type: 'text' };
  }
}

/** mailparser ends the last part twice; the second time costs an error that nobody hears, with its stack. */
function endOnce(decoder: Transform): void {
  const end = decoder.end.bind(decoder) as () => Transform;
  decoder.end = () => (decoder.writableEnded ? decoder : end());
}

/** The same with the charset rules of `charset.ts` in place of "unknown is UTF-8". Slower: one more stream a text. */
class GuessingParser extends LeanParser {
  constructor() {
    super();
    const known = this.decoder;
    this.decoder = {
      decodeStream(charset: string): Transform {
        if (charset === UNDECLARED) return new UndeclaredText();
        try {
          return known.decodeStream(charset);
        } catch {
          // A label nobody knows proves as little as none.
          return new UndeclaredText();
        }
      },
    };
  }

  override createNode(node: SplitNode): MimeTreeNode {
    const created = super.createNode(node);
    if (!created.isAttachment && provesNothing(created.charset)) created.charset = UNDECLARED;
    return created;
  }
}

/**
 * Reads a mail with mailparser. Where a text then holds a character that could not be decoded, it is read once more
 * with charsets guessed.
 * @throws what mailparser throws, such as for a mail of more than 1,000 parts.
 */
export async function readMime(bytes: Buffer): Promise<MimeContent & { headers: MailHeaders }> {
  const first = await run(new LeanParser(), bytes);
  const undecoded = first.segments.some(({ plain, html }) => plain?.includes('\ufffd') || html?.includes('\ufffd'));
  return undecoded ? run(new GuessingParser(), bytes) : first;
}

async function run(parser: LeanParser, bytes: Buffer): Promise<MimeContent & { headers: MailHeaders }> {
  const attachments: RawAttachment[] = [];
  await new Promise<void>((resolve, reject) => {
    parser.on('error', reject);
    parser.on('end', resolve);
    parser.on('data', (data: AttachmentChunk | { type: 'text' }) => {
      if (data.type === 'attachment') collect(data, attachments);
    });
    parser.end(bytes);
  });
  const headers = { map: parser.headers || new Map<string, unknown>(), lines: parser.headerLines || [] };
  return { headers, attachments, segments: parser.tree ? segmentsOf(parser.tree) : [] };
}

function collect(data: AttachmentChunk, into: RawAttachment[]): void {
  const chunks: Buffer[] = [];
  // The next part is not read before release(), so the order is the mail's.
  data.content.on('data', (chunk: Buffer) => chunks.push(chunk));
  data.content.on('end', () => {
    const type = data.headers.get('content-type') as { params?: Record<string, string> } | undefined;
    const location = data.headers.get('content-location');
    into.push({
      ...(data.filename ? { filename: data.filename } : {}),
      mime: data.contentType || 'application/octet-stream',
      ...(data.cid ? { contentId: data.cid } : {}),
      ...(typeof location === 'string' ? { contentLocation: location } : {}),
      ...(type?.params ? { params: type.params } : {}),
      content: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks),
      ...(data.checksum ? { sha256: data.checksum } : {}),
    });
    data.release();
  });
}

/** mailparser's own joining loses the plain parts of a mixed mail from its HTML, and the HTML parts from its text. */
function segmentsOf(node: MimeTreeNode): BodySegment[] {
  const children = node.children.flatMap(segmentsOf);
  if (node.contentType === 'multipart/alternative') {
    const plain = children.flatMap((segment) => segment.plain ?? []).join('\n');
    const html = children.flatMap((segment) => segment.html ?? []).join('<br>\n');
    return plain || html ? [{ ...(plain ? { plain } : {}), ...(html ? { html } : {}) }] : [];
  }
  if (!node.textContent) return children;
  return [node.contentType === 'text/html' ? { html: node.textContent } : { plain: node.textContent }, ...children];
}
