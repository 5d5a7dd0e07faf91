import {
  deliveriesStored,
  everythingIn,
  faultsOfArrival,
  INBOX_OF_PROOF,
  inStep,
  mailsOfProof,
} from '../support/arriving-mails';
import { Chance, killAtRandom } from '../support/chaos';
import { SeparateApps } from '../support/installed-product';
import { MailServer } from '../support/mail-server';
import { until } from '../support/product';
import { everythingOut, faultsOfSending, OUTBOX_OF_PROOF, queueReplies, refuseAll } from '../support/queued-replies';
import { redisAvailable, testRedis, type TestRedis } from '../support/redis-server';
import { ScriptedSmtp, type Verdict } from '../support/scripted-smtp';

const TIMEOUT_MS = 280_000;

let redis: TestRedis | undefined;
let server: MailServer;
let smtp: ScriptedSmtp;
let product: SeparateApps | undefined;

beforeEach(async () => {
  [server, smtp] = await Promise.all([MailServer.start(), ScriptedSmtp.start()]);
  await server.addMailbox(INBOX_OF_PROOF);
});
afterEach(async () => {
  await product?.stop();
  product = undefined;
  await smtp.stop();
  await server.stop();
  await redis?.close();
  redis = undefined;
});

describe('api, triage and connector as processes of their own', () => {
  const MAILS = 150;

  it(
    `take ${MAILS} mails from ${MailServer.kind} once each while each of them, their connections and the mail server are killed`,
    async () => {
      const chance = Chance.ofRun('mails that arrive at separate processes');
      product = await SeparateApps.start();
      const { password, imapPort } = server;
      await product.addMailbox({ address: INBOX_OF_PROOF, password, imapPort, smtpPort: smtp.port });
      const mails = mailsOfProof(MAILS, 1 + chance.below(900));
      const ours = product.victims();
      const imap = { name: 'the IMAP sessions', kill: () => server.killSessions() };
      const imapServer = { name: 'the IMAP server', kill: () => server.crash() };

      const stored = () => deliveriesStored(product!);
      const delivering = server.deliver(INBOX_OF_PROOF, inStep(mails, MAILS / 5, stored));
      const killing = killAtRandom({
        chance,
        victims: [
          ours.api,
          ours.triage,
          ours.triage,
          ours['connector-email'],
          ours.postgres,
          ours.postgres,
          imap,
          imapServer,
        ],
        progress: stored,
        total: MAILS,
      });
      const [, kills] = await Promise.all([delivering, killing]);
      process.stderr.write(`killed: ${kills.join('; ')}\n`);
      await everythingIn(product, server, 120_000);

      expect(await faultsOfArrival(product, server, mails)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

(redisAvailable() ? describe : describe.skip)('api, triage and connector as processes of their own, with Redis', () => {
  it(
    'send 100 replies once each while Redis is emptied and ends and each of them is killed',
    async () => {
      const CONVERSATIONS = 10;
      const EACH = 10;
      const chance = Chance.ofRun('replies of separate processes');
      redis = await testRedis();
      product = await SeparateApps.start({ REDIS_URL: redis.url });
      const { password, imapPort } = server;
      const mailbox = { address: OUTBOX_OF_PROOF, password, imapPort, smtpPort: smtp.port };
      await product.addMailbox({ ...mailbox, sentCopies: 'provider' });
      refuseAll(smtp);
      const ids = await queueReplies(product, server, CONVERSATIONS, EACH);

      await redis.flush();
      await redis.stop();
      smtp.script = async (mail): Promise<Verdict> => {
        await server.fileInSent(OUTBOX_OF_PROOF, mail.raw);
        return 'take';
      };
      const ours = product.victims();
      const kills = await killAtRandom({
        chance,
        victims: [ours.api, ours.triage, ours['connector-email'], ours.postgres],
        progress: async () => smtp.taken.length,
        total: ids.length,
        patienceMs: 60_000,
      });
      process.stderr.write(`killed: ${kills.join('; ')}\n`);
      await everythingOut(product, ids.length, 180_000);

      expect(faultsOfSending(smtp, CONVERSATIONS, EACH)).toEqual([]);
      await until('every app is ready', () => product!.ready());
    },
    TIMEOUT_MS,
  );
});
