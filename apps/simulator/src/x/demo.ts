import { idAt } from './ids';
import type { NewUser } from './registry';
import type { XSimulator } from './x-simulator';

/** Ids that stay the same, so that a restart finds everything again. */
const APP_ID = '1915000000000000001';
const OWNER_ID = '1830000000000000001';

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

/** Customers of the demo: famous and not, some of them badly so. */
const CUSTOMERS: readonly (NewUser & { username: string })[] = [
  { username: 'tartempion', name: 'Tartempion', language: 'fr', reach: { followers: 20 } },
  { username: 'tartempion_tv', name: 'Tartempion TV', language: 'fr', reach: { followers: 20_000, verified: true, verifiedType: 'blue' } }, // prettier-ignore
  { username: 'zoe_marchand', name: 'Zoé Marchand', language: 'fr', reach: { followers: 312 } },
  { username: 'ben_carter', name: 'Ben Carter', language: 'en', reach: { followers: 97 } },
  { username: 'ines_roux', name: 'Inès Roux', language: 'fr', reach: { followers: 5_400 } },
];

export function seedDemo(simulator: XSimulator): DemoX {
  const { world } = simulator;
  simulator.addUser({
    id: OWNER_ID,
    username: 'LumenElectro',
    name: 'Lumen Électroménager',
    language: 'fr',
    operated: true,
    reach: { followers: 8_450, verified: true, verifiedType: 'business' },
  });
  const keys = simulator.addApp({ appId: APP_ID, name: 'Evenhand', ownerId: OWNER_ID });
  const { clientSecret = '' } = keys;
  for (const [n, customer] of CUSTOMERS.entries()) {
    // ids of a day in the past, with room between them
    if (!world.findUser(customer.username)) simulator.addUser({ ...customer, id: String(idAt(JOINED) + BigInt(n)) });
  }
  const { accessToken, refreshToken = '', expiresAt, scopes } = simulator.token({ appId: APP_ID, userId: OWNER_ID });
  const old = oldToken(simulator);
  return { ...keys, clientSecret, userId: OWNER_ID, username: 'LumenElectro', accessToken, refreshToken, expiresAt, scopes, ...old }; // prettier-ignore
}

function oldToken(simulator: XSimulator): { token: string; tokenSecret: string } {
  for (const { id, secret, appId, userId, revoked } of simulator.world.oldTokens.values()) {
    if (appId === APP_ID && userId === OWNER_ID && !revoked) return { token: id, tokenSecret: secret };
  }
  return simulator.oldToken({ appId: APP_ID, userId: OWNER_ID });
}

const JOINED = Date.UTC(2019, 4, 6);
