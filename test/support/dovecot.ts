import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import nodemailer from 'nodemailer';

const run = promisify(execFile);
const BINARY = ['/usr/sbin/dovecot', '/usr/local/sbin/dovecot', '/opt/homebrew/sbin/dovecot'].find(existsSync);

/** Whether this machine has a Dovecot; where not, tests with it are skipped visibly. */
export const hasDovecot = BINARY !== undefined;

/** Users of the test server; each has the password `secret`. */
export const DOVECOT_USERS = ['support@example.test', 'other@example.test'];

/**
 * A Dovecot of its own in a temporary directory, as root or as an ordinary user: IMAP on `imapPort`, delivery by LMTP. Its
 * mailboxes survive `kill` and `start`.
 */
export class Dovecot {
  private child: ChildProcess | undefined;

  private constructor(
    readonly dir: string,
    readonly imapPort: number,
    readonly lmtpPort: number,
  ) {}

  static async start(): Promise<Dovecot> {
    // base_dir must be short: UNIX sockets have 108 bytes for their path
    const dir = await mkdtemp(join(tmpdir(), 'dc-'));
    const [imapPort, lmtpPort] = await Promise.all([freePort(), freePort()]);
    const server = new Dovecot(dir, imapPort, lmtpPort);
    await server.configure();
    await server.up();
    return server;
  }

