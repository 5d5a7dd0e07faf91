import { createHash } from 'node:crypto';
import { MailReader, type MailAddress, type ParsedMail } from '../../connector-email/src';
import type { Command } from './command';
import { readInput, type Input } from './read-input';

/** Mails read at once; their lines keep the order of the files. */
const AT_ONCE = 8;
/** As in the connector: longest time for one mail, in milliseconds, and the heap of a worker. */
const READER = { workers: 2, timeoutMs: 10_000, memoryMb: 256 };

export const parseMail: Command = {
  words: ['parse-mail'],
  summary: 'Shows what is read from a mail, without a database: why does it look like that?',
  usage: 'parse-mail FILE… [--json]',
  options: { json: { type: 'boolean' } },
  takesFiles: true,
  async run(options, out, files) {
    const reader = new MailReader(READER);
    let missing = 0;
    try {
      for (let start = 0; start < files.length; start += AT_ONCE) {
        const inputs = await Promise.all(files.slice(start, start + AT_ONCE).map((file) => readInput(file)));
        const lines = await Promise.all(inputs.map((input, at) => lineOf(files[start + at]!, input, reader)));
        missing += inputs.filter((input) => 'problem' in input).length;
        for (const line of lines) out.line(options['json'] === true ? JSON.stringify(line) : inWords(line));
      }
    } finally {
      await reader.close();
    }
    return missing === 0 ? 0 : 1;
  },
};

type Line = ReturnType<typeof shown>;

async function lineOf(file: string, input: Input, reader: MailReader): Promise<Line> {
  if ('bytes' in input) return shown(file, await reader.read(input.bytes));
  return shown(file, { problems: [input.problem], class: null });
}

function shown(file: string, mail: Partial<Omit<ParsedMail, 'class'>> & { class: ParsedMail['class'] | null }) {
  const text = mail.text ?? '';
  return {
    file,
    kind: mail.class === 'ordinary' ? 'message' : mail.class,
    messageId: mail.messageId ?? null,
    inReplyTo: mail.inReplyTo?.[0] ?? null,
    references: mail.references ?? [],
    date: mail.date?.toISOString() ?? null,
    subject: mail.subject ?? null,
    from: mail.from ? addressOf(mail.from) : null,
    to: (mail.to ?? []).map(addressOf),
    cc: (mail.cc ?? []).map(addressOf),
    replyTo: (mail.replyTo ?? []).map(addressOf),
    text,
    /** Without the older mail that is quoted below it. */
    reply: text.slice(0, mail.quoteStart ?? text.length).trimEnd(),
    html: mail.html !== undefined,
    attachments: (mail.attachments ?? []).map(({ name, mime, size, sha256, inline, content }) => ({
      name,
      mime,
      size,
      md5: createHash('md5').update(content).digest('hex'),
      sha256,
      inline,
    })),
    problems: [...(mail.unreadable === undefined ? [] : [mail.unreadable]), ...(mail.problems ?? [])],
  };
}

function addressOf({ address, name }: MailAddress): { address: string; name: string | null } {
  return { address, name: name ?? null };
}

function inWords({ file, kind, date, subject, from, to, reply, attachments, problems }: Line): string {
  return [
    `${file}: ${kind ?? 'not read'}`,
    ...(from ? [`  from ${from.name ?? ''} <${from.address}>`] : []),
    ...(to.length > 0 ? [`  to ${to.map(({ address }) => address).join(', ')}`] : []),
    ...(date === null ? [] : [`  date ${date}`]),
    ...(subject === null ? [] : [`  subject ${subject}`]),
    ...attachments.map(({ name, mime, size }) => `  file ${name} (${mime}, ${size} bytes)`),
    ...problems.map((problem) => `  problem: ${problem}`),
    ...(reply === '' ? [] : ['', reply, '']),
  ].join('\n');
}
