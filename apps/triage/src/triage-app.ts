import { Inbox1763800000004, InboxSealedAndRecord1763800000003 } from '@app/inbox';
import { Jobs1763800000001, type AppDefinition } from '@app/runtime';
import { triageSettings } from './config';
import { TriageModule } from './triage.module';

/** The process that takes in what arrives and does what falls due. */
export const triageApp: AppDefinition<typeof triageSettings> = {
  name: 'triage',
  role: 'triage',
  settings: triageSettings,
  migrations: [Jobs1763800000001, InboxSealedAndRecord1763800000003, Inbox1763800000004],
  routes: [],
  module: (context) => TriageModule.of(context),
};
