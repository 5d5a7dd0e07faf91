/** What a document of ours may hold. */
export type Yaml = string | Yaml[] | { [key: string]: Yaml };

interface Line {
  readonly number: number;
  readonly indent: number;
  readonly text: string;
}

/**
 * Reads the part of YAML that our own files use: maps and lists by indentation, flow maps and lists (over several lines
 * too), plain and quoted scalars, comments. Scalars stay text. @throws with the line for anything else, so that nothing is
 * misread in silence.
 */
export function readYaml(source: string): Yaml {
  const lines = source.split('\n').flatMap((raw, index): Line[] => {
    if (raw.includes('\t')) throw new Error(`line ${index + 1}: a tab`);
    const text = withoutComment(raw).trimEnd();
    return text.trim() === '' ? [] : [{ number: index + 1, indent: text.search(/\S/), text: text.trim() }];
  });
  const reader = new Reader(lines);
  const value = reader.block(0);
  reader.end();
  return value;
}

class Reader {
  private at = 0;

  constructor(private readonly lines: readonly Line[]) {}

  block(indent: number): Yaml {
    const first = this.lines[this.at];
    if (!first || first.indent < indent) throw new Error(`line ${first?.number ?? 'last'}: a value is missing`);
    if (/^[[{'"]/.test(first.text) && !/^["'][^"']*["']:/.test(first.text)) return this.flow();
    return first.text.startsWith('- ') ? this.list(first.indent) : this.map(first.indent);
  }

  end(): void {
    const left = this.lines[this.at];
    if (left) throw new Error(`line ${left.number}: not understood: ${left.text}`);
  }

  private map(indent: number): Yaml {
    const map: { [key: string]: Yaml } = {};
    for (let line = this.lines[this.at]; line?.indent === indent; line = this.lines[this.at]) {
      const match = /^([\w.-]+):(?: +(.*))?$/.exec(line.text);
      if (!match) throw new Error(`line ${line.number}: expected "key: value", got ${line.text}`);
      const [, key, rest] = match;
      if (Object.hasOwn(map, key!)) throw new Error(`line ${line.number}: ${key} stands twice`);
      this.at += 1;
      const next = this.lines[this.at];
      if (rest !== undefined) map[key!] = scalarOrFlow(rest, line.number);
      else map[key!] = next && next.indent > indent ? this.block(next.indent) : '';
    }
    return map;
  }

  private list(indent: number): Yaml {
    const list: Yaml[] = [];
    for (let line = this.lines[this.at]; line?.indent === indent; line = this.lines[this.at]) {
      if (!line.text.startsWith('- ')) throw new Error(`line ${line.number}: expected "- item", got ${line.text}`);
      this.at += 1;
      list.push(scalarOrFlow(line.text.slice(2).trim(), line.number));
    }
    return list;
  }

  /** A flow value that begins on a line of its own; goes on until its brackets are closed. */
  private flow(): Yaml {
    const { number } = this.lines[this.at]!;
    let text = '';
    while (this.at < this.lines.length) {
      text += `${text === '' ? '' : ' '}${this.lines[this.at]!.text}`;
      this.at += 1;
      const value = tryFlow(text);
      if (value !== undefined) return value;
    }
    throw new Error(`line ${number}: a bracket is not closed`);
  }
}

function scalarOrFlow(text: string, line: number): Yaml {
  if (/^[&*!|>%@`]/.test(text)) throw new Error(`line ${line}: not understood: ${text}`);
  if (!/^[[{'"]/.test(text)) return text;
  const value = tryFlow(text);
  if (value === undefined) throw new Error(`line ${line}: not understood: ${text}`);
  return value;
}

/** @returns undefined when the text ends too early. @throws when something follows. */
function tryFlow(text: string): Yaml | undefined {
  let at = 0;
  const skip = (): void => void (at += /^[\s]*/.exec(text.slice(at))![0].length);
  const value = (stops: string): Yaml | undefined => {
    skip();
    const open = text[at];
    if (open === undefined) return undefined;
    if (open === '[' || open === '{') return collection(open);
    const quoted = /^(?:'((?:[^']|'')*)'|"((?:[^"\\])*)")/.exec(text.slice(at));
    if (open === "'" || open === '"') {
      if (!quoted) return undefined;
      at += quoted[0].length;
      return quoted[1]?.replaceAll("''", "'") ?? quoted[2]!;
    }
    const plain = new RegExp(`^[^${stops}]+`).exec(text.slice(at))?.[0] ?? '';
    at += plain.length;
    return plain.trim();
  };
  const collection = (open: '[' | '{'): Yaml | undefined => {
    const close = open === '[' ? ']' : '}';
    const list: Yaml[] = [];
    const map: { [key: string]: Yaml } = {};
    at += 1;
    for (;;) {
      skip();
      if (text[at] === close) break;
      let key = '';
      if (open === '{') {
        const found = /^([\w.-]+): /.exec(text.slice(at));
        if (!found) return undefined;
        key = found[1]!;
        at += found[0].length;
      }
      const item = value(',\\]}');
      if (item === undefined) return undefined;
      if (open === '{') map[key] = item;
      else list.push(item);
      skip();
      if (text[at] === ',') at += 1;
      else if (text[at] !== close) return undefined;
    }
    at += 1;
    return open === '[' ? list : map;
  };
  const result = value('');
  skip();
  return result !== undefined && at === text.length ? result : undefined;
}

/** Cuts what follows a # that is not inside quotes. */
function withoutComment(line: string): string {
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!;
    if (quote) quote = char === quote ? '' : quote;
    else if (char === '#' && (i === 0 || line[i - 1] === ' ')) return line.slice(0, i);
    else if ((char === "'" || char === '"') && /[\s[{,]/.test(line[i - 1] ?? ' ')) quote = char;
  }
  return line;
}
