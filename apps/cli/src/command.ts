import { parseArgs, type ParseArgsConfig } from 'node:util';

/** One thing an operator can do: `npm run evenhand -- <words> [options]`. */
export interface Command {
  /** The words that call it, e.g. `['user', 'add']`. */
  readonly words: readonly string[];
  /** One line for `help`. */
  readonly summary: string;
  /** The call, as it is typed. */
  readonly usage: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** Names of files follow, at least one; `-` is standard input. */
  readonly takesFiles?: boolean;
  /** @returns exit code. @throws UsageError when an option is missing or wrong. */
  run(options: Options, out: Output, files: readonly string[]): Promise<number>;
}

export type Options = Readonly<Record<string, string | boolean | undefined>>;

/** Where a command writes; lines for people. */
export interface Output {
  line(text: string): void;
}

/** The call is wrong; says what was expected. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** Finds the command and runs it. @returns exit code: 0 done, 1 failed, 2 called wrongly. */
export async function dispatch(commands: readonly Command[], argv: readonly string[], out: Output): Promise<number> {
  const command = commands.find(({ words }) => words.every((word, index) => argv[index] === word));
  if (!command) {
    const asked = argv.length === 0 || argv[0] === 'help' || argv[0] === '--help';
    if (!asked) out.line(`There is no command "${argv.slice(0, 2).join(' ')}".\n`);
    out.line('npm run evenhand -- <command>\n');
    for (const { usage, summary } of commands) out.line(`  ${usage}\n      ${summary}`);
    return asked ? 0 : 2;
  }
  try {
    const { values, positionals } = parseArgs({
      args: argv.slice(command.words.length),
      options: { ...command.options, help: { type: 'boolean' } },
      strict: true,
      allowPositionals: command.takesFiles === true,
    });
    if (values['help'] === true) {
      out.line(`${command.usage}\n    ${command.summary}`);
      return 0;
    }
    if (command.takesFiles === true && positionals.length === 0) throw new UsageError('FILE is missing');
    return await command.run(values, out, positionals);
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    const wrongCall = error instanceof UsageError || (typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS'));
    if (!wrongCall) throw error;
    out.line(`${(error as Error).message}\n\nUsage: ${command.usage}`);
    return 2;
  }
}

/** An option that must be given. */
export function required(options: Options, name: string): string {
  const value = options[name];
  if (typeof value !== 'string' || value.trim() === '') throw new UsageError(`--${name} is missing`);
  return value;
}

/** Most bytes read from standard input. */
const MAX_SECRETS = 4_096;

/** The password on the first line of standard input; never an argument, which other users of the machine could see. */
export async function passwordFromStdin(
  options: Options,
  stdin: AsyncIterable<Buffer> = process.stdin,
): Promise<string> {
  if (options['password-stdin'] !== true)
    throw new UsageError('--password-stdin is missing: the password is read from standard input');
  const [password] = await secretsFromStdin(1, stdin);
  return password!;
}

/** So many secrets, one on each of the first lines of standard input; none of them empty. */
export async function secretsFromStdin(
  count: number,
  stdin: AsyncIterable<Buffer> = process.stdin,
): Promise<readonly string[]> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    chunks.push(chunk);
    if ((size += chunk.length) > MAX_SECRETS)
      throw new UsageError(`standard input is longer than ${MAX_SECRETS} bytes; it holds secrets, one per line`);
  }
  const lines = Buffer.concat(chunks).toString('utf8').split(/\r?\n/).slice(0, count);
  if (lines.length < count || lines.includes('')) {
    const wanted = count === 1 ? 'no password' : `fewer than ${count} secrets, one per line`;
    throw new UsageError(
      `standard input holds ${wanted}; pipe it in, e.g. printf "%s" "$PASSWORD" | npm run -s evenhand -- …`,
    );
  }
  return lines;
}
