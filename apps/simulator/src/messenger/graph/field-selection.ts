import { badParameter } from './graph-error';

/** One field asked for: `messages.limit(20){id,from}`. */
export interface Field {
  readonly name: string;
  readonly limit?: number;
  readonly fields: readonly Field[];
}

/** Fields in one selection; deeper or longer ones are refused. */
const MOST = 200;
const DEEPEST = 5;

/** Reads the `fields` parameter. Throws error 100 for what it cannot read. */
export function fieldSelection(text: string): Field[] {
  let at = 0;
  let count = 0;
  const refuse = (): never => {
    throw badParameter(`Syntax error "Unexpected character" at character ${at}: ${text.slice(0, 200)}`, 2500);
  };
  const list = (depth: number): Field[] => {
    if (depth > DEEPEST) refuse();
    const fields: Field[] = [];
    for (;;) {
      const name = /^\s*([a-z_0-9]+)/i.exec(text.slice(at));
      if (!name || (count += 1) > MOST) return refuse();
      at += name[0].length;
      let limit: number | undefined;
      for (let modifier; (modifier = /^\.([a-z_]+)\(([^()]*)\)/i.exec(text.slice(at))); at += modifier[0].length) {
        if (modifier[1] === 'limit') limit = Number(modifier[2]);
      }
      let fieldsOf: Field[] = [];
      if (text[at] === '{') {
        at += 1;
        fieldsOf = list(depth + 1);
        if (text[at] !== '}') refuse();
        at += 1;
      }
      fields.push({ name: name[1]!, ...(limit !== undefined && { limit }), fields: fieldsOf });
      if (text[at] !== ',') return fields;
      at += 1;
    }
  };
  if (text.trim() === '') return [];
  const fields = list(0);
  if (at < text.length) refuse();
  return fields;
}
