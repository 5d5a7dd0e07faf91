import { crc32 } from 'node:zlib';
import { CAST } from '../customers/cast';
import { idAt } from './ids';
import type { XPlatform } from './platform';

/** Ids that stay the same, so that a restart finds everything again. */
const APP_ID = '1915000000000000001';
/** The demo's handle. */
export const DEMO_HANDLE = { id: '1830000000000000001', username: 'LumenElectro' } as const;
const OWNER_ID = DEMO_HANDLE.id;

/** What one needs to connect the demo's handle. */
export interface DemoX {
  appId: string;
  clientId: string;
  clientSecret: string;
  consumerKey: string;
  consumerSecret: string;
  bearerToken: string;
  userId: string;
  username: string;
  /** A login of its own each time: refresh tokens are good once. */
  accessToken: string;
  refreshToken: string;
  expiresAt: Date;
  scopes: string[];
  /** OAuth 1.0a. */
  token: string;
  tokenSecret: string;
}

export function seedDemo(simulator: XPlatform): DemoX {
  const { world } = simulator;
  simulator.addUser({
    id: OWNER_ID,
    username: DEMO_HANDLE.username,
    name: 'Lumen Électroménager',
    language: 'fr',
    operated: true,
    reach: { followers: 8_450, verified: true, verifiedType: 'business' },
  });
  const keys = simulator.addApp({ appId: APP_ID, name: 'Evenhand', ownerId: OWNER_ID });
  const { clientSecret = '' } = keys;
  for (const { id, name, language, x } of CAST) {
    if (!x || world.findUser(x.username)) continue;
    const { username, followers, badge } = x;
    const reach = { followers, ...(badge && { verified: true, verifiedType: badge }) };
    // ids of one moment in the past, the same whoever else is in the cast
    simulator.addUser({
      id: String(idAt(JOINED) + BigInt(crc32(id) % IDS_OF_A_MOMENT)),
      username,
      name,
      language,
      reach,
    });
  }
  const { accessToken, refreshToken = '', expiresAt, scopes } = simulator.token({ appId: APP_ID, userId: OWNER_ID });
  const old = oldToken(simulator);
  return { ...keys, clientSecret, userId: OWNER_ID, username: DEMO_HANDLE.username, accessToken, refreshToken, expiresAt, scopes, ...old }; // prettier-ignore
}

function oldToken(simulator: XPlatform): { token: string; tokenSecret: string } {
  for (const { id, secret, appId, userId, revoked } of simulator.world.oldTokens.values()) {
    if (appId === APP_ID && userId === OWNER_ID && !revoked) return { token: id, tokenSecret: secret };
  }
  return simulator.oldToken({ appId: APP_ID, userId: OWNER_ID });
}

const IDS_OF_A_MOMENT = 2 ** 22;
const JOINED = Date.UTC(2019, 4, 6);
