import { migrate, readConfig, runtimeSettings } from '@app/runtime';
import type { Command } from './command';
import { openInstallation } from './installation';
import { installationSettings, rolePasswords } from './config';
import { allMigrations } from './schema-owners';

export const migrateCommand: Command = {
  words: ['migrate'],
  summary:
    "Makes the login roles and brings the database to this version's schema. Needs the owner's DATABASE_URL; without it, the embedded database.",
  usage: 'migrate',
  options: {},
  async run(_options, out) {
    const config = readConfig({ ...runtimeSettings, ...installationSettings });
    if (config.DATABASE_URL === undefined) {
      const installation = await openInstallation({ log: (line) => out.line(line) });
      await installation.close();
      out.line('The embedded database has the schema of this version.');
      return 0;
    }
    const owner = new URL(config.DATABASE_URL);
    if (config.DATABASE_PASSWORD !== undefined) owner.password = encodeURIComponent(config.DATABASE_PASSWORD);
    const passwords = rolePasswords(config);
    const applied = await migrate({ ownerUrl: owner.href, migrations: allMigrations, passwords });
    out.line(applied.length === 0 ? 'The schema was up to date.' : `Applied ${applied.join(', ')}.`);
    return 0;
  },
};
