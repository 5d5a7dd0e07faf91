import { CredentialsRejected, Refused, type Connector, type ConnectorAccount } from '@app/channel';
import { AppAccess } from './app-access';
import { messengerCapabilities } from './capabilities';
import { pageOf, parsePageAccount } from './config';
import type { GraphParts } from './page-graph';

/** Without these nothing can be received, or nothing sent. */
const NEEDED_SCOPES = ['pages_messaging', 'pages_manage_metadata'];

/** What can be said of a Page without reading or sending: whether its settings make sense and its token is good. */
export class PageAccess implements Pick<Connector, 'channel' | 'capabilities' | 'validate' | 'check'> {
  readonly channel = 'messenger';
  readonly capabilities = messengerCapabilities;

  constructor(protected readonly graph: GraphParts) {}

  validate(settings: unknown, credentials: unknown): void {
    parsePageAccount(settings, credentials);
  }

  /** Asks whose token it is and what it allows. */
  async check(account: ConnectorAccount, signal: AbortSignal): Promise<void> {
    const { app, token, pageId } = pageOf(account);
    const access = new AppAccess(this.graph, app);
    const state = await access.inspect(token, signal);
    if (!state.valid) {
      throw new CredentialsRejected(
        `Facebook does not accept the Page's token${state.why === '' ? '' : ` (${state.why})`}.`,
      );
    }
    const lacking = NEEDED_SCOPES.filter((scope) => state.scopes.length > 0 && !state.scopes.includes(scope));
    if (lacking.length > 0) {
      throw new Refused(
        'REFUSED',
        `The token lacks the permission ${lacking.join(' and ')}. Sign in again and leave every permission ticked.`,
      );
    }
    if ((await access.whose(token, signal))?.id !== pageId) {
      throw new Refused(
        'REFUSED',
        'The token belongs to another Page, or to a person. A Page token of this Page is needed.',
      );
    }
  }
}
