import type { IncomingMessage, ServerResponse } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import express from 'express';
import { NestLog, type Logger } from '@app/runtime';
import type { MailSimulator } from './mail-simulator';
import type { MessengerSimulator } from './messenger/messenger-simulator';
import { SimulatorModule } from './simulator.module';
import type { XSimulator } from './x/x-simulator';

/** The simulators' pages and control APIs, the Graph API and X's API, to be given the requests under `/sim`. */
export async function simulatorHttp(
  simulator: MailSimulator,
  logger: Logger,
  messenger?: MessengerSimulator,
  x?: XSimulator,
): Promise<{ handler: (request: IncomingMessage, response: ServerResponse) => void; close(): Promise<void> }> {
  const handler = express();
  handler.disable('x-powered-by');
  if (messenger) handler.use(messenger.router());
  if (x) handler.use(x.router());
  const app = await NestFactory.create<NestExpressApplication>(
    SimulatorModule.register({ simulator }),
    new ExpressAdapter(handler),
    { logger: new NestLog(logger), bodyParser: false, abortOnError: false },
  );
  await app.init();
  return {
    handler: handler as unknown as (request: IncomingMessage, response: ServerResponse) => void,
    close: () => app.close(),
  };
}
