import type { Chance } from './chaos';
import type { MessengerProof } from './messenger-proof';

type Act = (who: string, page: string) => void;

/** What may stand in a text: scripts, directions, signs of four bytes, what JSON escapes. */
const SPICE = ['', ' 😀', ' où ça ?', ' "x" \\ /y', ' \u200e\u202eabc', ' 这个', ' <b>&amp;', '\nzweite Zeile', ' é'];
const PICTURE = Buffer.from('R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==', 'base64');

/**
 * Customers, colleagues and other programs that do everything there is to do on the Pages, by chance: the same seed does the
 * same. Whatever they write has a text of its own.
 */
export class Customers {
  /** What was done, by kind. */
  readonly done = new Map<string, number>();
  private readonly people: string[];
  private written = 0;
  /** Newest messages of customers, by whom and where. */
  private readonly messages: { mid: string; edits: number }[] = [];
  private readonly comments: { id: string; page: string; root: boolean }[] = [];
  private readonly talks = new Set<string>();
  private readonly acts: readonly (readonly [weight: number, kind: string, act: Act])[];

  constructor(
    private readonly proof: MessengerProof,
    private readonly chance: Chance,
    people: number,
  ) {
    const { simulator } = proof;
    this.people = Array.from({ length: people }, (_, n) => simulator.person({ name: `Person ${n}` }));
    this.acts = [
      [44, 'write', (who, page) => this.write(who, page)],
      [7, 'write with a file', (who, page) => this.write(who, page, true)],
      [8, 'edit', (who, page) => this.edit(who, page)],
      [5, 'unsend', (who, page) => this.unsend(who, page)],
      [8, 'react', (who, page) => this.react(who, page)],
      [5, 'postback', (who, page) => this.tap(who, page)],
      [8, 'comment', (who, page) => this.comment(who, page)],
      [3, 'answer a comment', (who, page) => this.answerComment(who, page)],
      [4, 'change a comment', (who, page) => this.changeComment(who, page)],
      [6, 'answer in the page inbox', (who, page) => this.pageInbox(who, page)],
      [1, 'answer by another program', (who, page) => this.program(who, page)],
      [
        1,
        'come by a link',
        (who, page) => simulator.referral(who, page, { ref: 'x', source: 'SHORTLINK', type: 'OPEN_THREAD' }),
      ],
    ];
  }

  /** One thing happens. @returns what. */
  act(): string {
    const { chance, proof } = this;
    const who = chance.pick(this.people);
    const { pageId } = chance.pick(proof.pages);
    let dice = chance.below(100);
    const [, kind, act] = this.acts.find(([weight]) => (dice -= weight) < 0) ?? this.acts[0]!;
    act(who, pageId);
    this.done.set(kind, (this.done.get(kind) ?? 0) + 1);
    return kind;
  }

  private text(): string {
    return `word ${this.written++}${this.chance.pick(SPICE)}`;
  }

  private write(who: string, page: string, withFile = false): void {
    const file = { type: 'image', bytes: PICTURE, name: 'dot.gif', mime: 'image/gif' };
    const writing = withFile
      ? { attachments: [file], ...(this.chance.next() < 0.5 && { text: this.text() }) }
      : { text: this.text() };
    const { mid } = this.proof.simulator.writeAs(who, page, writing);
    this.messages.push({ mid, edits: 0 });
    this.talks.add(`${who} ${page}`);
  }

  /** One of the newest messages, which may still be on its way; undefined while there is none. */
  private recent() {
    const from = Math.max(0, this.messages.length - 30);
    return this.messages[from + this.chance.below(this.messages.length - from)];
  }

  private edit(who: string, page: string): void {
    const message = this.recent();
    if (message === undefined || message.edits >= 5) return this.write(who, page);
    message.edits += 1;
    this.proof.simulator.edit(message.mid, this.text());
  }

  private unsend(who: string, page: string): void {
    const message = this.recent();
    if (message === undefined) return this.write(who, page);
    this.proof.simulator.unsend(message.mid);
    this.messages.splice(this.messages.indexOf(message), 1);
  }

  private react(who: string, page: string): void {
    const message = this.recent();
    if (message === undefined) return this.write(who, page);
    this.proof.simulator.react(message.mid, this.chance.pick(['love', 'wow', '🦔', null]));
  }

  private tap(who: string, page: string): void {
    this.proof.simulator.postback(who, page, { title: this.text(), payload: 'PAYLOAD' });
    this.talks.add(`${who} ${page}`);
  }

  private comment(who: string, page: string): void {
    const { commentId } = this.proof.simulator.comment(page, who, { text: this.text() });
    this.comments.push({ id: commentId, page, root: true });
  }

  /** A customer, or a colleague on the Page itself. */
  private answerComment(who: string, page: string): void {
    const above = this.someComment(({ root }) => root);
    if (above === undefined) return this.comment(who, page);
    const by = this.chance.next() < 0.4 ? null : who;
    const { commentId } = this.proof.simulator.comment(above.page, by, { text: this.text(), parent: above.id });
    if (by !== null) this.comments.push({ id: commentId, page: above.page, root: false });
  }

  /** Each comment is changed once: two changes within a second have no order on the platform. */
  private changeComment(who: string, page: string): void {
    const comment = this.someComment(() => true);
    if (comment === undefined) return this.comment(who, page);
    this.comments.splice(this.comments.indexOf(comment), 1);
    const { simulator } = this.proof;
    const dice = this.chance.below(3);
    if (dice === 0) simulator.editComment(comment.id, this.text());
    else if (dice === 1) simulator.hideComment(comment.id);
    else simulator.removeComment(comment.id);
  }

  private someComment(which: (comment: { root: boolean }) => boolean) {
    const some = this.comments.slice(-30).filter(which);
    return some[this.chance.below(Math.max(1, some.length))];
  }

  private pageInbox(who: string, page: string): void {
    if (!this.talks.has(`${who} ${page}`)) return this.write(who, page);
    this.proof.simulator.pageInboxReply(page, who, this.text());
  }

  private program(who: string, page: string): void {
    if (!this.talks.has(`${who} ${page}`)) return this.write(who, page);
    this.proof.simulator.otherAppReply(page, who, this.chance.pick(['1234567890123', null]), { text: this.text() });
  }
}
