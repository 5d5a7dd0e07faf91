import type { Vault } from '@app/connector-host';
import type { XApp } from '../config';
import { authorizeAddress } from '../oauth2';

const PURPOSE = 'sign-in';
const ROW = 'x';

/** A sign-in with X that we began. */
export interface SignIn {
  readonly ticket: string;
  readonly nonce: string;
}

/** Address at which somebody signs in and allows us in; from there the browser comes back to `redirectUri`. */
export function signInAddress(app: XApp, vault: Vault, signIn: SignIn, verifier: string, redirectUri: string): string {
  // encrypted: X must not learn the ticket. It takes 500 characters
  const state = vault.seal(PURPOSE, ROW, Buffer.from(JSON.stringify(signIn), 'utf8')).toString('base64url');
  return authorizeAddress(app, { redirectUri, state, verifier });
}

/** The sign-in that a browser comes back from; undefined when it is none of ours. */
export function readSignIn(state: unknown, vault: Vault): SignIn | undefined {
  if (typeof state !== 'string' || state.length > 500) return undefined;
  try {
    return JSON.parse(vault.open(PURPOSE, ROW, Buffer.from(state, 'base64url')).toString('utf8')) as SignIn;
  } catch {
    // of another installation, changed, or made up: all the same to us
    return undefined;
  }
}
