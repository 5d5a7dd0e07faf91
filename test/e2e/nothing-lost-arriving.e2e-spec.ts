import {
  deliveriesStored,
  everythingIn,
  faultsOfArrival,
  INBOX_OF_PROOF,
  inStep,
  mailsOfProof,
} from '../support/arriving-mails';
import { Chance, killAtRandom } from '../support/chaos';
import { AllInOne } from '../support/installed-product';
import { MailServer } from '../support/mail-server';
import { ScriptedSmtp } from '../support/scripted-smtp';

// 1,000 mails take longer than a minute; .ci/run asks for them
const full = process.env['EVENHAND_PROOF'] === 'full';
const COUNT = full ? 1_000 : 250;
const TIMEOUT_MS = 280_000;

let server: MailServer;
let smtp: ScriptedSmtp;
let product: AllInOne | undefined;

beforeAll(async () => {
  [server, smtp] = await Promise.all([MailServer.start(), ScriptedSmtp.start()]);
  await server.addMailbox(INBOX_OF_PROOF);
});
afterAll(async () => {
  await product?.kill();
  await smtp?.stop();
  await server?.stop();
});

it(
  `takes ${COUNT} mails from ${MailServer.kind} once each while the product, PostgreSQL and the mail server are killed`,
  async () => {
    const chance = Chance.ofRun('mails that arrive');
    product = await AllInOne.start();
    const { password, imapPort } = server;
    await product.addMailbox({ address: INBOX_OF_PROOF, password, imapPort, smtpPort: smtp.port });
    const mails = mailsOfProof(COUNT, 1 + chance.below(900));
    const ours = product.victims();
    const imap = { name: 'the IMAP sessions', kill: () => server.killSessions() };
    const imapServer = { name: 'the IMAP server', kill: () => server.crash() };

    const more = [ours.product, ours.postgres, imap, imap, imapServer];
    const stored = () => deliveriesStored(product!);
    const delivering = server.deliver(INBOX_OF_PROOF, inStep(mails, COUNT / 5, stored));
    const killing = killAtRandom({
      chance,
      victims: [
        ours.product,
        ours.product,
        ours.postgres,
        ours.postgres,
        imap,
        imap,
        imapServer,
        ...(full ? more : []),
      ],
      progress: stored,
      total: COUNT,
    });
    const [, kills] = await Promise.all([delivering, killing]);
    process.stderr.write(`killed: ${kills.join('; ')}\n`);
    await everythingIn(product, server, 120_000);

    expect(await faultsOfArrival(product, server, mails)).toEqual([]);
    expect(new Set(mails.map(({ shape }) => shape)).size).toBeGreaterThanOrEqual(100);
  },
  TIMEOUT_MS,
);
