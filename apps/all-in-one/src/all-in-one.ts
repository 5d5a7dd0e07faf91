import { isIP } from 'node:net';
import {
  claimDataDir,
  Clock,
  closeServer,
  createLimitedServer,
  listen,
  readConfig,
  runtimeSettings,
  serve,
  startApp,
  untilStopped,
  type AppConfig,
  type AppDefinition,
  type RunningApp,
} from '@app/runtime';
import { apiApp } from '../../api/src';
import { openInstallation } from '../../cli/src';
import { emailApp } from '../../connector-email/src';
import { triageApp } from '../../triage/src';
import { allInOneSettings } from './config';
import { startDemo, type Demo } from './demo';

/** In the order of starting: whoever takes work comes before whoever gives it. */
const APPS: readonly AppDefinition[] = [triageApp, emailApp, apiApp] as unknown as readonly AppDefinition[];

/** What `npm start` is: embedded database, every app as its own Nest context, one port, and a demo unless it is off. */
export function runAllInOne(): Promise<void> {
  return untilStopped(async () => {
    const config = readConfig({ ...runtimeSettings, ...allInOneSettings });
    const say = (line: string): void => void process.stdout.write(`${line}\n`);
    const stops: (() => Promise<unknown>)[] = [];
    const stopAll = async (): Promise<void> => {
      for (const stop of stops.splice(0).reverse()) await stop();
    };
    try {
      const claim = await claimDataDir(config.EVENHAND_DATA_DIR);
      stops.push(() => claim.release());
      const installation = await openInstallation({ keepRunning: true });
      stops.push(() => installation.close());
      let demo: Demo | undefined;
      if (config.EVENHAND_DEMO === 'on') {
        demo = await startDemo(installation);
        stops.push(() => demo!.stop());
      }
      const environment: NodeJS.ProcessEnv = {
        ...process.env,
        DATABASE_URL: installation.ownerUrl,
        DATABASE_PASSWORD: '',
        DATABASE_PASSWORD_FILE: '',
        EVENHAND_CONNECTOR_KEY: installation.connectorKey,
        EVENHAND_CONNECTOR_KEY_FILE: '',
      };
      const server = createLimitedServer();
      const clock = new Clock();
      const apps: RunningApp[] = [];
      for (const app of APPS) {
        const appConfig = readConfig({ ...runtimeSettings, ...app.settings }, environment) as AppConfig;
        const running = await startApp(app, { config: appConfig, server, clock });
        apps.push(running);
        stops.push(() => running.stop());
      }
      serve(server, apps, demo ? [{ route: '/sim', handler: demo.handler }] : []);
      const port = await listen(server, config.EVENHAND_HOST, config.EVENHAND_PORT);
      stops.push(() => closeServer(server));
      const base = config.EVENHAND_PUBLIC_URL?.replace(/\/$/, '') ?? `http://${hostInUrl(config.EVENHAND_HOST)}:${port}`;
      say('');
      say(`  Evenhand      ${base}/`);
      if (demo) say(`  Customers     ${base}/sim   (a simulated mail provider: nothing leaves this machine)`);
      else say('  No demo: open the page to make the first admin, then connect a mailbox.');
      say(`  Ctrl-C stops. Data is in ${installation.dataDir}${installation.embedded ? ', database included' : ''}.`);
      say('');
      demo?.live();
      return stopAll;
    } catch (error) {
      await stopAll().catch(() => undefined);
      throw error;
    }
  });
}

function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return isIP(host) === 6 ? `[${host}]` : host;
}
