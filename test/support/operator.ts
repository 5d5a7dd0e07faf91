import { ProductProcess } from './product';

/** What a command of the operator did. */
export interface Ran {
  readonly code: number | null;
  /** Standard output and error together. */
  readonly output: string;
}

/** `npm run evenhand -- <args>` with this environment; `input` goes to its standard input. */
export async function evenhand(
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  input = '',
): Promise<Ran> {
  const command = ProductProcess.start('cli', env, args);
  command.input(input);
  const { code } = await command.exited;
  return { code, output: command.output };
}
