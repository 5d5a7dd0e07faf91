import { accountFromUrls } from '../../connector-email/src';
import { passwordFromStdin, required, UsageError, type Command } from './command';
import { openInstallation } from './installation';
import { withMailboxes } from './with-mailboxes';
import { workspaceOf } from './workspace-of';

/**
 * How copies come into the Sent folder. `provider`: it files each mail it accepted there by itself, so that a mail that is not
 * there was not accepted and may go out again. `ours`: we file them. `none`: nobody does. Left out: what is known of the host.
 */
const SENT_COPIES = {
  provider: { sentIsAuthoritative: true, appendSent: false },
  ours: { sentIsAuthoritative: false, appendSent: true },
  none: { sentIsAuthoritative: false, appendSent: false },
} as const;

function sentCopies(given: string | boolean | undefined): Partial<(typeof SENT_COPIES)[keyof typeof SENT_COPIES]> {
  if (given === undefined) return {};
  const known = Object.entries(SENT_COPIES).find(([name]) => name === given);
  if (!known) {
    throw new UsageError(
      `--sent-copies: got ${JSON.stringify(given)}, expected ${Object.keys(SENT_COPIES).join(', ')}`,
    );
  }
  return known[1];
}

export const accountAddEmail: Command = {
  words: ['account', 'add', 'email'],
  summary: 'Connects a mailbox, after trying to sign in to both servers.',
  usage:
    'account add email --address A --imap imap[s]://USER@HOST:PORT --smtp smtp[s]://USER@HOST:PORT --password-stdin [--name NAME] [--history none|days:N|all] [--sent-copies provider|ours|none] [--workspace NAME]',
  options: {
    address: { type: 'string' },
    imap: { type: 'string' },
    smtp: { type: 'string' },
    name: { type: 'string' },
    history: { type: 'string' },
    'sent-copies': { type: 'string' },
    workspace: { type: 'string' },
    'password-stdin': { type: 'boolean' },
  },
  async run(options, out) {
    const address = required(options, 'address').trim().toLowerCase();
    const imap = required(options, 'imap');
    const smtp = required(options, 'smtp');
    const password = await passwordFromStdin(options);
    const { settings, credentials } = accountFromUrls({ address, imap, smtp, password });
    const sent = sentCopies(options['sent-copies']);
    const history = typeof options['history'] === 'string' ? options['history'] : 'none';
    const installation = await openInstallation();
    try {
      const workspaceId = await workspaceOf(installation, options['workspace']);
      if (workspaceId === undefined) {
        throw new UsageError(
          'there is no workspace yet: add a person first, npm run evenhand -- user add --email … --role admin --password-stdin',
        );
      }
      const name = typeof options['name'] === 'string' ? options['name'] : address;
      await withMailboxes(installation, (accounts) =>
        accounts.add({ workspaceId, address, name, settings: { ...settings, ...sent, history }, credentials }),
      );
      out.line(`${address} is connected. Mail that arrives from now on becomes conversations.`);
      return 0;
    } finally {
      await installation.close();
    }
  },
};
