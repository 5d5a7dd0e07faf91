import type { MessengerPlatform } from './platform';

const APP_ID = '731904426815093';
/** The demo's Page. */
export const DEMO_PAGE_ID = '104850623917745';
const USER_ID = '112233904471852';

/** What its customers comment on. */
export const DEMO_POST =
  'Cette semaine : reprise de votre ancien appareil pour tout achat d’un lave-linge Lumen. This week: we take your old machine.';

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
  const { pageId } = platform.addPage({ id: DEMO_PAGE_ID, name: pageName });
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
