import type { IncomingMessage, ServerResponse } from 'node:http';
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
  type Settings,
} from '@app/runtime';
import { apiApp } from '../../api/src';
import { auditApp } from '../../audit/src';
import { installationSettings, openInstallation } from '../../cli/src';
import { emailApp } from '../../connector-email/src';
import { messengerApp } from '../../connector-messenger/src';
import { xApp } from '../../connector-x/src';
import { triageApp } from '../../triage/src';
import { simulatorSettings } from '../../simulator/src';
import { allInOneSettings } from './config';
import { startDemo, type Demo } from './demo';
import { watchErasures } from './scrub-watch';

/** In the order of starting: whoever takes work comes before whoever gives it. */
const APPS: readonly AppDefinition[] = [triageApp, auditApp, emailApp, messengerApp, xApp, apiApp];

/** Of every app, so that all faults are told before anything starts. */
const settings = {
  ...(Object.assign({}, ...APPS.map((app) => app.settings)) as Settings),
  ...runtimeSettings,
  ...installationSettings,
  ...allInOneSettings,
  EVENHAND_SIMULATOR_LIFE: simulatorSettings.EVENHAND_SIMULATOR_LIFE,
};

/** What `npm start` is: embedded database, every app as its own Nest context, one port, and a demo unless it is off. */
export function runAllInOne(): Promise<void> {
  return untilStopped(async () => {
    const config = readConfig(settings);
    const say = (line: string): void => void process.stdout.write(`${line}\n`);
    const stops: (() => Promise<unknown>)[] = [];
    const stopAll = async (): Promise<void> => {
      for (const stop of stops.splice(0).reverse()) await stop();
    };
    try {
      const claim = await claimDataDir(config.EVENHAND_DATA_DIR);
      stops.push(() => claim.release());
      const server = createLimitedServer();
      let demo: Demo | undefined;
      const starting = (request: IncomingMessage, response: ServerResponse): void => {
        // connectors ask their simulated platforms before the rest is here
        if (demo && request.url?.startsWith('/sim/')) demo.handler(request, response);
        else sayStarting(request, response);
      };
      server.on('request', starting);
      // before the database: a port that is taken is told at once, and the demo's page needs its number
      const port = await listen(server, config.EVENHAND_HOST, config.EVENHAND_PORT);
      stops.push(() => closeServer(server));
      const here = `http://${hostInUrl(config.EVENHAND_HOST)}:${port}`;
      const base = config.EVENHAND_PUBLIC_URL?.replace(/\/$/, '') ?? here;
      const installation = await openInstallation({ keepRunning: true });
      stops.push(() => installation.close());
      const clock = new Clock();
      if (config.EVENHAND_DEMO === 'on') {
        demo = await startDemo(installation, here, base, clock);
        stops.push(() => demo!.stop());
      }
      const environment: NodeJS.ProcessEnv = {
        ...process.env,
        DATABASE_PASSWORD: '',
        DATABASE_PASSWORD_FILE: '',
        EVENHAND_CONNECTOR_KEY: installation.connectorKey,
        EVENHAND_CONNECTOR_KEY_FILE: '',
        ...(demo ? { EVENHAND_SIMULATOR_URL: process.env['EVENHAND_SIMULATOR_URL'] || `${here}/sim` } : {}),
      };
      const apps: RunningApp[] = [];
      for (const app of APPS) {
        const own: NodeJS.ProcessEnv = { ...environment, DATABASE_URL: installation.urlOf(app.role) };
        // the links of the one go to customers, and X delivers to the other: they name the port that was really taken
        if (app.name === auditApp.name || app.name === xApp.name) own['EVENHAND_PUBLIC_URL'] = base;
        const appConfig = readConfig({ ...runtimeSettings, ...app.settings }, own) as AppConfig;
        const running = await startApp(app, { config: appConfig, server, clock });
        apps.push(running);
        stops.push(() => running.stop());
      }
      const triage = apps.find((app) => app.name === triageApp.name)!.context;
      stops.push(watchErasures(installation, triage.database, triage.logger));
      server.off('request', starting);
      serve(server, apps, demo ? [{ route: '/sim', handler: demo.handler }] : []);
      stops.push(() => closeServer(server));
      await demo?.connect();
      say('');
      say(`  Evenhand      ${base}/`);
      if (demo) say(`  Customers     ${here}/sim   (simulated mail, Messenger and X: nothing leaves this machine)`);
      else if (await nobodyYet(apps)) say('  No demo: open the page to make the first admin, then connect a mailbox.');
      say(`  Ctrl-C stops. Data is in ${installation.dataDir}${installation.embedded ? ', database included' : ''}.`);
      say('');
      if (config.EVENHAND_SIMULATOR_LIFE === 'on') demo?.live();
      return stopAll;
    } catch (error) {
      await stopAll().catch(() => undefined);
      throw error;
    }
  });
}

/** Whether the page leads to the first admin. */
async function nobodyYet(apps: readonly RunningApp[]): Promise<boolean> {
  const api = apps.find((app) => app.name === apiApp.name);
  const [row] =
    (await api?.context.database.query<{ some: boolean }>('select has_agents as some from inbox.installation()')) ?? [];
  return row?.some === false;
}

function sayStarting(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '2' });
  response.end('Evenhand is starting; reload in a moment.\n');
}

function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return isIP(host) === 6 ? `[${host}]` : host;
}
