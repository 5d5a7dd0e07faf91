import type { Chance } from './chaos';
import type { HandleOfProof, XProof } from './x-proof';

/** What may stand in a text: scripts, directions, signs of four bytes, what JSON and HTML escape. */
const SPICE = ['', ' 😀', ' où ça ?', ' "x" \\ /y', ' \u200eabc', ' 这个', ' <b>&amp;', '\nzweite Zeile', ' é'];
const PICTURE = Buffer.from('R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==', 'base64');

type Act = (who: string, handle: HandleOfProof) => void;

/**
 * Customers and colleagues who do everything there is to do to the handles on X, by chance: the same seed does the same. Whatever
 * they write has a text of its own.
 */
export class XCustomers {
  private readonly people: string[];
  private written = 0;
  /** Newest posts of customers that stand. */
  private readonly posts: { id: string; handle: HandleOfProof; edits: number }[] = [];
  private readonly talks = new Set<string>();
  private readonly acts: readonly (readonly [weight: number, act: Act])[];

  constructor(
    private readonly proof: XProof,
    private readonly chance: Chance,
    people: number,
  ) {
    this.people = Array.from({ length: people }, () => proof.simulator.addUser().userId);
    this.acts = [
      [30, (who, handle) => this.mention(who, handle)],
      [6, (who, handle) => this.mention(who, handle, true)],
      [22, (who, handle) => this.write(who, handle)],
      [10, (who) => this.answer(who)],
      [8, (who, handle) => this.edit(who, handle)],
      [6, (who, handle) => this.remove(who, handle)],
      [6, () => this.colleague()],
      [5, (who, handle) => this.colleagueWrites(who, handle)],
      [4, (who, handle) => this.quote(who, handle)],
      [3, (who, { userId }) => void proof.simulator.chat({ from: who, to: userId, text: 'secret' })],
    ];
  }

  /** One thing happens. */
  act(): void {
    const { chance, proof } = this;
    const who = chance.pick(this.people);
    const handle = chance.pick(proof.handles);
    let dice = chance.below(100);
    const [, act] = this.acts.find(([weight]) => (dice -= weight) < 0) ?? this.acts[0]!;
    act(who, handle);
  }

  private text(): string {
    return `word ${this.written++}${this.chance.pick(SPICE)}`;
  }

  private mention(who: string, handle: HandleOfProof, withFile = false): void {
    const { simulator } = this.proof;
    const file = { userId: who, category: 'tweet_image', mime: 'image/gif', bytes: PICTURE };
    const media = withFile ? [simulator.upload(file).mediaId] : [];
    const { postId } = simulator.writePost({ author: who, text: `@${handle.username} ${this.text()}`, media });
    this.posts.push({ id: postId, handle, edits: 0 });
  }

  private write(who: string, { userId }: HandleOfProof): void {
    this.proof.simulator.writeDirect({ from: who, to: userId, text: this.text() });
    this.talks.add(`${who} ${userId}`);
  }

  /** Below what somebody else wrote; X puts everybody's names before it. */
  private answer(who: string): void {
    const post = this.recent();
    if (post === undefined) return;
    const text = `@${post.handle.username} ${this.text()}`;
    const { postId } = this.proof.simulator.writePost({ author: who, inReplyTo: post.id, text });
    this.posts.push({ id: postId, handle: post.handle, edits: 0 });
  }

  private edit(who: string, handle: HandleOfProof): void {
    const post = this.recent();
    if (post === undefined || post.edits >= 5) return this.mention(who, handle);
    post.edits += 1;
    post.id = this.proof.simulator.editPost(post.id, `@${post.handle.username} ${this.text()}`).postId;
  }

  private remove(who: string, handle: HandleOfProof): void {
    const post = this.recent();
    if (post === undefined || post.edits > 0) return this.mention(who, handle);
    this.proof.simulator.deletePost(post.id);
    this.posts.splice(this.posts.indexOf(post), 1);
  }

  private colleague(): void {
    const post = this.recent();
    if (post === undefined) return;
    this.proof.simulator.writePost({ author: post.handle.userId, inReplyTo: post.id, text: this.text() });
  }

  private colleagueWrites(who: string, handle: HandleOfProof): void {
    if (!this.talks.has(`${who} ${handle.userId}`)) return this.write(who, handle);
    this.proof.simulator.writeDirect({ from: handle.userId, to: who, text: this.text() });
  }

  private quote(who: string, handle: HandleOfProof): void {
    const { postId } = this.proof.simulator.writePost({ author: handle.userId, text: `news ${this.written}` });
    const text = `@${handle.username} ${this.text()}`;
    this.proof.simulator.writePost({ author: who, quotes: postId, text });
  }

  private recent() {
    const from = Math.max(0, this.posts.length - 30);
    return this.posts[from + this.chance.below(this.posts.length - from)];
  }
}
