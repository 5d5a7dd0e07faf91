import { once } from 'node:events';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Provider, MARIE, SUPPORT } from '../../testing/provider';
import { MailSimulator } from '../mail-simulator';
import type { Faults } from './faults';

let provider: Provider;

beforeEach(async () => {
  provider = await Provider.start();
});

afterEach(() => provider.stop());

describe('when the disk refuses', () => {
  it('tells the client so, over IMAP and SMTP, keeps the connection, and shows no mail that is not there', async () => {
    const client = await provider.opened('INBOX', false);
    const [folder] = readdirSync(join(provider.dir, 'mailboxes'));
    rmSync(join(provider.dir, 'mailboxes', folder ?? '', 'INBOX'), { recursive: true });
    await expect(client.append('INBOX', 'Subject: lost\r\n\r\n')).rejects.toMatchObject({ responseStatus: 'NO' });
    await expect(provider.submit({ to: SUPPORT })).rejects.toMatchObject({ responseCode: 451 });
    expect(await client.status('INBOX', { messages: true })).toMatchObject({ messages: 0 });
    expect(provider.simulator.mailbox(SUPPORT).inbox).toEqual([]);
  });

  it('forgets half a mail that a crash left, and names a file that is damaged', async () => {
    provider.simulator.deliver('Subject: whole\r\n\r\n', { to: SUPPORT });
    await provider.simulator.stop();
    const account = join(provider.dir, 'mailboxes', encodeURIComponent(SUPPORT));
    writeFileSync(join(account, 'INBOX', '0000000002-1767323045000.eml.tmp'), 'Subject: ha');
    writeFileSync(join(provider.dir, 'mailboxes', '.DS_Store'), '');
    provider.simulator = await MailSimulator.start({ dir: provider.dir });
    expect(provider.simulator.mailbox(SUPPORT).inbox.map((mail) => mail.header('subject'))).toEqual(['whole']);
    expect(provider.simulator.deliver('Subject: next\r\n\r\n', { to: SUPPORT }).uid).toBe(2);
    writeFileSync(join(account, 'INBOX', 'folder.json'), '{');
    await expect(MailSimulator.start({ dir: provider.dir })).rejects.toThrow(/folder\.json cannot be read\. Remove it/);
  });
});

describe('starting', () => {
  it('names the port that is taken and the setting that changes it, and lets go of the other', async () => {
    const { smtpPort } = provider.simulator;
    const second = MailSimulator.start({ dir: join(provider.dir, 'second'), smtpPort });
    await expect(second).rejects.toThrow(`Port ${smtpPort}, for SMTP of the simulated mail provider, is taken`);
    await expect(MailSimulator.start({ dir: join(provider.dir, 'second'), smtpPort })).rejects.toThrow(
      'EVENHAND_SIMULATOR_SMTP_PORT',
    );
  });
});

describe('the faults of the simulated mail provider', () => {
  it('refuse the right password at both ports, as often as asked', async () => {
    provider.simulator.faults = { refuseLogin: 2 };
    await expect(provider.imap().connect()).rejects.toMatchObject({ authenticationFailed: true });
    await expect(provider.submit({ to: MARIE })).rejects.toMatchObject({ code: 'EAUTH' });
    expect(provider.simulator.faults.refuseLogin).toBe(0);
    await provider.submit({ to: MARIE });
  });

  it.each([
    ['rcpt', 450, '4.2.0 Greylisted', { code: 'EENVELOPE', responseCode: 450, permanent: false }],
    ['rcpt', 552, '5.2.2 Mailbox full', { code: 'EENVELOPE', responseCode: 552, permanent: true }],
    ['data', 451, '4.3.0 Try again later', { code: 'EMESSAGE', responseCode: 451, permanent: false }],
    ['data', 554, '5.7.1 Looks like spam', { code: 'EMESSAGE', responseCode: 554, permanent: true }],
  ] as const)('answer at %s with %i once, and store nothing', async (where, code, text, error) => {
    provider.simulator.faults = { [where]: { code, text, often: 1 } };
    await expect(provider.submit({ to: MARIE })).rejects.toMatchObject(error);
    expect([provider.simulator.mailbox(MARIE).inbox, provider.simulator.mailbox(SUPPORT).sent]).toEqual([[], []]);
    await provider.submit({ to: MARIE });
    expect(provider.simulator.mailbox(MARIE).inbox).toHaveLength(1);
  });

  it('take a mail and cut the line before the answer: it is with the customer and in Sent', async () => {
    provider.simulator.faults = { cutAfterData: 1 };
    const lost = provider.submit({ to: MARIE, messageId: '<once@demo.evenhand.test>' });
    await expect(lost).rejects.toMatchObject({ code: 'ECONNECTION' });
    const ids = [...provider.simulator.mailbox(MARIE).inbox, ...provider.simulator.mailbox(SUPPORT).sent].map(
      (mail) => mail.messageId,
    );
    expect(ids).toEqual(['<once@demo.evenhand.test>', '<once@demo.evenhand.test>']);
  });

  it('cut the line while a mail comes in: it is nowhere', async () => {
    provider.simulator.faults = { cutDuringData: true };
    await expect(provider.submit({ to: MARIE })).rejects.toMatchObject({ code: 'ECONNECTION' });
    expect([provider.simulator.mailbox(MARIE).inbox, provider.simulator.mailbox(SUPPORT).sent]).toEqual([[], []]);
  });

  it('answer so late that the client gives up, with the mail delivered', async () => {
    provider.simulator.faults = { delayMs: 1_000 };
    const arrived = once(provider.simulator, 'mail');
    await expect(provider.submit({ to: MARIE }, 'right', 300)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    await arrived;
    expect(provider.simulator.mailbox(MARIE).inbox).toHaveLength(1);
  });

  it('cut every connection, and take new ones at once', async () => {
    const client = await provider.opened();
    const closed = once(client, 'close');
    provider.simulator.dropConnections();
    await closed;
    await provider.opened();
  });

  it('shut both ports, and open the same ones again with the same mail behind', async () => {
    provider.simulator.deliver('Subject: kept\r\n\r\n', { to: SUPPORT });
    const client = await provider.opened();
    const closed = once(client, 'close');
    provider.simulator.faults = { down: true };
    await provider.simulator.settled();
    await closed;
    await expect(provider.imap().connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(provider.submit({ to: MARIE })).rejects.toMatchObject({ code: 'ESOCKET' });
    const ports = [provider.simulator.imapPort, provider.simulator.smtpPort];
    provider.simulator.faults = {};
    await provider.simulator.settled();
    expect([provider.simulator.imapPort, provider.simulator.smtpPort]).toEqual(ports);
    expect((await provider.opened()).mailbox).toMatchObject({ exists: 1 });
    await provider.submit({ to: MARIE });
  });

  it.each([
    [{ data: { code: 250, text: 'fine' } }, 'data.code'],
    [{ refuseLogin: -1 }, 'refuseLogin'],
    [{ explode: true }, 'explode'],
    [{ delayMs: 'long' }, 'delayMs'],
  ])('are refused when they make no sense: %j', (faults, named) => {
    expect(() => (provider.simulator.faults = faults as Faults)).toThrow(named);
    expect(provider.simulator.faults).toEqual({});
  });
});
