import { type DemoMessenger, seedDemo } from './demo';
import { type MessengerOptions, MessengerPlatform } from './platform';
import { messengerRouter } from './router';
import { SimulatorServer } from './server';

/**
 * Messenger's side of the world over real HTTP: Graph API at `/sim/graph`, login dialog and files at `/sim/facebook`, control
 * API at `/sim/api/messenger`, a page for people at `/sim/messenger`, and signed webhooks to the apps. Nothing leaves the machine.
 */
export class MessengerSimulator extends MessengerPlatform {
  private server: SimulatorServer | undefined;

  /** Reads what `dir` holds and goes on delivering what was not delivered. */
  static async start(options: MessengerOptions): Promise<MessengerSimulator> {
    const simulator = new MessengerSimulator(options);
    simulator.resume();
    return simulator;
  }

  /** Express handler for everything of it under `/sim`. */
  router(): ReturnType<typeof messengerRouter> {
    return messengerRouter(this);
  }

  /** Serves itself on 127.0.0.1, for tests. Resolves with the origin, which it takes as its own. */
  async listen(port = 0): Promise<string> {
    this.server = await SimulatorServer.open(this.router(), port);
    return (this.origin = this.server.origin);
  }

  /** Makes the demo's app, Page and operator, or finds them. Returns what one needs to connect the Page. */
  seedDemo(): DemoMessenger {
    return seedDemo(this);
  }

  override async stop(): Promise<void> {
    await this.server?.close();
    await super.stop();
  }
}
