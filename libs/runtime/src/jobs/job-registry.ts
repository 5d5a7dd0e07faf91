import { JobDefinition, type JobOptions } from './job-definition';
import { JobWiringError } from './job-errors';
import type { Job } from './job';

export type Handler = (job: Job) => Promise<void>;

/** The names this process knows, and how it serves those it serves. */
export class JobRegistry {
  private readonly definitions = new Map<string, JobDefinition>();
  private readonly handlers = new Map<string, Handler>();

  define(name: string, options: JobOptions<unknown>): void {
    const known = this.definitions.get(name);
    if (known && known.options.payload !== options.payload) {
      throw new JobWiringError(`job ${name} is defined twice with different payloads`);
    }
    this.definitions.set(name, new JobDefinition(name, options));
  }

  handle(name: string, handler: Handler): void {
    this.definition(name);
    if (this.handlers.has(name)) throw new JobWiringError(`job ${name} has two handlers in this process`);
    this.handlers.set(name, handler);
  }

  /** @throws JobWiringError when nobody defined it here. */
  definition(name: string): JobDefinition {
    const definition = this.definitions.get(name);
    if (!definition) throw new JobWiringError(`job ${name} is not defined in this process`);
    return definition;
  }

  /** @throws JobWiringError when it is not served here. */
  handler(name: string): Handler {
    const handler = this.handlers.get(name);
    if (!handler) throw new JobWiringError(`no handler in this process for the job ${name}`);
    return handler;
  }

  serves(name: string): boolean {
    return this.handlers.has(name);
  }

  get known(): string[] {
    return [...this.definitions.keys()];
  }

  get served(): string[] {
    return [...this.handlers.keys()];
  }
}
