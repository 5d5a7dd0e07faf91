import { readFileSync } from 'node:fs';
import { readConfig, runtimeSettings } from '@app/runtime';
import { secretsFromStdin, UsageError, type Options } from './command';

/** What a command that connects an account of a platform asks for beside names. */
export interface WantedSecrets {
  /** Options that name a file for each; all of them or none. */
  readonly files: readonly string[];
  /** What stands on which line of standard input, in words. */
  readonly lines: string;
}

/** Secrets, one per file or line; never arguments, which other users of the machine could see. @throws UsageError */
export async function secretsOf(options: Options, { files, lines }: WantedSecrets): Promise<readonly string[]> {
  const named = files.map((name) => text(options, name));
  if (named.every((file) => file !== '')) return named.map(firstLine);
  if (options['secrets-stdin'] !== true) {
    throw new UsageError(
      `--secrets-stdin is missing: standard input holds ${lines}. Or name a file for each: ${files.map((name) => `--${name}`).join(', ')}`,
    );
  }
  return secretsFromStdin(files.length);
}

/** An option without spaces around it; empty where it was not given. */
export function text(options: Options, name: string): string {
  const value = options[name];
  return typeof value === 'string' ? value.trim() : '';
}

/** Where the platform reaches the running product. */
export function publicUrl(): string {
  const config = readConfig(runtimeSettings);
  return config.EVENHAND_PUBLIC_URL?.replace(/\/+$/, '') ?? `http://${config.EVENHAND_HOST}:${config.EVENHAND_PORT}`;
}

function firstLine(file: string): string {
  try {
    return (readFileSync(file, 'utf8').split(/\r?\n/, 1)[0] ?? '').trim();
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}
