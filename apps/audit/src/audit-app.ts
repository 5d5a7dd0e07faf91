import { inboxMigrations } from '@app/inbox';
import { Jobs1763800000001, type AppDefinition } from '@app/runtime';
import { Audit, AuditModule } from './audit.module';
import { auditSettings } from './config';

/** The only process that may read what is sealed: keeps it for its time, erases it, and tells customers what is held of them. */
export const auditApp: AppDefinition<typeof auditSettings> = {
  name: 'audit',
  role: 'audit',
  settings: auditSettings,
  migrations: [Jobs1763800000001, ...inboxMigrations],
  routes: ['/export'],
  module: (context) => AuditModule.of(context),
  configure: (app) => void app.use(app.get(Audit).page()),
};
