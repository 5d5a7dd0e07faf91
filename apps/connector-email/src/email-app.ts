import { intakeMigrations } from '@app/connector-host';
import { Jobs1763800000001, type AppDefinition } from '@app/runtime';
import { emailSettings } from './config';
import { EmailHost, EmailModule } from './email.module';

/** The process that reads and sends e-mail. */
export const emailApp: AppDefinition<typeof emailSettings> = {
  name: 'connector-email',
  role: 'connector',
  settings: emailSettings,
  migrations: [Jobs1763800000001, ...intakeMigrations],
  routes: ['/connect/email'],
  module: (context) => EmailModule.of(context),
  configure: (app) => void app.use(app.get(EmailHost).page()),
};
