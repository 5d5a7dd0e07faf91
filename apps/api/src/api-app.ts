import { inboxMigrations } from '@app/inbox';
import { Jobs1763800000001, type AppDefinition } from '@app/runtime';
import { ApiModule } from './api.module';
import { apiSettings } from './config';
import { HttpFront } from './http/http-front';

/** The process that people talk to: GraphQL, files and the page. */
export const apiApp: AppDefinition<typeof apiSettings> = {
  name: 'api',
  role: 'api',
  settings: apiSettings,
  migrations: [Jobs1763800000001, ...inboxMigrations],
  routes: ['/'],
  module: (context) => ApiModule.of(context),
  configure: (app, _context, server) => app.get(HttpFront).mount(app, server),
};
