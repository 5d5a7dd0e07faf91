import type { IncomingMessage, ServerResponse } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import express from 'express';
import { NestLog, type Logger } from '@app/runtime';
import { controlRouter } from './control/control-router';
import type { Customers } from './customers/customers';
import { SimulatorModule } from './simulator.module';

/** The simulators' pages and control APIs, the Graph API and X's API, to be given the requests under `/sim`. */
export async function simulatorHttp(
  customers: Customers,
  logger: Logger,
): Promise<{ handler: (request: IncomingMessage, response: ServerResponse) => void; close(): Promise<void> }> {
  const { mail, messenger, x } = customers.platforms;
  const handler = express();
  handler.disable('x-powered-by');
  handler.use('/sim/control', controlRouter(customers));
  if (messenger) handler.use(messenger.router());
  if (x) handler.use(x.router());
  const app = await NestFactory.create<NestExpressApplication>(
    SimulatorModule.register({ simulator: mail, customers }),
    new ExpressAdapter(handler),
    { logger: new NestLog(logger), bodyParser: false, abortOnError: false },
  );
  await app.init();
  return {
    handler: handler as unknown as (request: IncomingMessage, response: ServerResponse) => void,
    close: () => app.close(),
  };
}
