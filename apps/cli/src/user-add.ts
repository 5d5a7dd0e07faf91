import { hash } from '@node-rs/argon2';
import { Agents, Changes, CHANGES_TABLE, Workspaces, type AgentRole } from '@app/inbox';
import { passwordFromStdin, required, UsageError, type Command } from './command';
import { openInstallation } from './installation';
import { withDatabase } from './with-database';
import { workspaceOf } from './workspace-of';

const ROLES: readonly AgentRole[] = ['agent', 'supervisor', 'admin'];
const MIN_PASSWORD = 10;

export const userAdd: Command = {
  words: ['user', 'add'],
  summary: `Adds somebody who signs in: ${ROLES.join(', ')}. The first one makes the workspace, too.`,
  usage: 'user add --email E --role ROLE --password-stdin [--name NAME] [--workspace NAME]',
  options: {
    email: { type: 'string' },
    role: { type: 'string' },
    name: { type: 'string' },
    workspace: { type: 'string' },
    'password-stdin': { type: 'boolean' },
  },
  async run(options, out) {
    const email = required(options, 'email').trim().toLowerCase();
    if (!/^[^\s@]+@[^\s@]+$/.test(email))
      throw new UsageError(`--email: got "${email}", expected an address such as lea@example.org`);
    const role = ROLES.find((known) => known === options['role']);
    if (!role)
      throw new UsageError(`--role: got ${JSON.stringify(options['role'] ?? null)}, expected ${ROLES.join(', ')}`);
    const password = await passwordFromStdin(options);
    if (password.length < MIN_PASSWORD)
      throw new UsageError(`the password has ${password.length} characters; at least ${MIN_PASSWORD} are needed`);
    const installation = await openInstallation();
    try {
      return await withDatabase(installation, 'api', async ({ database, live }) => {
        const workspaces = new Workspaces();
        const workspaceId = await database.transaction('system', async (tx) => {
          const known = await workspaceOf(installation, options['workspace']);
          const name = typeof options['workspace'] === 'string' ? options['workspace'] : 'Evenhand';
          return known ?? (await workspaces.create(tx, { name })).workspaceId;
        });
        const agents = new Agents(new Changes(live.changeFeed(CHANGES_TABLE)));
        const displayName = typeof options['name'] === 'string' ? options['name'] : (email.split('@')[0] ?? email);
        const passwordHash = await hash(password);
        const result = await database.transaction({ workspaceId }, (tx) =>
          agents.create(tx, { email, displayName, role, passwordHash }),
        );
        if ('error' in result) {
          out.line(`${email} has a place here already.`);
          return 1;
        }
        out.line(`${email} can sign in as ${role}.`);
        return 0;
      });
    } finally {
      await installation.close();
    }
  },
};
