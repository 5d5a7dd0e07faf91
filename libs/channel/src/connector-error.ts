import type { SendFailureCode } from './inbound-event';

/*
 * The closed set of things a connector throws. The host decides what follows from the class alone (architecture §6);
 * it never reads a message text.
 */

/** Base of the closed set; `cause` keeps the protocol's own error for the log. */
export abstract class ConnectorError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A kind of event we know of and have no use for: kept, counted, answered 200. */
export class UnsupportedEvent extends ConnectorError {}

/** Bytes that could not be read: kept as unreadable, answered 200, readable again later. */
export class MalformedPayload extends ConnectorError {}

/** The platform accepts nothing more on this account until then. Pauses this account only, or all of its app. */
export class RateLimited extends ConnectorError {
  /** `app`: the platform counts, or charges, all accounts of the app together. The message is shown to people then. */
  readonly scope: 'account' | 'app';

  constructor(
    message: string,
    /** Instant after which to try again. */
    readonly until: Date,
    options?: { cause?: unknown; scope?: 'account' | 'app' },
  ) {
    super(message, options);
    this.scope = options?.scope ?? 'account';
  }
}

/** Nothing left us, or nothing reached the platform; trying again is safe. */
export class Transient extends ConnectorError {
  /** Tries after which it counts as a failure, where the platform has the same word for what does not pass. */
  readonly maxTries: number | undefined;

  constructor(message: string, options?: { cause?: unknown; maxTries?: number }) {
    super(message, options);
    this.maxTries = options?.maxTries;
  }
}

/** The platform refuses our credentials: a person must connect the account again. */
export class CredentialsRejected extends ConnectorError {}

/** The platform lets the account send nothing for now, whatever it is; says why. Sends wait until it allows it again. */
export class AccountHeld extends ConnectorError {}

/** The platform refuses this message for good. */
export class Refused extends ConnectorError {
  constructor(
    readonly code: SendFailureCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The message may or may not have gone out: look it up, never send it again blindly. */
export class Uncertain extends ConnectorError {}
