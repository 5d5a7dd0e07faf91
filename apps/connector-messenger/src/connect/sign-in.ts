import type { Vault } from '@app/connector-host';
import type { MetaApp } from '../config';

/** What an inbox needs of a Page, in the platform's names; people see the list before they agree. */
export const SCOPES = [
  'pages_show_list',
  'pages_messaging',
  'pages_manage_metadata',
  'pages_read_engagement',
  'pages_read_user_content',
  'pages_manage_engagement',
];

const PURPOSE = 'sign-in';
const ROW = 'messenger';

/** A sign-in with Facebook that we began. */
export interface SignIn {
  readonly ticket: string;
  readonly nonce: string;
}

/** Address at which somebody signs in and chooses what to allow; from there the browser comes back to `redirectUri`. */
export function signInAddress(app: MetaApp, vault: Vault, signIn: SignIn, redirectUri: string): string {
  const url = new URL(`${app.dialogUrl}/${app.version}/dialog/oauth`);
  const parameters = {
    client_id: app.appId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: SCOPES.join(','),
    // asks again for what somebody unticked the last time
    auth_type: 'rerequest',
    // encrypted: the platform must not learn the ticket
    state: vault.seal(PURPOSE, ROW, Buffer.from(JSON.stringify(signIn), 'utf8')).toString('base64url'),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** The sign-in that a browser comes back from; undefined when it is none of ours. */
export function readSignIn(state: unknown, vault: Vault): SignIn | undefined {
  if (typeof state !== 'string' || state.length > 2_000) return undefined;
  try {
    return JSON.parse(vault.open(PURPOSE, ROW, Buffer.from(state, 'base64url')).toString('utf8')) as SignIn;
  } catch {
    // of another installation, changed, or made up: all the same to us
    return undefined;
  }
}
