import type { Letter } from '../customers/letter';
import type { LifeOptions } from '../customers/life';
import type { MailboxSettings } from '../mail/mail-account';

export type Fields = Readonly<Record<string, unknown>>;

/** A JSON body as a Letter. Throws a RangeError that names the wrong field; so do the others here. */
export function letterOf(body: unknown): Letter {
  const fields = fieldsOf(body, 'the mail');
  const from = fieldsOf(fields['from'], 'from');
  const headers = fields['headers'] === undefined ? undefined : fieldsOf(fields['headers'], 'headers');
  const to = fields['to'];
  if (
    to !== undefined &&
    typeof to !== 'string' &&
    !(Array.isArray(to) && to.every((one) => typeof one === 'string'))
  ) {
    throw new RangeError('to: expected an address or a list of addresses.');
  }
  return {
    from: { address: text(from, 'address'), name: optional(from, 'name'), language: languageOf(from) },
    to,
    subject: optional(fields, 'subject'),
    text: text(fields, 'text'),
    html: optional(fields, 'html'),
    inReplyTo: optional(fields, 'inReplyTo'),
    quoted: flag(fields, 'quoted'),
    headers: headers && Object.fromEntries(Object.keys(headers).map((name) => [name, text(headers, name)])),
    attachments: attachmentsOf(fields['attachments']),
  };
}

export function mailboxOf(body: unknown): MailboxSettings {
  const fields = fieldsOf(body ?? {}, 'the mailbox');
  return {
    password: optional(fields, 'password'),
    name: optional(fields, 'name'),
    storesSent: flag(fields, 'storesSent'),
    language: languageOf(fields),
  };
}

export function lifeOptionsOf(body: unknown): LifeOptions {
  const { everyMs, limit } = fieldsOf(body ?? {}, 'life');
  const isTime = (value: unknown): value is number => typeof value === 'number' && value >= 1 && value <= 86_400_000;
  if (limit !== undefined && !(Number.isInteger(limit) && (limit as number) > 0)) {
    throw new RangeError('limit: expected a whole number from 1 to 200.');
  }
  const options = limit === undefined ? {} : { limit: limit as number };
  if (everyMs === undefined) return options;
  if (isTime(everyMs)) return { ...options, everyMs };
  const [least, most] = Array.isArray(everyMs) ? (everyMs as unknown[]) : [];
  if (isTime(least) && isTime(most) && least <= most) return { ...options, everyMs: [least, most] };
  throw new RangeError('everyMs: expected milliseconds, or [least, most].');
}

function attachmentsOf(value: unknown): Letter['attachments'] {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length > 20) throw new RangeError('attachments: expected a list of at most 20.');
  return value.map((file: unknown, n) => {
    const fields = fieldsOf(file, `attachments[${n}]`);
    return {
      filename: text(fields, 'filename'),
      contentType: optional(fields, 'contentType'),
      content: Buffer.from(text(fields, 'base64'), 'base64'),
    };
  });
}

export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new RangeError(`${what}: expected a JSON object.`);
}

export function text(fields: Fields, name: string): string {
  const value = optional(fields, name);
  if (value === undefined) throw new RangeError(`${name}: is missing.`);
  return value;
}

export function optional(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new RangeError(`${name}: expected a text.`);
}

export function flag(fields: Fields, name: string): boolean | undefined {
  const value = fields[name];
  if (value === undefined || typeof value === 'boolean') return value;
  throw new RangeError(`${name}: expected true or false.`);
}

export function languageOf(fields: Fields): 'fr' | 'en' | undefined {
  const value = optional(fields, 'language');
  if (value === undefined || value === 'fr' || value === 'en') return value;
  throw new RangeError('language: expected "fr" or "en".');
}

/** Those of the texts that were given. */
export function some(fields: Fields, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = optional(fields, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

export function texts(fields: Fields, name: string): string[] {
  const value = fields[name];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw new RangeError(`${name}: expected a list of texts.`);
}

export function number(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new RangeError(`${name}: expected a number.`);
}

export function oneOf<const T extends string>(fields: Fields, name: string, allowed: readonly T[]): T {
  const value = fields[name];
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new RangeError(`${name}: expected one of ${allowed.join(', ')}.`);
  return found;
}
