import { required, UsageError, type Command, type Output } from './command';
import { openInstallation } from './installation';
import { withPages } from './pages';
import { publicUrl, secretsOf, text } from './platform-account';
import { workspaceOf } from './workspace-of';

export const accountAddMessenger: Command = {
  words: ['account', 'add', 'messenger'],
  summary: 'Connects a Facebook Page, through an app of yours at Meta.',
  usage:
    'account add messenger --page-id ID --app-id ID {--secrets-stdin | --app-secret-file F --page-token-file F} [--history none|days:N|all] [--graph-url URL] [--dialog-url URL] [--workspace NAME]',
  options: {
    'page-id': { type: 'string' },
    'app-id': { type: 'string' },
    'secrets-stdin': { type: 'boolean' },
    'app-secret-file': { type: 'string' },
    'page-token-file': { type: 'string' },
    history: { type: 'string' },
    'graph-url': { type: 'string' },
    'dialog-url': { type: 'string' },
    workspace: { type: 'string' },
  },
  async run(options, out) {
    const pageId = required(options, 'page-id').trim();
    const appId = required(options, 'app-id').trim();
    const [appSecret = '', pageToken = ''] = await secretsOf(options, {
      files: ['app-secret-file', 'page-token-file'],
      lines: 'the app secret on its first line and the Page token on its second',
    });
    const base = publicUrl();
    const webhookOf = (key: string): string => `${base}/webhooks/messenger/${key}`;
    const installation = await openInstallation();
    try {
      const workspaceId = await workspaceOf(installation, options['workspace']);
      if (workspaceId === undefined) {
        throw new UsageError(
          'there is no workspace yet: add a person first, npm run evenhand -- user add --email … --role admin --password-stdin',
        );
      }
      return await withPages(installation, async ({ steps }) => {
        const ticket = { workspaceId, accountId: null };
        const typed = {
          appId: [appId],
          appSecret: [appSecret],
          graphUrl: [text(options, 'graph-url')],
          dialogUrl: [text(options, 'dialog-url')],
        };
        const state = await steps.pasted(await steps.chooseApp(ticket, typed, webhookOf), pageToken);
        if (!state.pages?.some(({ id }) => id === pageId)) {
          throw new UsageError(`--page-id: the token is not of Page ${pageId}, nor of somebody who manages it`);
        }
        const [name = pageId] = await steps.connect(
          ticket,
          state,
          { page: [pageId], history: [text(options, 'history')] },
          undefined,
        );
        out.line(`${name} is connected. Messages and comments that arrive from now on become conversations.`);
        const app = await steps.appOf(state);
        if (state.webhookFault) tellWebhook(out, webhookOf(app.key), app.verifyToken, state.webhookFault);
        return 0;
      });
    } finally {
      await installation.close();
    }
  },
};

function tellWebhook(
  out: Output,
  url: string,
  verifyToken: string,
  { words, detail }: { readonly words: { readonly en: string }; readonly detail: string },
): void {
  out.line(`\nMeta does not send webhooks here yet: ${words.en}${detail === '' ? '' : ` (${detail})`}`);
  out.line('While Evenhand runs, enter in the App Dashboard, under Webhooks → Page:');
  out.line(`  Callback URL   ${url}\n  Verify token   ${verifyToken}`);
}
