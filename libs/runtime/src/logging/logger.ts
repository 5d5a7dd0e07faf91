import pino from 'pino';
import type { LoggerService } from '@nestjs/common';

/** Fields of a log line. Never message text, addresses or tokens. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * Structured log, one JSON object per line on standard output. ERROR means a person must act.
 * An error is given as `err`; only its class, code and stack are written.
 */
export class Logger {
  private constructor(private readonly pino: pino.Logger) {}

  static create(options: { level: string; app: string; destination?: pino.DestinationStream }): Logger {
    return new Logger(
      pino(
        {
          level: options.level,
          base: { app: options.app },
          timestamp: pino.stdTimeFunctions.isoTime,
          formatters: { level: (label) => ({ level: label }) },
          serializers: { err: describeError },
        },
        options.destination ?? pino.destination({ dest: 1, sync: true }),
      ),
    );
  }

  /** A log whose lines all carry these fields. */
  with(fields: LogFields): Logger {
    return new Logger(this.pino.child(fields));
  }

  debug(message: string, fields: LogFields = {}): void {
    this.pino.debug(fields, message);
  }

  info(message: string, fields: LogFields = {}): void {
    this.pino.info(fields, message);
  }

  warn(message: string, fields: LogFields & { err?: never } = {}, error?: unknown): void {
    this.pino.warn({ ...fields, err: error }, message);
  }

  error(message: string, fields: LogFields & { err?: never } = {}, error?: unknown): void {
    this.pino.error({ ...fields, err: error }, message);
  }
}

function describeError(error: unknown): unknown {
  if (error === undefined) return undefined;
  if (!(error instanceof Error)) return { type: typeof error };
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

/** Nest's own lines, in our format. Start-up chatter of Nest goes to debug. */
export class NestLog implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown): void {
    this.logger.debug(String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error(String(message), {}, message instanceof Error ? message : rest.find((r) => r instanceof Error));
  }

  warn(message: unknown): void {
    this.logger.warn(String(message));
  }
}
