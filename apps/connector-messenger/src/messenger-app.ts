import { intakeMigrations } from '@app/connector-host';
import { Jobs1763800000001, type AppDefinition } from '@app/runtime';
import { messengerSettings } from './config';
import { MessengerHost, MessengerModule } from './messenger.module';

/** The process that takes Messenger's webhooks, sends, and looks after the Pages. */
export const messengerApp: AppDefinition<typeof messengerSettings> = {
  name: 'connector-messenger',
  role: 'connector',
  settings: messengerSettings,
  migrations: [Jobs1763800000001, ...intakeMigrations],
  routes: ['/webhooks/messenger', '/connect/messenger'],
  module: (context) => MessengerModule.of(context),
  configure: (app) => void app.use(app.get(MessengerHost).routes()),
};
