/**
 * The lease of a job is no longer ours: it ran out and another worker took the job, or it was given back when the
 * process stopped. The transaction that throws this must roll back, which it does by itself.
 */
export class LeaseLost extends Error {
  constructor(name: string, id: string) {
    super(`job ${name} ${id} is no longer leased to this worker`);
    this.name = 'LeaseLost';
  }
}

/** A payload does not fit what the job's name stands for. A bug, or rows written by another version. */
export class InvalidJobPayload extends Error {
  constructor(name: string, issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]) {
    const faults = issues
      .slice(0, 5)
      .map((issue) => `${issue.path.map(String).join('.') || 'payload'}: ${issue.message}`);
    super(`payload of job ${name}: ${faults.join('; ')}`);
    this.name = 'InvalidJobPayload';
  }
}

/** The wiring of jobs in this process is wrong: a name nobody defined, or a job with no handler or two. */
export class JobWiringError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'JobWiringError';
  }
}
