import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands before a server of somebody else's: shut, it is as if that server were gone. */
export class TcpGate {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly host: string,
    private readonly target: number,
  ) {}

  /** @param url of the server; @returns the gate and the URL that leads through it. */
  static async before(url: string): Promise<{ gate: TcpGate; url: string }> {
    const through = new URL(url);
    const gate = new TcpGate(through.hostname, Number(through.port));
    through.hostname = '127.0.0.1';
    through.port = String(await gate.open());
    return { gate, url: through.href };
  }

  /** Lets through, again at the same port. @returns the port. */
  async open(port = 0): Promise<number> {
    this.server = createServer((client) => {
      const server = connect(this.target, this.host);
      for (const [socket, other] of [
        [client, server],
        [server, client],
      ] as const) {
        this.sockets.add(socket);
        socket
          .on('error', () => undefined)
          .on('close', () => {
            this.sockets.delete(socket);
            other.destroy();
          });
        socket.pipe(other);
      }
    });
    await new Promise<void>((resolve) => this.server!.listen(port, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  /** Cuts every connection and refuses new ones. @returns what opens it again. */
  async shut(): Promise<() => Promise<number>> {
    const server = this.server!;
    const { port } = server.address() as AddressInfo;
    this.server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
    return () => this.open(port);
  }

  async close(): Promise<void> {
    if (this.server) await this.shut();
  }
}
