import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';

/** A mail that a client has handed over completely, whatever became of it. */
export interface Transmission {
  /** Address of MAIL FROM. */
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: Buffer;
  readonly messageId: string;
  readonly subject: string;
  /** Whether the client was told that it was taken. */
  answered: boolean;
}

/** What the server does with a mail after its last byte. */
export type Verdict =
  /** Answers 250. */
  | 'take'
  /** Never answers, and keeps the connection until the client goes. */
  | 'say-nothing'
  /** Cuts the connection instead of an answer. */
  | 'cut'
  | { readonly code: number; readonly text: string };

/** An SMTP server that does with each mail what the test says; takes any user and password. */
export class ScriptedSmtp {
  /** Every mail whose last byte has come, in order, refused ones included. */
  readonly transmissions: Transmission[] = [];
  /** Those that were taken or whose fate was not told. */
  get taken(): Transmission[] {
    return this.transmissions.filter((mail) => !this.refused.has(mail));
  }
  /** Asked for each mail; may store it before it answers. */
  script: (mail: Transmission) => Verdict | Promise<Verdict> = () => 'take';

  private readonly refused = new Set<Transmission>();
  private readonly sockets = new Map<number, Socket>();
  private constructor(private readonly server: SMTPServer) {}

  static async start(): Promise<ScriptedSmtp> {
    const server = new SMTPServer({
      logger: false,
      disableReverseLookup: true,
      hideSTARTTLS: true,
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      closeTimeout: 100,
      onAuth: (auth, _session, done) => done(null, { user: auth.username ?? '' }),
      onData: (stream, session, done) => void smtp.data(stream, session, done),
    });
    const smtp: ScriptedSmtp = new ScriptedSmtp(server);
    server.on('error', () => undefined); // a client that was killed
    server.server.on('connection', (socket) => {
      const { remotePort = 0 } = socket;
      smtp.sockets.set(remotePort, socket);
      socket.once('close', () => smtp.sockets.delete(remotePort));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return smtp;
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  /** Mails of this subject, in the order of their coming. */
  of(subject: string): Transmission[] {
    return this.transmissions.filter((mail) => mail.subject === subject);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets.values()) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(resolve));
  }

  private async data(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    done: (error?: Error | null, message?: string) => void,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of stream) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const raw = Buffer.concat(chunks);
    const { mailFrom, rcptTo } = session.envelope;
    const mail: Transmission = {
      from: mailFrom ? mailFrom.address : '',
      to: rcptTo.map(({ address }) => address),
      raw,
      messageId: headerOf(raw, 'message-id'),
      subject: headerOf(raw, 'subject'),
      answered: false,
    };
    this.transmissions.push(mail);
    const verdict = await this.script(mail);
    if (verdict === 'take') {
      mail.answered = true;
      done(null, 'queued');
    } else if (verdict === 'cut') {
      this.sockets.get(session.remotePort)?.destroy();
    } else if (verdict !== 'say-nothing') {
      this.refused.add(mail);
      done(Object.assign(new Error(verdict.text), { responseCode: verdict.code }));
    }
  }
}

/** A header of a mail that we wrote ourselves: unfolded, ASCII. */
function headerOf(raw: Buffer, name: string): string {
  const head = raw
    .toString('latin1')
    .split('\r\n\r\n', 1)[0]!
    .replace(/\r\n[ \t]+/g, ' ');
  return new RegExp(`^${name}: *(.*)$`, 'im').exec(head)?.[1]?.trim() ?? '';
}
