import { connectorHostSettings } from '@app/connector-host';
import { DATABASE_ROLES, type ConfigOf, type DatabaseRole, type Setting, type Settings } from '@app/runtime';
import { z } from 'zod';

const rolePasswordSettings: Settings = Object.fromEntries(
  DATABASE_ROLES.map((role) => [
    passwordSetting(role),
    {
      schema: z.string().min(1).optional(),
      doc: `Password that \`npm run migrate\` gives to the login role evenhand_${role}. Left out, it is derived from the owner's.`,
      secret: true,
    },
  ]),
);

/** What the operator's commands and `npm start` read beside the settings of every process. */
export const installationSettings = {
  EVENHAND_CONNECTOR_KEY: {
    ...connectorHostSettings.EVENHAND_CONNECTOR_KEY,
    // without one, a key is made in the data directory
    schema: connectorHostSettings.EVENHAND_CONNECTOR_KEY.schema.optional(),
  } satisfies Setting<Buffer | undefined>,
  ...rolePasswordSettings,
};

/** Passwords of login roles that the operator chose. */
export function rolePasswords(config: ConfigOf<Settings>): Partial<Record<DatabaseRole, string>> {
  const given: Partial<Record<DatabaseRole, string>> = {};
  for (const role of DATABASE_ROLES) {
    const password = config[passwordSetting(role)];
    if (typeof password === 'string') given[role] = password;
  }
  return given;
}

function passwordSetting(role: DatabaseRole): string {
  return `EVENHAND_ROLE_PASSWORD_${role.toUpperCase()}`;
}
