import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_MAILBOX } from '../../apps/simulator/src';
import { ApiClient } from '../support/api-client';
import { built } from '../support/built';
import { freePort } from '../support/free-port';
import { evenhand, type Ran } from '../support/operator';
import { ProductProcess, until } from '../support/product';
import { SimulatedProvider, type SimulatedMail } from '../support/simulated-provider';

/** What `npm start` gives, demo included; its customers write only when a test says so. */
export class Demo {
  readonly url: string;
  readonly provider: SimulatedProvider;
  private process!: ProductProcess;

  private constructor(
    private readonly dir: string,
    private readonly environment: Readonly<Record<string, string>>,
    port: number,
  ) {
    this.url = `http://127.0.0.1:${port}`;
    this.provider = new SimulatedProvider(this.url);
  }

  /** Resolves once every letter of the demo is in the queue. @param more further settings; EVENHAND_DEMO=off starts empty. */
  static async start(more: Readonly<Record<string, string>> = {}): Promise<Demo> {
    await built();
    const dir = await mkdtemp(join(tmpdir(), 'evenhand-browser-'));
    // root's PostgreSQL is another user's
    if (process.getuid?.() === 0) await chmod(dir, 0o711);
    const port = await freePort();
    const settings = {
      EVENHAND_DATA_DIR: join(dir, '.data'),
      EVENHAND_PORT: String(port),
      EVENHAND_SIMULATOR_LIFE: 'off',
      EVENHAND_LOG_LEVEL: 'warn',
    };
    const demo = new Demo(dir, { ...settings, ...more }, port);
    try {
      await demo.open();
      if (more['EVENHAND_DEMO'] !== 'off') await demo.letters();
    } catch (error) {
      await demo.stop();
      throw error;
    }
    return demo;
  }

  /** Starts it, the first time or after `kill`, at the same address. */
  async open(): Promise<void> {
    this.process = ProductProcess.start('all-in-one', this.environment);
    await this.process.prints(/Ctrl-C stops/);
  }

  async kill(): Promise<void> {
    await this.process.kill();
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await rm(this.dir, { recursive: true, force: true });
  }

  /** Somebody signed in on a card of the demo, without a browser. */
  async person(role: 'AGENT' | 'SUPERVISOR' | 'ADMIN'): Promise<ApiClient> {
    const person = new ApiClient(this.url);
    await person.demoSignIn(role);
    return person;
  }

  /** `npm run evenhand -- …` */
  command(args: readonly string[], input = ''): Promise<Ran> {
    return evenhand(this.environment, args, input);
  }

