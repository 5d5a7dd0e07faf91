import { once } from 'node:events';
import { Town, type Written } from '../../testing/town';
import { DEMO_MAILBOX } from '../mail-simulator';
import { DEMO_PAGE_ID } from '../messenger/demo';
import { Random } from '../messenger/random';
import { DEMO_HANDLE } from '../x/demo';
import type { CustomerLife, LifeOptions } from './life';

const HOUR = 3_600_000;

let town: Town;

beforeEach(async () => {
  town = await Town.start();
});

afterEach(() => town.stop());

function seeded(seed: number): () => number {
  const random = new Random(seed);
  return () => random.next();
}

/** Life at full speed, without patience. */
function live(options: LifeOptions = {}): CustomerLife {
  return town.customers.startLife({ everyMs: 1, readAfterMs: 1, patienceMs: 0, random: seeded(3), ...options });
}

/** Waits until what they wrote is as it should be. */
async function until(holds: (written: Written[]) => boolean): Promise<Written[]> {
  for (;;) {
    const written = await town.written();
    if (holds(written)) return written;
    await new Promise<void>((resolve) => town.customers.onChange(resolve));
  }
}

/** An answer as the connector of mail sends it, put into the customer's INBOX. */
function answerByMail(to: string, headers = ''): string {
  const id = `<m.${Math.random().toString(36).slice(2)}@demo.evenhand.test>`;
  const raw =
    `Message-ID: ${id}\r\nFrom: "Léa, Support" <${DEMO_MAILBOX}>\r\nTo: ${to}\r\nSubject: Re: Une question\r\n` +
    `Date: Tue, 3 Mar 2026 09:05:00 +0100\r\n${headers}Content-Type: text/plain; charset=utf-8\r\n\r\nC’est fait.\r\n`;
  town.mail.deliver(raw, { to });
  return id;
}

describe('before the demo', () => {
  it('people have written on all three channels over the last hours, the oldest first', async () => {
    const count = await town.writeEarlier();
    const written = await town.written();
    expect(written).toHaveLength(count);
    expect(new Set(written.map(({ channel }) => channel))).toEqual(new Set(['mail', 'messenger', 'x']));
    const oldest = town.clock.now().getTime() - written[0]!.at;
    expect([oldest > 7 * HOUR, oldest < 8 * HOUR]).toEqual([true, true]);
    for (const channel of ['mail', 'messenger', 'x']) {
      expect(written.filter((each) => each.channel === channel).length).toBeGreaterThanOrEqual(6);
    }
    const { inbox } = town.mail.mailbox(DEMO_MAILBOX);
    expect(inbox.map(({ uid }) => uid)).toEqual([...inbox.keys()].map((n) => n + 1));
    const arrived = inbox.map(({ internalDate }) => internalDate.getTime());
    expect(arrived).toEqual([...arrived].sort((a, b) => a - b));
    expect(new Set(inbox.map((mail) => mail.header('from'))).size).toBe(14);
    const mails = await Promise.all(inbox.map((mail) => mail.read()));
    expect(mails.some(({ subject }) => /[\u0600-\u06ff]{5}/.test(subject ?? ''))).toBe(true);
    expect(mails.flatMap(({ attachments }) => attachments.map(({ mimeType }) => mimeType))).toEqual(['image/png']);
    expect(mails.filter(({ inReplyTo }) => mails.some(({ messageId }) => messageId === inReplyTo))).toHaveLength(1);
  });

  it('one complaint came from an account of 20 followers and, a minute later, from one of 20,000', async () => {
    await town.writeEarlier();
    const [small, great] = ['tartempion', 'tartempion_tv'].map((name) => town.x.world.findUser(name)!);
    expect([small!.reach.followers, great!.reach.followers]).toEqual([20, 20_000]);
    const [first, second] = [small, great].map((user) => town.x.world.postsBy(user!.id));
    expect(first!.map(({ text }) => text)).toEqual(second!.map(({ text }) => text));
    expect(second![0]!.at - first![0]!.at).toBe(60_000);
  });

  it('is written once: not again after a restart, and not where somebody else wrote', async () => {
    const count = await town.writeEarlier();
    await town.restart();
    expect(await town.writeEarlier()).toBe(0);
    expect(await town.written()).toHaveLength(count);
    await town.stop();
    town = await Town.start();
    town.x.writeDirect({ from: town.x.addUser().userId, to: DEMO_HANDLE.id, text: 'I was here before' });
    expect(await town.customers.writeEarlier('x')).toBe(0);
  });
});

