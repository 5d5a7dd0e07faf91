import { Dovecot, hasDovecot } from '../../../test/support/dovecot';
import { mailVariations } from './fixtures/shapes';
import { MailboxWorld } from './testing/mailbox-world';

const ADDRESS = 'support@example.test';
/** Tests with a Dovecot; where there is none they are skipped, and jest says so. */
const withDovecot = hasDovecot ? describe : describe.skip;

withDovecot('with Dovecot', () => {
  let world: MailboxWorld;
  let dovecot: Dovecot;

  beforeEach(async () => {
    world = await MailboxWorld.open();
    dovecot = await Dovecot.start();
  });

  afterEach(async () => {
    await world.close();
    await dovecot.stop();
  });

  const quick = { parts: { folders: { timeoutMs: 1_500, sweepMs: 2_000 } } };

  async function connect(host: Awaited<ReturnType<MailboxWorld['host']>>['host']): Promise<string> {
    const ports = { imapPort: dovecot.imapPort, smtpPort: 1 };
    const settings = world.settings(ports, ADDRESS, { history: 'all' });
    const account = {
      workspaceId: world.workspaceId,
      address: ADDRESS,
      name: 'Support',
      settings,
      credentials: world.credentials('secret'),
    };
    return host.accounts.add(account, { check: false });
  }

  async function cursor(): Promise<number> {
    const rows = await world.database.query<{ next: number }>(
      `select (cursor->>'nextUid')::integer as next from intake.cursors where stream = 'INBOX'`,
    );
    return rows[0]?.next ?? 0;
  }

  test('400 mails of all shapes are stored once while the server is killed and frozen and processes change', async () => {
    const mails = [...mailVariations(400, 7)];
    let current = await world.host(quick);
    const account = await connect(current.host);
    const delivered = (async () => {
      for (let i = 0; i < mails.length; i += 40)
        await dovecot.deliver(
          ADDRESS,
          mails.slice(i, i + 40).map(({ raw }) => raw),
        );
    })();
    for (let i = 0; i < 7; i++) {
      const before = await cursor();
      await world.until(async () => (await cursor()) > before || (await cursor()) > 400, 'reading to go on', 60_000);
      await dovecot.killSessions();
      if (i === 3) {
        await current.stop();
        current = await world.host(quick);
      }
    }
    await delivered;
    const thaw = await dovecot.freezeSessions();
    await world.until(async () => (await cursor()) === 401, 'all mails', 60_000).finally(thaw);
    const [counts] = await world.database.query<{ deliveries: number; messages: number; distinct: number }>(
      `select (select count(*) from intake.deliveries) as deliveries, count(*) as messages, count(distinct external_id) as distinct
         from intake.events where kind = 'message' and account_id = $1`,
      [account],
    );
    expect(counts).toEqual({ deliveries: 400, messages: 400, distinct: 400 });
  }, 180_000);

  test('a mailbox that was numbered anew is read again without a second message', async () => {
    const { host } = await world.host(quick);
    const account = await connect(host);
    const mails = [...mailVariations(30, 3)];
    await dovecot.deliver(
      ADDRESS,
      mails.slice(0, 20).map(({ raw }) => raw),
    );
    await world.until(async () => (await cursor()) === 21, 'the first mails');
    await dovecot.down();
    await dovecot.forgetUids(ADDRESS);
    await dovecot.up();
    await dovecot.deliver(
      ADDRESS,
      mails.slice(20).map(({ raw }) => raw),
    );
    await world.until(
      async () => (await world.events('message', account)).length === 30 && (await cursor()) === 31,
      'all mails',
      30_000,
    );
    expect(await world.database.query('select from intake.deliveries')).toHaveLength(50);
  }, 60_000);

  test('of a mail that is too large the beginning is shown, and what is missing is said', async () => {
    const { host } = await world.host({ parts: { folders: { timeoutMs: 20_000 } } });
    const account = await connect(host);
    const head =
      'From: a@b.test\r\nTo: support@example.test\r\nSubject: huge\r\nMessage-ID: <huge@b.test>\r\n\r\nthe beginning\r\n';
    await dovecot.deliver(ADDRESS, [Buffer.from(head + `${'x'.repeat(998)}\r\n`.repeat(53_000))]);
    const [event] = await world.until(async () => {
      const found = await world.events('message', account);
      return found.length > 0 && found;
    }, 'the mail');
    expect(event!.text).toContain('the beginning');
    expect(event!.problems.join()).toMatch(/too large \(51 MB\)/);
    const [row] = await world.database.query<{ size: number }>('select size from intake.deliveries');
    expect(row!.size).toBe(65_536);
  }, 60_000);

  test('nothing on the server is changed by reading', async () => {
    const { host } = await world.host(quick);
    await connect(host);
    await dovecot.deliver(
      ADDRESS,
      [...mailVariations(5, 1)].map(({ raw }) => raw),
    );
    await world.until(async () => (await cursor()) === 6, 'the mails');
    expect(await dovecot.flags(ADDRESS)).toEqual(['', '', '', '', '']);
  });
});