  /**
   * Connects a second mailbox of the simulated provider, one that keeps no copies of what is sent: whether a mail has
   * left can then not be looked up. From now on nobody gets in by a card.
   */
  async connectMailboxWithoutCopies(address: string): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ storesSent: false });
    const made = await fetch(`${this.url}/sim/api/mailboxes/${address}`, { method: 'PUT', headers, body });
    const { password } = (await made.json()) as { password: string };
    const state = await fetch(`${this.url}/sim/api/state`);
    const { imapPort, smtpPort } = (await state.json()) as { imapPort: number; smtpPort: number };
    const at = (protocol: string, port: number): string =>
      `${protocol}://${encodeURIComponent(address)}@127.0.0.1:${port}`;
    const args = ['account', 'add', 'email', '--workspace', 'Relation client', '--address', address];
    args.push('--sent-copies', 'none', '--password-stdin');
    args.push('--imap', at('imap', imapPort), '--smtp', at('smtp', smtpPort));
    const { code, output } = await this.command(args, password);
    if (code !== 0) throw new Error(output);
  }

  /** Takes one wait after the other and says that it needs no reply, until nobody waits. */
  async emptyQueue(person: ApiClient): Promise<void> {
    for (;;) {
      const { offerNext } = await person.call<{
        offerNext: { offer: { conversation: { id: string; timeline: { nodes: { id: string }[] } } } | null };
      }>(
        `mutation ($key: String!) { offerNext(input: { clientMutationId: $key }) {
           offer { conversation { id timeline(last: 1) { nodes { id } } } } } }`,
        { key: randomUUID() },
      );
      const conversation = offerNext.offer?.conversation;
      if (!conversation) return;
      const { id, timeline } = conversation;
      await person.call(
        `mutation ($id: ID!, $seen: ID!, $key: String!) {
           noReplyNeeded(input: { conversationId: $id, reason: THANKS, seenUpTo: $seen, clientMutationId: $key }) {
             userErrors { message } } }`,
        { id, seen: timeline.nodes.at(-1)!.id, key: randomUUID() },
      );
    }
  }

  /**
   * The customers of Messenger and X take back what they wrote, or are answered there: who waits then wrote a mail. For tests that
   * are about mail.
   */
  async mailAlone(): Promise<void> {
    const platform = `${this.url}/sim/api/messenger`;
    const { pages } = (await (await fetch(`${platform}/state`)).json()) as { pages: { id: string }[] };
    for (const { id: page } of pages) {
      const truth = (await (await fetch(`${platform}/truth/${page}`)).json()) as { kind: string; id: string }[];
      for (const { kind, id } of truth) {
        const [act, field] = kind === 'comment' ? ['removeComment', 'comment'] : ['unsend', 'mid'];
        const headers = { 'content-type': 'application/json' };
        const done = await fetch(`${platform}/${act}`, {
          method: 'POST',
          headers,
          body: JSON.stringify({ [field]: id }),
        });
        if (!done.ok) throw new Error(await done.text());
      }
    }
    await this.nobodyOnX();
    const admin = await this.person('ADMIN');
    const letters = await this.letters();
    await until('who waits wrote a mail', async () => {
      const { queue } = await admin.call<{ queue: { waiting: number } }>('{ queue { waiting } }');
      return queue.waiting <= letters.length;
    });
  }

  /** Posts are deleted; direct messages cannot be, and are answered in X's own program. */
  private async nobodyOnX(): Promise<void> {
    const platform = `${this.url}/sim/api/x`;
    const { users } = (await (await fetch(`${platform}/state`)).json()) as {
      users: { id: string; username: string }[];
    };
    const us = users.find(({ username }) => username === 'LumenElectro')!.id;
    const truth = (await (await fetch(`${platform}/truth/${us}`)).json()) as {
      kind: string;
      id: string;
      person: string;
      direction: string;
    }[];
    for (const { kind, id, person } of truth.filter(({ direction }) => direction === 'inbound')) {
      const direct = kind === 'direct';
      const body = direct ? { from: us, to: person, text: 'Answered.' } : { post: id };
      const headers = { 'content-type': 'application/json' };
      const act = `${platform}/${direct ? 'writeDirect' : 'deletePost'}`;
      const done = await fetch(act, { method: 'POST', headers, body: JSON.stringify(body) });
      if (!done.ok) throw new Error(await done.text());
    }
  }

  /** What has arrived in the demo's mailbox, the oldest first; waits until all of it is in the inbox. */
  async letters(): Promise<SimulatedMail[]> {
    const admin = await this.person('ADMIN');
    return until('every letter is in the inbox', async () => {
      const { inbox } = await this.provider.mailbox(DEMO_MAILBOX);
      const { accounts } = await admin.call<{
        accounts: { nodes: { address: string; intake: { read: number; toProcess: number } }[] };
      }>('{ accounts { nodes { address intake { read toProcess } } } }');
      const intake = accounts.nodes.find(({ address }) => address === DEMO_MAILBOX)!.intake;
      return intake.read >= inbox.length && intake.toProcess === 0 && inbox.length > 0 && inbox;
    });
  }
}

/** Address and name of who wrote a mail. */
export function writerOf(mail: SimulatedMail): { address: string; name: string } {
  return mail.from as { address: string; name: string };
}
