/** The part of html-to-text 10.0.1 that is used; it has no types of its own. */
declare module 'html-to-text' {
  export interface HtmlToTextOptions {
    wordwrap?: number | false;
    limits?: { ellipsis?: string; maxDepth?: number; maxInputLength?: number };
    selectors?: { selector: string; format?: string; options?: Record<string, unknown> }[];
  }
  export function compile(options: HtmlToTextOptions): (html: string) => string;
}
