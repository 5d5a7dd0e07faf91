import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MailSimulator } from '../../apps/simulator/src';
import { until } from '../support/product';

/** A mailbox full of mail, ready to be read. */
export interface FullMailbox {
  readonly address: string;
  readonly password: string;
  readonly imapPort: number;
}

/** An IMAP server: Dovecot where it is installed, else the product's own simulator. */
export interface Mailboxes {
  readonly name: string;
  /** Makes a new mailbox with these mails in its INBOX. */
  fill(mails: readonly Buffer[]): Promise<FullMailbox>;
  stop(): Promise<void>;
}

export async function openMailboxes(dir: string): Promise<Mailboxes> {
  const version = spawnSync('dovecot', ['--version'], { encoding: 'utf8' });
  return version.status === 0 ? dovecot(version.stdout.trim().split(' ')[0]!) : simulator(dir);
}

async function simulator(dir: string): Promise<Mailboxes> {
  const server = await MailSimulator.start({ dir: join(dir, 'simulator') });
  let made = 0;
  return {
    name: 'simulator',
    fill: async (mails) => {
      const { address, password } = server.addMailbox(`box-${made++}@example.test`);
      for (const raw of mails) server.deliver(raw, { to: address });
      return { address, password, imapPort: server.imapPort };
    },
    stop: () => server.stop(),
  };
}

/** Mails are put into the Maildir as files: delivering them is not what is measured. */
async function dovecot(version: string): Promise<Mailboxes> {
  const base = await mkdtemp(join(tmpdir(), 'evenhand-bench-dovecot-'));
  const port = await freePort();
  const root = process.getuid?.() === 0;
  const mailUser = root ? 'nobody' : execFileSync('id', ['-un'], { encoding: 'utf8' }).trim();
  const group = execFileSync('id', ['-gn', mailUser], { encoding: 'utf8' }).trim();
  const uid = Number(execFileSync('id', ['-u', mailUser], { encoding: 'utf8' }));
  const gid = Number(execFileSync('id', ['-g', mailUser], { encoding: 'utf8' }));
  for (const folder of ['run', 'mail']) await mkdir(join(base, folder), { recursive: true });
  await chown(join(base, 'mail'), uid, gid);
  // Dovecot reads mail as another user, who must get there
  await chmod(base, 0o755);
  await writeFile(
    join(base, 'dovecot.conf'),
    `base_dir = ${base}/run
state_dir = ${base}/run
log_path = ${base}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = ${root ? 'dovecot' : mailUser}
default_internal_group = ${root ? 'dovecot' : group}
default_login_user = ${root ? 'dovenull' : mailUser}
first_valid_uid = 0
mail_location = maildir:~/Maildir
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=${mailUser} gid=${group} home=${base}/mail/%u
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
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
`,
  );
  const server = spawn('dovecot', ['-F', '-c', join(base, 'dovecot.conf')], { stdio: 'ignore' });
  const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await until('Dovecot listens', () => listens(port)).catch(async (error: Error) => {
    server.kill();
    throw new Error(`${error.message}\n${await readFile(join(base, 'dovecot.log'), 'utf8').catch(() => '')}`);
  });
  let made = 0;
  return {
    name: `Dovecot ${version}`,
    fill: async (mails) => {
      const user = `box-${made++}@example.test`;
      const home = join(base, 'mail', user);
      const folders = ['', 'Maildir', 'Maildir/new', 'Maildir/cur', 'Maildir/tmp'].map((folder) => join(home, folder));
      for (const folder of folders) await mkdir(folder, { recursive: true });
      for (const [n, raw] of mails.entries()) {
        const file = join(home, 'Maildir/new', `${1_700_000_000 + n}.${n}.bench`);
        await writeFile(file, raw);
        await chown(file, uid, gid);
      }
      for (const folder of folders) await chown(folder, uid, gid);
      return { address: user, password: 'secret', imapPort: port };
    },
    stop: async () => {
      server.kill();
      await gone;
      await rm(base, { recursive: true, force: true });
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
