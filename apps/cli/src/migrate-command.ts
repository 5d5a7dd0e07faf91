import { DATABASE_ROLES, migrate, readConfig, runtimeSettings, type DatabaseRole, type Settings } from '@app/runtime';
import { z } from 'zod';
import type { Command } from './command';
import { openInstallation } from './installation';
import { allMigrations } from './schema-owners';

/** Passwords of the login roles, when the operator chooses them; else they are derived from the owner's. */
export const rolePasswordSettings: Settings = Object.fromEntries(
  DATABASE_ROLES.map((role) => [
    passwordSetting(role),
    {
      schema: z.string().min(1).optional(),
      doc: `Password that \`npm run migrate\` gives to the login role evenhand_${role}. Left out, it is derived from the owner's.`,
      secret: true,
    },
  ]),
);

export const migrateCommand: Command = {
  words: ['migrate'],
  summary: "Makes the login roles and brings the database to this version's schema. Needs the owner's DATABASE_URL; without it, the embedded database.",
  usage: 'migrate',
  options: {},
  async run(_options, out) {
    const passwords = readConfig(rolePasswordSettings);
    const { DATABASE_URL: url, DATABASE_PASSWORD: password } = readConfig(runtimeSettings);
    const given = Object.fromEntries(
      DATABASE_ROLES.map((role) => [role, passwords[passwordSetting(role)] as string | undefined]).filter(([, value]) => value !== undefined),
    ) as Partial<Record<DatabaseRole, string>>;
    if (url === undefined) {
      const installation = await openInstallation({ log: out.line });
      await installation.close();
      out.line('The embedded database has the schema of this version.');
      return 0;
    }
    const owner = new URL(url);
    if (password !== undefined) owner.password = encodeURIComponent(password);
    const applied = await migrate({ ownerUrl: owner.href, migrations: allMigrations, passwords: given });
    out.line(applied.length === 0 ? 'The schema was up to date.' : `Applied ${applied.join(', ')}.`);
    return 0;
  },
};

function passwordSetting(role: DatabaseRole): string {
  return `EVENHAND_ROLE_PASSWORD_${role.toUpperCase()}`;
}
