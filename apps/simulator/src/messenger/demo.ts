import { pictureOfACard } from '../customers/picture';
import { DEMO_CHATS, DEMO_COMMENTS, DEMO_POST } from './demo-chats';
import type { MessengerPlatform } from './platform';

const MINUTE = 60_000;

const APP_ID = '731904426815093';
const PAGE_ID = '104850623917745';
const USER_ID = '112233904471852';

/** What one needs to connect the demo's Page. */
export interface DemoMessenger {
  appId: string;
  appSecret: string;
  pageId: string;
  pageName: string;
  userId: string;
  /** Valid: the one of before, or a new one where that no longer is. */
  pageToken: string;
  userToken: string;
}

export function seedDemo(platform: MessengerPlatform): DemoMessenger {
  const pageName = 'Lumen Électroménager';
  const { appId, appSecret } = platform.addApp({ appId: APP_ID, name: 'Evenhand', requireProof: true });
  const { pageId } = platform.addPage({ id: PAGE_ID, name: pageName });
  const { userId } = platform.addUser({ id: USER_ID, name: 'Ada Fontaine', pages: [pageId] });
  const wish = { appId, userId };
  return {
    ...wish,
    appSecret,
    pageId,
    pageName,
    pageToken: goodToken(platform, pageId) ?? platform.token({ ...wish, pageId }),
    userToken: goodToken(platform, undefined) ?? platform.token(wish),
  };
}

function goodToken(platform: MessengerPlatform, pageId: string | undefined): string | undefined {
  for (const token of platform.world.tokens.values()) {
    const mine = token.appId === APP_ID && token.userId === USER_ID && token.pageId === pageId;
    if (mine && token.invalid === undefined && token.expiresAt === 0) return token.id;
  }
  return undefined;
}

/** The people of the demo who write, each with an id made of the name, so that a restart finds them again. */
export function writeDemoChats(platform: MessengerPlatform, now: Date): number {
  if (platform.truth(PAGE_ID).length > 0) return 0;
  const at = (minutesAgo: number): Date => new Date(now.getTime() - minutesAgo * MINUTE);
  const writings = DEMO_CHATS.flatMap(({ name, language, lines }) =>
    lines.map((line) => ({ ...line, person: { id: idOf(name), name, language } })),
  ).sort((a, b) => b.minutesAgo - a.minutesAgo);
  for (const { person, minutesAgo, text, picture } of writings) {
    const photo = { type: 'image', name: 'photo.png', mime: 'image/png', bytes: pictureOfACard() };
    platform.writeAs(platform.person(person), PAGE_ID, {
      at: at(minutesAgo),
      ...(text !== undefined && { text }),
      ...(picture && { attachments: [photo] }),
    });
  }
  const { id: post } = platform.feed.post(platform.world.page(PAGE_ID), DEMO_POST.text, at(DEMO_POST.minutesAgo));
  for (const { name, language, minutesAgo, text } of DEMO_COMMENTS) {
    const person = platform.person({ id: idOf(name), name, language });
    platform.comment(PAGE_ID, person, { post, text, at: at(minutesAgo) });
  }
  return writings.length + DEMO_COMMENTS.length;
}

/** Of a made-up name. */
export function idOf(name: string): string {
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.replace(/[^\p{L}\p{N}]+/gu, '-');
}
