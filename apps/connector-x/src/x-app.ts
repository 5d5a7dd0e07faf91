import { intakeMigrations } from '@app/connector-host';
import { Jobs1763800000001, type AppDefinition } from '@app/runtime';
import { xSettings } from './config';
import { XHost, XModule } from './x.module';

/** The process that takes X's webhooks, asks X for what they did not bring, sends, and looks after the handles. */
export const xApp: AppDefinition<typeof xSettings> = {
  name: 'connector-x',
  role: 'connector',
  settings: xSettings,
  migrations: [Jobs1763800000001, ...intakeMigrations],
  routes: ['/webhooks/x', '/connect/x'],
  module: (context) => XModule.of(context),
  configure: (app) => void app.use(app.get(XHost).routes()),
};
