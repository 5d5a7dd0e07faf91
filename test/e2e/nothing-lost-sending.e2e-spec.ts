import { AnsweringPerson, customerMail, type Taken } from '../support/answering';
import { AllInOne } from '../support/installed-product';
import { MailServer } from '../support/mail-server';
import { until } from '../support/product';
import { ScriptedSmtp, type Transmission } from '../support/scripted-smtp';

/**
 * Mailboxes by what their provider does with a mail that it gives no answer to:
 *   stored   takes it, and files a copy in Sent, as it does with every mail
 *   absent   loses it; what it takes it files in Sent, so that a mail which is not there was not taken
 *   unknown  takes it, and files nothing
 */
const MAILBOXES = { stored: 'provider', absent: 'provider', unknown: 'ours' } as const;
type Kind = keyof typeof MAILBOXES;
const KINDS = Object.keys(MAILBOXES) as Kind[];
const addressOf = (kind: Kind): string => `${kind}@example.test`;

/** Look-ups are made a minute after the attempt, and the job of a killed process is free after another. */
const SETTLED_MS = 150_000;

let server: MailServer;
let smtp: ScriptedSmtp;
let product: AllInOne;
let person: AnsweringPerson;
/** Mails that were handed over and got no answer, by the subject that the reply has. */
const unanswered = new Map<string, Transmission>();
const messageIds = new Map<string, string>();

beforeAll(async () => {
  [server, smtp] = await Promise.all([MailServer.start(), ScriptedSmtp.start()]);
  product = await AllInOne.start();
  person = new AnsweringPerson(product);
  for (const kind of KINDS) {
    const address = addressOf(kind);
    await server.addMailbox(address);
    const { password, imapPort } = server;
    await product.addMailbox({ address, password, imapPort, smtpPort: smtp.port, sentCopies: MAILBOXES[kind] });
    await server.deliver(address, [customerMail(address, `cut ${kind}`), customerMail(address, `kill ${kind}`)]);
  }
  smtp.script = (mail) => {
    if (unanswered.has(mail.subject)) return 'take';
    unanswered.set(mail.subject, mail);
    return mail.subject.startsWith('Re: cut') ? 'cut' : 'say-nothing';
  };

  const taken = new Map<string, Taken>();
  while (taken.size < 6) {
    const conversation = await until('a customer waits', () => person.takeNext());
    taken.set(conversation.subject, conversation);
  }
  const answer = async (what: 'cut' | 'kill'): Promise<void> => {
    for (const kind of KINDS) {
      const subject = `${what} ${kind}`;
      messageIds.set(subject, await person.reply(taken.get(subject)!, `About ${subject}`));
    }
    await until(`three mails end in a ${what}`, () => KINDS.every((kind) => unanswered.has(`Re: ${what} ${kind}`)));
  };
  await answer('cut');
  await answer('kill');
  await product.killMain();
  // the provider had taken them before its client died
  for (const what of ['cut', 'kill']) {
    await server.fileInSent(addressOf('stored'), unanswered.get(`Re: ${what} stored`)!.raw);
  }
  await product.restart();
}, 120_000);

afterAll(async () => {
  await product?.kill();
  await smtp?.stop();
  await server?.stop();
});

const shown = (subject: string) => person.sendOf(messageIds.get(subject)!);
const settled = (subject: string, state: string) =>
  until(`${subject} is ${state}`, async () => (await shown(subject)).state === state, SETTLED_MS).catch(
    async (error: Error) => {
      throw new Error(
        `${error.message}; it is ${JSON.stringify(await shown(subject))}\n${product.output.slice(-3_000)}`,
      );
    },
  );

describe.each([
  ['its connection was cut after the last byte', 'cut'],
  ['the process was killed before it heard the answer', 'kill'],
])('a reply of which nobody knows whether it left, because %s', (_why, what) => {
  it(
    'is sent, and not again, when its copy stands in the Sent folder',
    async () => {
      await settled(`${what} stored`, 'SENT');
      expect(smtp.of(`Re: ${what} stored`)).toHaveLength(1);
    },
    SETTLED_MS + 10_000,
  );

  it(
    'leaves once more, the same bytes under the same Message-ID, when a provider that files everything has not got it',
    async () => {
      await settled(`${what} absent`, 'SENT');
      const [first, second, ...more] = smtp.of(`Re: ${what} absent`);
      expect(more).toEqual([]);
      expect(second!.messageId).toBe(first!.messageId);
      expect(second!.raw.equals(first!.raw)).toBe(true);
    },
    SETTLED_MS + 10_000,
  );

  it(
    'stays uncertain and does not leave again where the Sent folder proves nothing',
    async () => {
      await settled(`${what} unknown`, 'UNCERTAIN');
      expect(smtp.of(`Re: ${what} unknown`)).toHaveLength(1);
      const { conversations } = await product.api.call<{
        conversations: { nodes: { subject: string; trouble: string }[] };
      }>('{ conversations(view: FAILED) { nodes { subject trouble } } }');
      expect(conversations.nodes).toContainEqual({ subject: `${what} unknown`, trouble: 'UNCERTAIN' });
    },
    SETTLED_MS + 10_000,
  );
});

describe('a person who decides about an uncertain reply', () => {
  it('sends the same bytes under the same Message-ID again', async () => {
    await person.settle(messageIds.get('kill unknown')!, 'SEND_AGAIN');
    await settled('kill unknown', 'SENT');
    const [first, second, ...more] = smtp.of('Re: kill unknown');
    expect(more).toEqual([]);
    expect(second!.messageId).toBe(first!.messageId);
    expect(second!.raw.equals(first!.raw)).toBe(true);
  });

  it('marks it as sent, and nothing leaves', async () => {
    await person.settle(messageIds.get('cut unknown')!, 'SENT');
    expect(await shown('cut unknown')).toMatchObject({ state: 'SENT' });
    expect(smtp.of('Re: cut unknown')).toHaveLength(1);
  });

  it('finds nothing left to do, and no reply in any other number', async () => {
    await until('no job is left', async () => (await product.query('select 1 from jobs.jobs')).length === 0);
    const counts = KINDS.flatMap((kind) => ['cut', 'kill'].map((what) => smtp.of(`Re: ${what} ${kind}`).length));
    expect(counts).toEqual([1, 1, 2, 2, 1, 2]);
  });
});
