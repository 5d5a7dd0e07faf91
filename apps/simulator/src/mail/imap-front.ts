import { timingSafeEqual } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import hoodiecrow, { type Attribute, type Connection, type Handler, type IMAPServer } from 'hoodiecrow-imap';
import { strikes } from './faults';
import { IMAP_PLUGINS } from './imap-mailbox';
import type { PostOffice } from './post-office';

/** Longest literal (an APPENDed mail) and longest line a client may send, bytes. */
const LITERAL_LIMIT = 36 * 1024 * 1024;
const LINE_LIMIT = 64 * 1024;
/** Connections at a time; a real provider allows 10 to 20 for each mailbox. */
const CONNECTION_LIMIT = 200;

/** The IMAP port: greets, logs in, and hands the connection to the mailbox of the account. */
export class ImapFront {
  private readonly front: IMAPServer;
  private readonly connections = new Set<Connection>();

  constructor(private readonly office: PostOffice) {
    this.front = hoodiecrow({ plugins: IMAP_PLUGINS, credentials: {}, users: {} });
    this.front.setMaxListeners(0);
    this.front.setCommandHandler('LOGIN', (connection, parsed, _data, done) => this.logIn(connection, parsed, done));
    this.front.connectionHandlers.push((connection) => this.welcome(connection));
  }

  get listening(): boolean {
    return this.front.server.listening;
  }

  async listen(port: number, host: string): Promise<number> {
    const { server } = this.front;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    return (server.address() as AddressInfo).port;
  }

  /** Cuts every connection as a network failure does, without BYE. */
  cutAll(): void {
    for (const { socket } of this.connections) socket?.destroy();
  }

  async close(): Promise<void> {
    const { server } = this.front;
    if (!server.listening) return;
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    this.cutAll();
    await closed;
  }

  private welcome(connection: Connection): void {
    const { socket } = connection;
    if (!socket) return;
    if (this.connections.size >= CONNECTION_LIMIT) {
      socket.end('* BYE Too many connections\r\n');
      return;
    }
    this.connections.add(connection);
    socket.setNoDelay(true);
    socket.once('close', () => {
      this.connections.delete(connection);
      // hoodiecrow's IDLE holds a 30 minute timer that only input clears; it would keep the process alive.
      if (connection.inputHandler) connection.inputHandler('DONE');
    });
    socket.removeAllListeners('data');
    socket.on('data', (chunk: Buffer) => this.hand(connection, socket, chunk));
  }

  /** Gives a connection what came in, within its limits, and late while the fault "slow answer" lasts. */
  private hand(connection: Connection, socket: Socket, chunk: Buffer): void {
    const { delayMs = 0 } = this.office.faults;
    const process = (): void => {
      if (socket.destroyed) return;
      connection.onData(chunk);
      const literal = connection._literalRemaining + connection._command.length;
      const allowed = connection.state === 'Not Authenticated' ? LINE_LIMIT : LITERAL_LIMIT;
      if (literal > allowed || connection._remainder.length > LINE_LIMIT) {
        socket.end('* BYE [TOOBIG] Longer than this server takes.\r\n');
        socket.removeAllListeners('data');
      }
    };
    if (delayMs === 0 || connection._literalRemaining > 0) return process();
    socket.pause();
    setTimeout(() => {
      process();
      socket.resume();
    }, delayMs).unref();
  }

  private logIn(connection: Connection, parsed: Parameters<Handler>[1], done: () => void): void {
    const [user, password] = (parsed.attributes ?? []) as (Attribute | undefined)[];
    const answer = (command: 'OK' | 'NO', value: string): void =>
      connection.send({ tag: parsed.tag, command, attributes: [{ type: 'TEXT', value }] }, 'LOGIN', parsed);
    const account = this.office.find(user?.value ?? '');
    const refused = strikes(this.office.faults, 'refuseLogin');
    if (refused || !account || !samePassword(password?.value ?? '', account.password)) {
      answer('NO', '[AUTHENTICATIONFAILED] Invalid credentials');
    } else {
      const { server } = this.office.imapMailbox(account);
      connection.server.removeListener('notify', connection._notificationCallback);
      connection.server = server;
      server.on('notify', connection._notificationCallback);
      connection.state = 'Authenticated';
      answer('OK', 'Logged in');
    }
    done();
  }
}

/** Compares in constant time, as a real provider does. */
export function samePassword(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
