import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type RequestHandler } from 'express';

/** A port of its own on 127.0.0.1. */
export class SimulatorServer {
  private constructor(private readonly server: Server) {}

  static async open(handler: RequestHandler, port: number): Promise<SimulatorServer> {
    const app = express();
    app.disable('x-powered-by');
    app.use(handler);
    const server = createServer(app as unknown as Parameters<typeof createServer>[1]);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    return new SimulatorServer(server);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}
