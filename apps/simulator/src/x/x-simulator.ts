import { SimulatorServer } from '../messenger/server';
import { PushingPlatform, type XSimulatorOptions } from './pushing-platform';
import { xRouter } from './router';

export type { XFaults, XSimulatorOptions } from './pushing-platform';

/**
 * X's side of the world over real HTTP: the API at `/sim/x/api`, control API at `/sim/api/x`, a page for people at `/sim/x`,
 * signed webhooks and streams to the apps. Nothing leaves the machine.
 */
export class XSimulator extends PushingPlatform {
  private server: SimulatorServer | undefined;

  /** Reads what `dir` holds and goes on delivering what was not delivered. */
  static async start(options: XSimulatorOptions): Promise<XSimulator> {
    const simulator = new XSimulator(options);
    simulator.pushing.resume();
    return simulator;
  }

  /** Express handler for everything of it under `/sim`. */
  router(): ReturnType<typeof xRouter> {
    return xRouter(this);
  }

  /** Serves itself on 127.0.0.1, for tests. Resolves with the origin, which it takes as its own. */
  async listen(port = 0): Promise<string> {
    this.server = await SimulatorServer.open(this.router(), port);
    return (this.origin = this.server.origin);
  }

  override async stop(): Promise<void> {
    await this.server?.close();
    await super.stop();
  }
}
