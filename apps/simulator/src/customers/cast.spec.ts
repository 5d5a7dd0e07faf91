import { CAST } from './cast';
import { addressOf } from './mail-voice';
import { EVERYDAY } from './everyday';

const placesOf = ({ story }: (typeof CAST)[number]): Set<string> => new Set(story.map(({ place }) => place));
const PUBLIC_ON_X = 280;

describe('the cast', () => {
  it('has about twenty people, in both languages, each once', () => {
    expect(CAST.length).toBeGreaterThanOrEqual(20);
    expect(CAST.length).toBeLessThanOrEqual(25);
    expect(new Set(CAST.map(({ id }) => id)).size).toBe(CAST.length);
    expect(new Set(CAST.map(addressOf)).size).toBe(CAST.length);
    expect(CAST.every(({ id }) => /^[a-z][a-z-]+$/.test(id))).toBe(true);
    const french = CAST.filter(({ language }) => language === 'fr').length;
    expect(Math.min(french, CAST.length - french)).toBeGreaterThan(7);
  });

  it('writes on every channel, some first on one and then on another', () => {
    const places = new Set(CAST.flatMap((customer) => [...placesOf(customer)]));
    expect([...places].sort()).toEqual(['chat', 'comment', 'direct', 'mail', 'post']);
    const channel = { mail: 'mail', chat: 'messenger', comment: 'messenger', post: 'x', direct: 'x' };
    const onTwo = CAST.filter(({ story }) => new Set(story.map(({ place }) => channel[place])).size > 1);
    expect(onTwo.length).toBeGreaterThanOrEqual(5);
  });

  it('knows a Tartempion of 20 followers and one of 20,000, who differ in nothing else that they say', () => {
    const [small, great] = ['tartempion', 'tartempion-tv'].map((id) => CAST.find((customer) => customer.id === id)!);
    expect([small!.x?.followers, great!.x?.followers]).toEqual([20, 20_000]);
    const said = ({ story, chase, thanks, asksOn }: (typeof CAST)[number]) => ({
      story: story.map(({ place, text }) => ({ place, text })),
      chase,
      thanks,
      asksOn,
    });
    expect(said(small!)).toEqual(said(great!));
  });

  it('says what was said before the demo first, the oldest before the newer, and a mail’s subject', () => {
    for (const { story } of CAST) {
      const times = story.map(({ minutesAgo = 0 }) => minutesAgo);
      expect(times).toEqual([...times].sort((a, b) => b - a));
      const first = story.find(({ place }) => place === 'mail');
      expect(first === undefined || first.subject !== undefined).toBe(true);
    }
  });

  it('has an account wherever somebody writes on X, and what is said there fits', () => {
    const onX = CAST.filter((customer) => placesOf(customer).has('post') || placesOf(customer).has('direct'));
    expect(onX.every(({ x }) => x !== undefined && /^\w{1,15}$/.test(x.username))).toBe(true);
    const said = [
      ...CAST.flatMap(({ story }) => story.filter(({ place }) => place === 'post').map(({ text }) => text)),
      ...Object.values(EVERYDAY).flatMap((matters) => matters.map(({ text }) => text)),
    ];
    expect(said.filter((text) => `@LumenElectro ${text}`.length > PUBLIC_ON_X)).toEqual([]);
  });
});
