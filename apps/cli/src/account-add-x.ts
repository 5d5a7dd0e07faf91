import { required, UsageError, type Command } from './command';
import { withHandles } from './handles';
import { openInstallation } from './installation';
import { publicUrl, secretsOf, text } from './platform-account';
import { workspaceOf } from './workspace-of';

export const accountAddX: Command = {
  words: ['account', 'add', 'x'],
  summary:
    'Connects an X account with access tokens, through an app of yours at X. On the page, people sign in instead.',
  usage:
    'account add x --client-id ID {--secrets-stdin | --api-key-file F --api-secret-file F --access-token-file F --access-secret-file F} [--history none|days:N|all] [--answer-anybody] [--api-url URL] [--authorize-url URL] [--workspace NAME]',
  options: {
    'client-id': { type: 'string' },
    'secrets-stdin': { type: 'boolean' },
    'api-key-file': { type: 'string' },
    'api-secret-file': { type: 'string' },
    'access-token-file': { type: 'string' },
    'access-secret-file': { type: 'string' },
    history: { type: 'string' },
    'answer-anybody': { type: 'boolean' },
    'api-url': { type: 'string' },
    'authorize-url': { type: 'string' },
    workspace: { type: 'string' },
  },
  async run(options, out) {
    const clientId = required(options, 'client-id').trim();
    const [consumerKey = '', consumerSecret = '', token = '', tokenSecret = ''] = await secretsOf(options, {
      files: ['api-key-file', 'api-secret-file', 'access-token-file', 'access-secret-file'],
      lines: 'API key, API key secret, access token and access token secret, one per line',
    });
    const base = publicUrl();
    const installation = await openInstallation();
    try {
      const workspaceId = await workspaceOf(installation, options['workspace']);
      if (workspaceId === undefined) {
        throw new UsageError(
          'there is no workspace yet: add a person first, npm run evenhand -- user add --email … --role admin --password-stdin',
        );
      }
      return await withHandles(installation, async ({ steps }) => {
        const ticket = { workspaceId, accountId: null };
        const typed = {
          clientId: [clientId],
          consumerKey: [consumerKey],
          consumerSecret: [consumerSecret],
          plan: [options['answer-anybody'] === true ? 'anybody' : ''],
          apiUrl: [text(options, 'api-url')],
          authorizeUrl: [text(options, 'authorize-url')],
        };
        const state = await steps.pasted(await steps.chooseApp(ticket, typed, base), token, tokenSecret);
        const history = { history: [text(options, 'history')] };
        const { name, untold } = await steps.connect(ticket, state, history, undefined, base);
        out.line(`${name} is connected. Posts and direct messages that arrive from now on become conversations.`);
        if (state.webhookFault) {
          const { words, detail } = state.webhookFault;
          out.line(`\nX does not deliver here by itself: ${words.en}${detail === '' ? '' : ` (${detail})`}`);
        } else if (untold.length > 0) {
          out.line(
            `\nX does not tell of: ${untold.map(({ type, why }) => `${type} (${why})`).join(', ')}. These are asked for.`,
          );
        }
        return 0;
      });
    } finally {
      await installation.close();
    }
  },
};
