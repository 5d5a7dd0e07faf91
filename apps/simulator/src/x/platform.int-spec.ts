import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Clock } from '@app/runtime';
import type { Happening } from './happening';
import { compareIds, timeOfId } from './ids';
import { XPlatform } from './platform';

let dir: string;
let clock: Clock;
let platform: XPlatform;
let shop: string;
let ada: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'x-'));
  clock = new Clock();
  platform = new XPlatform({ clock, dir, seed: 5 });
  shop = platform.addUser({ username: 'shop' }).userId;
  ada = platform.addUser({ username: 'ada', reach: { followers: 5_000_000, verified: true } }).userId;
});

afterEach(async () => {
  await platform.stop();
  rmSync(dir, { recursive: true });
});

describe('what happened on the platform', () => {
  it('is still there after a restart: threads, versions, files, tokens, time and rules', async () => {
    const { appId } = platform.addApp();
    const { accessToken, refreshToken } = platform.token({ appId, userId: shop });
    const { mediaId } = platform.upload({ userId: ada, category: 'tweet_image', mime: 'image/png', bytes: Buffer.from('x') }); // prettier-ignore
    const { postId } = platform.writePost({ author: ada, text: '@shop opne?', media: [mediaId] });
    platform.world.advance(60_000);
    platform.editPost(postId, '@shop open?');
    platform.writeDirect({ from: ada, to: shop, text: 'hello' });
    platform.chat({ from: ada, to: shop, text: 'secret' });
    platform.setRules({ summonedOnly: false });
    const before = platform.truth(shop);
    await platform.stop();
    const later = new Clock();
    platform = new XPlatform({ clock: later, dir });
    expect(later.aheadMs).toBeGreaterThanOrEqual(60_000);
    expect(platform.truth(shop)).toEqual(before);
    expect(platform.rules.summonedOnly).toBe(false);
    expect(platform.media.read(mediaId)!.toString()).toBe('x');
    expect(platform.world.tokens.get(accessToken)).toMatchObject({ userId: shop });
    expect(platform.world.refreshTokens.get(refreshToken!)).toMatchObject({ used: false });
    expect(platform.addUser({ id: ada, name: 'Ada L.' })).toEqual({ userId: ada, username: 'ada' });
    expect(platform.world.user(ada).reach.followers).toBe(5_000_000);
  });

  it('is told in order, after it was stored', () => {
    const heard: string[] = [];
    const stop = platform.onHappening((happening: Happening) => {
      heard.push(happening.kind);
      if ('post' in happening) expect(platform.world.posts.get(happening.post.id)).toBeDefined();
    });
    const { postId } = platform.writePost({ author: ada, text: '@shop hi' });
    platform.editPost(postId, '@shop hello');
    platform.deletePost(postId);
    platform.deletePost(postId);
    const { directId } = platform.writeDirect({ from: shop, to: ada, text: 'hi' });
    platform.readDirect(ada, shop);
    platform.readDirect(ada, shop);
    stop();
    platform.typeDirect(ada, shop);
    expect(directId).toBeDefined();
    expect(heard).toEqual(['post.created', 'post.edited', 'post.deleted', 'direct.written', 'direct.read']);
  });

  it('has ids that grow with the clock, and ids of the past where it was written in the past', () => {
    const now = clock.now().getTime();
    const past = platform.writePost({ author: ada, text: '@shop old', at: now - 3_600_000 }).postId;
    expect(timeOfId(past)).toBe(now - 3_600_000);
    const ids = [1, 2, 3].map(() => {
      clock.advance(1_000);
      return platform.writePost({ author: ada, text: 'x' }).postId;
    });
    expect([past, ...ids].sort(compareIds)).toEqual([past, ...ids]);
  });
});

describe('the truth about a user', () => {
  it('holds what others wrote to them and what they answered, as it reads now, and nothing of fame', () => {
    const ben = platform.addUser({ username: 'ben', protected: true }).userId;
    const news = platform.writePost({ author: shop, text: 'News' }).postId;
    const reply = platform.writePost({ author: ada, text: 'when?', inReplyTo: news }).postId;
    const answer = platform.writePost({ author: shop, text: 'Now', inReplyTo: reply }).postId;
    const quote = platform.writePost({ author: ada, text: 'nice', quotes: news }).postId;
    const thread = platform.writePost({ author: ada, text: 'hm', inReplyTo: reply, leading: 'none' }).postId;
    const gone = platform.writePost({ author: ada, text: '@shop oops' }).postId;
    platform.writePost({ author: ben, text: '@shop unseen' });
    platform.writePost({ author: ada, text: 'nothing to do with it' });
    platform.repost(ada, news);
    const edited = platform.editPost(reply, 'when exactly?').postId;
    platform.deletePost(gone);
    const truth = platform.truth(shop);
    expect(truth.map(({ id, why }) => [id, why])).toEqual([
      [news, 'own'],
      [reply, 'reply'],
      [answer, 'answer'],
      [quote, 'quote'],
      [thread, 'thread'],
      [gone, 'mention'],
    ]);
    expect(truth[1]).toMatchObject({ nativeIds: [reply, edited], text: 'when exactly?', written: 'when?', edits: 1, person: ada }); // prettier-ignore
    expect(truth[2]).toMatchObject({ direction: 'outbound', person: ada, replyTo: reply });
    expect(truth[5]).toMatchObject({ withdrawn: true, text: '', written: '@shop oops' });
    expect(JSON.stringify(truth)).not.toMatch(/5000000|verified|follower/);
  });
});

describe('what the platform cannot know', () => {
  it('is refused in words', () => {
    expect(() => platform.writePost({ author: '1', text: 'x' })).toThrow(/No user "1"/);
    expect(() => platform.writePost({ author: ada, text: 'x', inReplyTo: '1' })).toThrow(/No post "1"/);
    expect(() => platform.addUser({ username: 'ADA' })).toThrow(/taken/);
    expect(() => platform.addUser({ username: 'two words' })).toThrow(/username/);
    expect(() => platform.writePost({ author: ada, text: 'x', media: ['1'] })).toThrow(/no file "1"/);
  });
});