  /** Starts the server that was killed, on the same ports with the same mail. */
  async up(): Promise<void> {
    this.child = spawn(BINARY!, ['-F', '-c', join(this.dir, 'dovecot.conf')], { stdio: 'ignore' });
    const { child } = this;
    for (;;) {
      if (child.exitCode !== null)
        throw new Error(`Dovecot ended: ${await readFile(join(this.dir, 'dovecot.log'), 'utf8')}`);
      if (existsSync(join(this.dir, 'run', 'master.pid'))) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Ends every process that serves a mailbox by SIGKILL, as a crash would; the server itself stays up. */
  async killSessions(): Promise<void> {
    for (const pid of await this.sessions()) signal(pid, 'SIGKILL');
  }

  /** Stops the sessions where they stand: the server looks alive and says nothing. @returns how to let them go on. */
  async freezeSessions(): Promise<() => void> {
    const pids = await this.sessions();
    for (const pid of pids) signal(pid, 'SIGSTOP');
    return () => pids.forEach((pid) => signal(pid, 'SIGCONT'));
  }

  /** Ends the whole server and waits until it is gone. */
  async down(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
    await rm(join(this.dir, 'run', 'master.pid'), { force: true });
  }

  /** Ends every process of the server by SIGKILL, as the loss of its machine would, and waits until they are gone. */
  async crash(): Promise<void> {
    const { child } = this;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    const family = [child.pid, ...(await this.children()).map(([pid]) => pid)];
    for (const pid of family) signal(pid, 'SIGKILL');
    await gone;
    // those that belong to nobody any more would keep the ports
    while (family.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 5));
    await rm(join(this.dir, 'run', 'master.pid'), { force: true });
  }

  /** Adds a user with the password `secret`; the mailbox comes with the first mail or session. */
  async addUser(address: string): Promise<void> {
    await appendFile(join(this.dir, 'users'), `${address}:{PLAIN}secret::::::\n`);
  }

  /** Throws the numbering of a mailbox away: the next session finds another UIDVALIDITY. Only while it is down. */
  async forgetUids(user: string): Promise<void> {
    const folder = join(this.dir, 'mail', user, 'Maildir');
    for (const name of await readdir(folder)) {
      if (/^dovecot(-uidlist|-uidvalidity|\.index)/.test(name))
        await rm(join(folder, name), { recursive: true, force: true });
    }
  }

  /** Delivers raw mails by LMTP, over one connection. */
  async deliver(to: string, mails: readonly Buffer[]): Promise<void> {
    const options = {
      host: '127.0.0.1',
      port: this.lmtpPort,
      lmtp: true,
      ignoreTLS: true,
      pool: true,
      maxConnections: 1,
      maxMessages: Infinity,
    };
    const transport = nodemailer.createTransport(options as object);
    try {
      for (const raw of mails) await transport.sendMail({ envelope: { from: 'sender@customers.test', to: [to] }, raw });
    } finally {
      transport.close();
    }
  }

  /** Flags of the mails in INBOX, as Maildir writes them (`S`: seen); recent ones have none. */
  async flags(user: string): Promise<string[]> {
    const folder = join(this.dir, 'mail', user, 'Maildir');
    const names = [...(await readdir(join(folder, 'new'))), ...(await readdir(join(folder, 'cur')))];
    return names.map((name) => name.split(':2,')[1] ?? '');
  }

  async stop(): Promise<void> {
    await this.down();
    await rm(this.dir, { recursive: true, force: true });
  }

  /** Processes `imap` whose ancestor is ours. */
  private async sessions(): Promise<number[]> {
    return (await this.children()).filter(([, name]) => name === 'imap').map(([pid]) => pid);
  }

  private async children(): Promise<[pid: number, name: string][]> {
    const { stdout } = await run('ps', ['-eo', 'pid=,ppid=,comm=']);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/));
    return rows
      .filter(([, parent]) => Number(parent) === this.child?.pid)
      .map(([pid, , name]) => [Number(pid), name ?? '']);
  }

  private async configure(): Promise<void> {
    const root = process.getuid?.() === 0;
    const me = userInfo().username;
    const group = root ? '' : (await run('id', ['-gn'])).stdout.trim();
    const [internalUser, internalGroup, loginUser, mailUser, mailGroup] = root
      ? ['dovecot', 'dovecot', 'dovenull', 'nobody', 'nogroup']
      : [me, group, me, me, group];
    await mkdir(join(this.dir, 'run'), { recursive: true });
    await mkdir(join(this.dir, 'mail'));
    await chmod(this.dir, 0o755);
    if (root) {
      const ids = await Promise.all([run('id', ['-u', 'nobody']), run('getent', ['group', 'nogroup'])]);
      await chown(join(this.dir, 'mail'), Number(ids[0].stdout), Number(ids[1].stdout.split(':')[2]));
    }
    await writeFile(join(this.dir, 'users'), DOVECOT_USERS.map((user) => `${user}:{PLAIN}secret::::::\n`).join(''));
    await writeFile(
      join(this.dir, 'dovecot.conf'),
      CONFIGURATION.replaceAll('@DIR@', this.dir)
        .replaceAll('@IMAP@', String(this.imapPort))
        .replaceAll('@LMTP@', String(this.lmtpPort))
        .replaceAll('@INTERNAL_USER@', internalUser)
        .replaceAll('@INTERNAL_GROUP@', internalGroup)
        .replaceAll('@LOGIN_USER@', loginUser)
        .replaceAll('@MAIL_USER@', mailUser)
        .replaceAll('@MAIL_GROUP@', mailGroup),
    );
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it ended by itself
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** For 2.3; each setting on a line of its own, or Dovecot calls the closing brace garbage. */
const CONFIGURATION = `base_dir = @DIR@/run
state_dir = @DIR@/run
log_path = @DIR@/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
default_internal_user = @INTERNAL_USER@
default_internal_group = @INTERNAL_GROUP@
default_login_user = @LOGIN_USER@
first_valid_uid = 0
mail_location = maildir:~/Maildir
mail_max_userip_connections = 200
recipient_delimiter = +
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u @DIR@/users
}
userdb {
  driver = static
  args = uid=@MAIL_USER@ gid=@MAIL_GROUP@ home=@DIR@/mail/%u
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Sent {
    auto = create
    special_use = \\Sent
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = @IMAP@
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  user = @MAIL_USER@
  inet_listener lmtp {
    address = 127.0.0.1
    port = @LMTP@
  }
}
protocol lmtp {
  postmaster_address = postmaster@example.test
}
`;
