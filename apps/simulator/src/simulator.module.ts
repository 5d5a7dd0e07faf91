import { type DynamicModule, type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { json, raw, urlencoded } from 'express';
import { Customers } from './customers/customers';
import { MailSimulator } from './mail-simulator';
import { loopbackOnly } from './page/loopback-only';
import { MailEvents } from './page/mail-events';
import { SimulatorControl } from './page/simulator-control';
import { SimulatorPage } from './page/simulator-page';

/**
 * The simulator over HTTP, under /sim: the page of the customers and the control API. The mail provider itself is given,
 * running, and stays with whoever started it. Reads bodies itself, so the app may have a body parser or none.
 */
@Module({})
export class SimulatorModule implements NestModule {
  static register({ simulator, customers }: { simulator: MailSimulator; customers: Customers }): DynamicModule {
    return {
      module: SimulatorModule,
      controllers: [SimulatorControl, SimulatorPage],
      providers: [
        { provide: MailSimulator, useValue: simulator },
        { provide: Customers, useValue: customers },
        MailEvents,
      ],
    };
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer
      .apply(
        loopbackOnly,
        json({ limit: '15mb' }),
        urlencoded({ extended: false, limit: '10kb' }),
        raw({ type: 'message/rfc822', limit: '36mb' }),
      )
      .forRoutes(SimulatorControl, SimulatorPage);
  }
}
