/** What this project uses of hoodiecrow-imap 2.1.0, which brings no types. Read from its lib/server.js. */
declare module 'hoodiecrow-imap' {
  import type { Server, Socket } from 'node:net';

  namespace hoodiecrow {
    interface Attribute {
      type: string;
      value: string;
    }
    interface Command {
      tag: string;
      command: string;
      attributes?: (Attribute | Attribute[])[];
    }
    interface Query extends Attribute {
      section?: unknown[];
      partial?: number[];
    }
    interface Message {
      uid: number;
      flags: string[];
      internaldate: string;
      /** The mail as a binary string: one character per byte. */
      raw: string;
    }
    interface Mailbox {
      path: string;
      uidvalidity: number;
      uidnext: number;
      messages: Message[];
    }
    type Handler = (connection: Connection, parsed: Command, data: string, done: () => void) => void;
    interface Connection {
      server: IMAPServer;
      socket: Socket | null;
      state: 'Not Authenticated' | 'Authenticated' | 'Selected';
      readOnly?: boolean;
      selectedMailbox?: Mailbox;
      inputHandler: false | ((line: string) => void);
      onData(chunk: Buffer): void;
      send(response: object, description?: string, parsed?: Command, data?: string, extra?: unknown): void;
      _notificationCallback: (...args: unknown[]) => void;
      _literalRemaining: number;
      _command: string;
      _remainder: string;
    }
    interface IMAPServer extends NodeJS.EventEmitter {
      server: Server;
      connectionHandlers: ((connection: Connection) => void)[];
      fetchHandlers: Record<string, (connection: Connection, message: Message, query: Query) => unknown>;
      searchHandlers: Record<
        string,
        (connection: Connection, message: Message, index: number, ...values: string[]) => boolean
      >;
      folderCache: Record<string, Mailbox>;
      getCommandHandler(command: string): Handler | false;
      setCommandHandler(command: string, handler: Handler): void;
      getMailbox(path: string): Mailbox | undefined;
      notify(response: object, mailbox: Mailbox, except?: Connection): void;
      appendMessage(
        mailbox: Mailbox | string,
        flags: string[],
        internaldate: string | Date | undefined,
        raw: string,
        except?: Connection,
      ): { mailbox: Mailbox; message: Message };
    }
    interface Options {
      plugins?: string[];
      storage?: Record<string, object>;
      users?: Record<string, { password: string }>;
      credentials?: object;
      id?: Record<string, string>;
    }
  }
  function hoodiecrow(options: hoodiecrow.Options): hoodiecrow.IMAPServer;
  export = hoodiecrow;
}
