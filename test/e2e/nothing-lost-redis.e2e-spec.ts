import { AllInOne } from '../support/installed-product';
import { MailServer } from '../support/mail-server';
import { everythingOut, faultsOfSending, OUTBOX_OF_PROOF, queueReplies, refuseAll } from '../support/queued-replies';
import { redisAvailable, testRedis, type TestRedis } from '../support/redis-server';
import { ScriptedSmtp } from '../support/scripted-smtp';

// 500 replies, which .ci/run asks for, keep a small machine busy for more than a minute
const CONVERSATIONS = process.env['EVENHAND_PROOF'] === 'full' ? 25 : 10;
const EACH = 20;
const TIMEOUT_MS = 400_000;

(redisAvailable() ? describe : describe.skip)(
  `${CONVERSATIONS * EACH} replies that wait when Redis is emptied and ends`,
  () => {
    let redis: TestRedis;
    let server: MailServer;
    let smtp: ScriptedSmtp;
    let product: AllInOne;

    beforeAll(async () => {
      [redis, server, smtp] = await Promise.all([testRedis(), MailServer.start(), ScriptedSmtp.start()]);
      await server.addMailbox(OUTBOX_OF_PROOF);
      product = await AllInOne.start({ REDIS_URL: redis.url });
      const { password, imapPort } = server;
      const mailbox = { address: OUTBOX_OF_PROOF, password, imapPort, smtpPort: smtp.port };
      await product.addMailbox({ ...mailbox, sentCopies: 'none' });
    });
    afterAll(async () => {
      await product?.kill();
      await smtp?.stop();
      await server?.stop();
      await redis?.close();
    });

    it(
      'all leave, once each, in the order in which a customer is to read them',
      async () => {
        refuseAll(smtp);
        const ids = await queueReplies(product, server, CONVERSATIONS, EACH);
        expect(smtp.taken).toEqual([]);

        await redis.flush();
        await redis.stop();
        smtp.script = () => 'take';
        await everythingOut(product, ids.length, 300_000);

        expect(faultsOfSending(smtp, CONVERSATIONS, EACH)).toEqual([]);
        expect(product.logged(50)).toEqual([]);
      },
      TIMEOUT_MS,
    );

    it('stops in order afterwards', async () => {
      await product.stop();
    });
  },
);