describe('the life of the customers', () => {
  it('goes on over all channels at one rate, and ends after as many messages as asked for', async () => {
    await town.writeEarlier();
    const before = await town.written();
    const life = live({ limit: 40 });
    await life.ended;
    expect([life.written, life.running, life.failure]).toEqual([40, false, undefined]);
    const after = (await town.written()).slice(before.length);
    expect(after).toHaveLength(40);
    expect(new Set(after.map(({ channel }) => channel))).toEqual(new Set(['mail', 'messenger', 'x']));
  });

  it('asks again where nobody answers, tells it on another channel, and then waits', async () => {
    await town.writeEarlier();
    live({ random: () => 0.3 });
    const again = ['Un formulaire qui efface tout', 'La laveuse est débranchée'];
    await until((all) => again.every((words) => all.some(({ text }) => text.startsWith(words))));
    town.customers.life?.stop();
    const texts = (await town.written()).map(({ text }) => text);
    for (const words of again) expect(texts.filter((text) => text.startsWith(words))).toHaveLength(1);
  });

  it('is patient first', async () => {
    await town.writeEarlier();
    const life = live({ limit: 12, patienceMs: 9 * HOUR, random: () => 0.3 });
    await Promise.race([life.ended, new Promise<void>((resolve) => town.customers.onChange(resolve))]);
    const texts = (await town.written()).map(({ text }) => text);
    expect(texts.some((text) => text.startsWith('La laveuse est débranchée'))).toBe(false);
  });

  it('thanks for an answer by mail in its thread, and not for an automatic one', async () => {
    await town.writeEarlier();
    live({ random: () => 0.4 });
    const helene = 'helene.tremblay@customers.test';
    const automatic = answerByMail('oliver.whitfield@customers.test', 'Auto-Submitted: auto-replied\r\n');
    const id = answerByMail(helene);
    await until((all) => all.some(({ who, text }) => who === helene && text.startsWith('Parfait pour mardi')));
    // who heard first would have thanked first
    const answered = town.mail.mailbox(DEMO_MAILBOX).inbox.map((mail) => mail.header('in-reply-to'));
    expect(answered.filter((ref) => ref === id)).toHaveLength(1);
    expect(answered).not.toContain(automatic);
  });

  it('reads and thanks for answers in a chat, in public on X, and in private there', async () => {
    await town.writeEarlier();
    const { messenger, x } = town;
    live({ random: () => 0.4 });
    messenger.pageInboxReply(DEMO_PAGE_ID, 'theo-ashworth', 'Yes, it has one.');
    const ben = x.world.findUser('ben_carter')!.id;
    x.writeDirect({ from: DEMO_HANDLE.id, to: ben, text: 'Approved.' });
    const zoe = x.world.postsBy(x.world.findUser('zoe_marchand')!.id)[0]!;
    x.writePost({ author: DEMO_HANDLE.id, text: 'Oui : retours@…', inReplyTo: zoe.id });
    const thanks = ['Perfect, thank you!', 'Great, it went through. Thanks!', 'Merci ! Un humain, enfin.'];
    const all = await until((seen) => thanks.every((words) => seen.some(({ text }) => text.endsWith(words))));
    const inThread = x.world.postsIn(zoe.conversationId).map(({ text }) => text);
    expect(inThread.at(-1)).toBe('Merci ! Un humain, enfin.');
    const thread = [...messenger.world.threads.values()].find(({ personId }) => personId === 'theo-ashworth');
    expect(thread!.readUpTo).toBeGreaterThan(0);
    expect(all.filter(({ text }) => text === 'Perfect, thank you!')).toHaveLength(1);
  });

  it('goes on in public where a comment is answered, and stops asking where that was answered in private', async () => {
    await town.writeEarlier();
    const { messenger } = town;
    const comment = messenger.truth(DEMO_PAGE_ID).find(({ kind }) => kind === 'comment')!;
    live({ random: () => 0.4 });
    messenger.comment(DEMO_PAGE_ID, null, { text: 'The shop was closed.', parent: comment.id });
    await until((all) => all.some(({ text }) => text === 'Thank you. That is all I wanted to know.'));
    const standing = messenger.truth(DEMO_PAGE_ID).filter(({ kind }) => kind === 'comment');
    expect(standing.map(({ direction }) => direction)).toEqual(['inbound', 'outbound', 'inbound']);
    expect(standing[2]!.replyTo).toBe(comment.id);
  });

  it('goes on where it was after a restart: nobody begins the same story again', async () => {
    const life = live({ limit: 23, random: () => 0.9 });
    await life.ended;
    const told = (await town.written()).map(({ text }) => text);
    expect(told.some((text) => text.includes('7731-08842'))).toBe(true);
    await town.restart();
    await live({ limit: 10, random: () => 0.9 }).ended;
    const all = (await town.written()).map(({ text }) => text);
    expect(all).toHaveLength(33);
    expect(all.filter((text) => text.includes('7731-08842'))).toHaveLength(1);
  });

  it('reacts after a restart to an answer that came to what was written before it', async () => {
    await town.writeEarlier();
    await town.restart();
    live({ random: () => 0.4 });
    const heard = once(town.messenger, 'message');
    town.messenger.pageInboxReply(DEMO_PAGE_ID, 'theo-ashworth', 'Yes.');
    await heard;
    await until((all) => all.some(({ text }) => text === 'Perfect, thank you!'));
  });
});
