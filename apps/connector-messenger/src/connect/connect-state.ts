import { createHash, randomBytes } from 'node:crypto';
import type { Words } from '@app/channel';
import type { Tickets, Vault } from '@app/connector-host';

/** A Page that somebody who signed in may connect. */
export interface FoundPage {
  readonly id: string;
  readonly name: string;
  readonly token: string;
  /** Tasks on the Page that the person lacks and we need. */
  readonly lacking: readonly string[];
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
  /** Why the app's webhook is not set, if it is not. */
  readonly webhookFault?: Fault;
  /** Marks the sign-in with Facebook under way; used once. */
  readonly nonce?: string;
  /** App-scoped id of who signed in. */
  readonly userId?: string;
  readonly pages?: readonly FoundPage[];
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
    await this.tickets.keep(
      ticket,
      this.vault.seal(PURPOSE, rowOf(ticket), Buffer.from(JSON.stringify(state), 'utf8')),
    );
  }
}

/** A mark that nobody guesses. */
export function newNonce(): string {
  return randomBytes(18).toString('base64url');
}

function rowOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('hex');
}
