import { inboxMigrations } from '@app/inbox';
import { Jobs1763800000001, type AppDefinition } from '@app/runtime';
import { triageSettings } from './config';
import { TriageModule } from './triage.module';

/** The process that takes in what arrives and does what falls due. */
export const triageApp: AppDefinition<typeof triageSettings> = {
  name: 'triage',
  role: 'triage',
  settings: triageSettings,
  migrations: [Jobs1763800000001, ...inboxMigrations],
  routes: [],
  module: (context) => TriageModule.of(context),
};
