import { createHash, randomBytes } from 'node:crypto';
import type { Words } from '@app/channel';
import type { Tickets, Vault } from '@app/connector-host';
import type { HandleCredentials } from '../config';
import type { OwnHandle } from '../handle-access';

/** A handle that somebody who signed in may connect. */
export interface FoundHandle extends OwnHandle {
  readonly credentials: HandleCredentials;
}

/** What went wrong, in words of ours; `detail` is the platform's, in English. */
export interface Fault {
  readonly words: Words;
  readonly detail: string;
}

/** How far connecting has come. Holds tokens: it is kept encrypted and never leaves the server. */
export interface ConnectState {
  /** The app chosen; row of ours. */
  readonly appId?: string;
  /** Why X does not deliver to us, if it does not. */
  readonly webhookFault?: Fault;
  /** Whether "have it delivered here" takes the app's webhook from another address. */
  readonly webhookElsewhere?: boolean;
  /** Marks the sign-in with X under way; used once. */
  readonly nonce?: string;
  /** Of that sign-in (RFC 7636): whoever sees the code come by can do nothing without it. */
  readonly verifier?: string;
  readonly found?: FoundHandle;
  /** What went wrong where the browser could not be told at once. */
  readonly fault?: Fault;
}

const PURPOSE = 'connect state';

/** Keeps the state of each ticket. */
export class ConnectStates {
  constructor(
    private readonly tickets: Tickets,
    private readonly vault: Vault,
  ) {}

  async load(ticket: string): Promise<ConnectState> {
    const sealed = await this.tickets.state(ticket);
    if (sealed === undefined) return {};
    return JSON.parse(this.vault.open(PURPOSE, rowOf(ticket), sealed).toString('utf8')) as ConnectState;
  }

  async keep(ticket: string, state: ConnectState): Promise<void> {
    const bytes = Buffer.from(JSON.stringify(state), 'utf8');
    await this.tickets.keep(ticket, this.vault.seal(PURPOSE, rowOf(ticket), bytes));
  }
}

/** A mark that nobody guesses. */
export function newNonce(): string {
  return randomBytes(18).toString('base64url');
}

function rowOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('hex');
}
