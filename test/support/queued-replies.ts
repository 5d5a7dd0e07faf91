import { AnsweringPerson, customerMail } from './answering';
import type { InstalledProduct } from './installed-product';
import type { MailServer } from './mail-server';
import { until } from './product';
import type { ScriptedSmtp, Verdict } from './scripted-smtp';

/** The mailbox from which the replies of a proof leave. */
export const OUTBOX_OF_PROOF = 'support@example.test';

const TRY_LATER: Verdict = { code: 451, text: '4.7.1 greylisted, try later' };
/** Microsoft's word for too many connections: nothing leaves this account for a few seconds. */
const TOO_MANY: Verdict = { code: 432, text: '4.3.2 concurrent connections limit exceeded' };
/** So many are told to come later, each by itself; then the account is told so as a whole. */
const GREYLISTED = 30;

/** Lets the provider refuse whatever comes, for now. */
export function refuseAll(smtp: ScriptedSmtp): void {
  let refused = 0;
  smtp.script = () => (refused++ < GREYLISTED ? TRY_LATER : TOO_MANY);
}

/** A text of its own in each reply, with its place among those of its conversation. */
const textOf = (conversation: number, place: number): string => `reply ${conversation}/${place}.`;

/**
 * Writes `conversations * each` replies while the provider refuses, so that all of them wait. @returns ids of the messages.
 */
export async function queueReplies(
  product: InstalledProduct,
  server: MailServer,
  conversations: number,
  each: number,
): Promise<string[]> {
  const person = new AnsweringPerson(product);
  const subjects = Array.from({ length: conversations }, (_, n) => `matter ${n}`);
  await server.deliver(
    OUTBOX_OF_PROOF,
    subjects.map((subject) => customerMail(OUTBOX_OF_PROOF, subject)),
  );
  const ids: string[] = [];
  for (let n = 0; n < conversations; n++) {
    const taken = await until('a customer waits', () => person.takeNext());
    let { seen } = taken;
    for (let place = 0; place < each; place++) {
      // one's own last reply is what one has on the screen
      seen = await person.reply({ ...taken, seen }, textOf(n, place));
      ids.push(seen);
    }
  }
  return ids;
}

/** Waits until nothing is left to send. @throws with how far it came. */
export async function everythingOut(product: InstalledProduct, total: number, timeoutMs: number): Promise<void> {
  let seen = '';
  await until(
    'every reply is sent',
    async () => {
      const rows = await product.query<{ state: string; n: number }>(
        `select send_state as state, count(*)::int as n from inbox.messages where direction = 'outbound' group by 1`,
      );
      const [jobs] = await product.query<{ n: number }>('select count(*)::int as n from jobs.jobs');
      seen = `${JSON.stringify(rows)}, ${jobs!.n} jobs`;
      return jobs!.n === 0 && rows.length === 1 && rows[0]!.state === 'sent' && rows[0]!.n === total;
    },
    timeoutMs,
  ).catch((error: Error) => {
    throw new Error(`${error.message}; ${seen}\n${product.output.slice(-5_000)}`);
  });
}

/** What is wrong with what the provider was given, in words: lost, doubled, or out of order within a conversation. */
export function faultsOfSending(smtp: ScriptedSmtp, conversations: number, each: number): string[] {
  const faults: string[] = [];
  const places = new Map<number, number[]>();
  for (const { raw } of smtp.taken) {
    const found = /reply (\d+)\/(\d+)\./.exec(raw.toString('latin1'));
    if (!found) faults.push('a mail that nobody wrote');
    else places.set(Number(found[1]), [...(places.get(Number(found[1])) ?? []), Number(found[2])]);
  }
  const wanted = Array.from({ length: each }, (_, place) => place).join(' ');
  for (let n = 0; n < conversations; n++) {
    const got = (places.get(n) ?? []).join(' ');
    if (got !== wanted) faults.push(`conversation ${n}: ${got} instead of ${wanted}`);
  }
  const ids = smtp.taken.map(({ messageId }) => messageId);
  if (new Set(ids).size !== ids.length) faults.push(`${ids.length - new Set(ids).size} Message-IDs came twice`);
  return faults;
}
