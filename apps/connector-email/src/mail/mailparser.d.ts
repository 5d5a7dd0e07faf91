/** The parts of mailparser 3.9.31 that are used. It has no types of its own; the version is pinned exactly. */
declare module 'mailparser' {
  import type { Transform } from 'node:stream';

  export interface ParsedAddress {
    address?: string;
    name: string;
    group?: ParsedAddress[];
  }

  export interface AddressHeader {
    value: ParsedAddress[];
  }

  export interface StructuredHeader {
    value: string;
    params: Record<string, string>;
  }

  export type HeaderMap = Map<string, unknown>;

  export interface HeaderLine {
    key: string;
    /** The whole field with its name; one character per byte. */
    line: string;
  }

  /** One node of the mail's tree. Internal to mailparser, and the only place that tells alternatives from siblings. */
  export interface MimeTreeNode {
    contentType: string | false;
    charset?: string;
    isAttachment?: boolean;
    textContent?: string;
    /** Takes the encoded body of a leaf. */
    decoder?: Transform;
    children: MimeTreeNode[];
  }

  /** The parsed header of a part as mailsplit gives it. */
  export interface SplitNode {
    contentType: string | false;
    encoding: string | false;
    /** Makes the stream that decodes its body. */
    getDecoder(): Transform;
  }

  export interface AttachmentChunk {
    type: 'attachment';
    content: import('node:stream').Readable;
    contentType: string;
    contentDisposition?: string;
    filename?: string;
    cid?: string;
    /** Set when the content has been read. */
    checksum?: string;
    size?: number;
    headers: HeaderMap;
    release(): void;
  }

  export interface TextChunk {
    type: 'text';
  }

  export interface MailParserOptions {
    skipTextToHtml?: boolean;
    skipHtmlToText?: boolean;
    skipImageLinks?: boolean;
    skipTextLinks?: boolean;
    keepCidLinks?: boolean;
    keepDeliveryStatus?: boolean;
    checksumAlgo?: string;
    ignoreEmbedded?: boolean;
    maxHeadSize?: number;
  }

  export class MailParser extends Transform {
    constructor(options?: MailParserOptions);
    headers: HeaderMap | false;
    headerLines: HeaderLine[] | false;
    tree: MimeTreeNode | false;
    decoder: { decodeStream(charset: string): Transform };
    createNode(node: SplitNode): MimeTreeNode;
    getTextContent(): TextChunk;
  }

  export function simpleParser(source: Buffer, options?: MailParserOptions): Promise<unknown>;
}
